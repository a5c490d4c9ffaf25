//! What the buttons of the tour do.

use crate::experiment::view::{Layout, PlotKey};
use crate::experiment::{Arm, Experiment, Link, Preset};
use crate::session::Session;
use crate::trainer::RunState;
use crate::ui::actions::Action;
use crate::ui::state::{Knob, UiState};
use crate::ui::text;

/// What the button beside a question does.
#[derive(Clone, Copy)]
pub enum Ask {
    /// Sets η, λ or γ in the running experiment.
    Set(Knob, f64),
    /// Trains the preset with something else in its link. Label and fragment.
    Train(&'static str, &'static str),
    /// Opens another preset.
    Open(&'static str),
    /// Trains another arm too.
    Join(&'static str, Arm),
    /// Adds an instrument. Label and instrument.
    Show(&'static str, PlotKey),
    /// Changes the layout.
    Arrange(&'static str, Layout),
}

impl Ask {
    /// What the button says.
    pub fn label(self) -> String {
        match self {
            Self::Set(knob, value) => format!("Set {} to {}", knob.symbol(), text::setting(value)),
            Self::Open(key) => {
                let title = Preset::of_key(key).map_or(key, |preset| preset.title);
                format!("Go to “{title}”")
            }
            Self::Train(label, _) | Self::Join(label, _) | Self::Show(label, _) | Self::Arrange(label, _) => {
                label.into()
            }
        }
    }

    /// Whether the page is as the button would make it.
    pub fn is_done(self, key: &str, session: &Session, state: &UiState) -> bool {
        match self {
            Self::Set(knob, value) => knob.get(session.hyper_now()) == value,
            Self::Train(_, fragment) => session.experiment == with(key, fragment),
            Self::Open(_) => false,
            Self::Join(_, arm) => session.experiment.arms.contains(arm),
            Self::Show(_, plot) => state.view.shows(plot),
            Self::Arrange(_, layout) => state.view.layout == layout,
        }
    }

    /// What it does.
    pub fn actions(self, key: &str, session: &Session) -> Vec<Action> {
        match self {
            Self::Set(knob, value) => {
                let mut actions = vec![Action::Set(knob.setting(value))];
                if matches!(session.state, RunState::Paused | RunState::Finished) {
                    actions.push(Action::TogglePlay);
                }
                actions
            }
            Self::Train(_, fragment) => vec![Action::Load(Box::new(with(key, fragment)))],
            Self::Open(key) => vec![Action::OpenPreset(key)],
            Self::Join(_, arm) => vec![Action::ShowArm(arm, true)],
            Self::Show(_, plot) => vec![Action::ShowPlot(plot, true)],
            Self::Arrange(_, layout) => vec![Action::Layout(layout)],
        }
    }
}

/// The experiment of the preset with `fragment` said against it.
fn with(key: &str, fragment: &str) -> Experiment {
    Link::parse(&format!("p={key}&{fragment}")).experiment
}
