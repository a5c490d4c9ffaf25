//! Everything a person can ask for. Drawing collects actions; [`super::App`] carries them out once a frame, in one place.

use super::state::Symbol;
use crate::experiment::view::{Layout, PlotKey};
use crate::experiment::{Arm, Experiment, Setting};
use crate::trainer::{Speed, Watched};

/// A wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Play if paused, pause if playing.
    TogglePlay,
    /// One step.
    Step,
    /// Back to step 0 with the recorded changes; a changed experiment starts over with them.
    Replay,
    /// Start over with the present values and no recorded changes.
    StartOver,
    /// Change what may change while it runs.
    Set(Setting),
    /// Switch an optional arm.
    ShowArm(Arm, bool),
    /// How fast to play.
    Speed(Speed),
    /// Train another experiment.
    Load(Box<Experiment>),
    /// Train and show a preset, by its key, and show its card of the tour.
    OpenPreset(&'static str),
    /// Close the tour; what is trained and shown stays.
    ClosePreset,
    /// Light what a letter of a formula stands for, or nothing.
    Light(Option<Symbol>),
    /// Overlaid or side by side.
    Layout(Layout),
    /// Per-batch losses only, without the smoothed line.
    Raw(bool),
    /// Which invariance group is shown.
    Group(usize),
    /// The trajectory without its radius.
    Normalised(bool),
    /// Put an instrument on the page, or take it away.
    ShowPlot(PlotKey, bool),
    /// Look at the weights of another filter.
    Watch(Watched),
    /// Open or close a panel.
    Panel(Panel, bool),
    /// Light or dark.
    ToggleTheme,
    /// Put a text on the clipboard and say so.
    Copy(String),
    /// Save all series as CSV.
    ExportCsv,
    /// Save what is trained, with every change, as the command that trains it.
    SaveExperiment,
    /// How large an `<iframe>` is to be, CSS pixels.
    Frame([u32; 2]),
    /// Ask for files to train on.
    OpenFiles,
    /// A sentence for the reader.
    Notice(String),
    /// The newest notice was read.
    DismissNotices,
}

/// A panel above the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// Keys and gestures.
    Help,
    /// The link.
    Share,
    /// The proof.
    Why,
}
