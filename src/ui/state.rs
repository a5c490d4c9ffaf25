//! What the interface itself remembers: half-made choices, open panels, what is zoomed.

use super::plots::PlotsState;
use crate::experiment::view::PlotKey;
use crate::experiment::{Experiment, Setting, View, limits};
use crate::session::Session;
use crate::theory::Hyper;
use crate::trainer::{Speed, Watched};
use std::ops::RangeInclusive;

use super::controls::scale::Scale;

/// One of the three settings that may change while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knob {
    /// η.
    LearningRate,
    /// λ.
    WeightDecay,
    /// γ.
    Momentum,
}

impl Knob {
    /// In the order shown.
    pub const ALL: [Self; 3] = [Self::LearningRate, Self::WeightDecay, Self::Momentum];

    /// The letter.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::LearningRate => "η",
            Self::WeightDecay => "λ",
            Self::Momentum => "γ",
        }
    }

    /// The words.
    pub fn name(self) -> &'static str {
        match self {
            Self::LearningRate => "learning rate",
            Self::WeightDecay => "weight decay",
            Self::Momentum => "momentum",
        }
    }

    /// How its slider runs.
    pub fn scale(self) -> Scale {
        match self {
            Self::LearningRate => Scale::LR,
            Self::WeightDecay => Scale::WEIGHT_DECAY,
            Self::Momentum => Scale::MOMENTUM,
        }
    }

    /// What may be typed.
    pub fn limits(self) -> RangeInclusive<f64> {
        match self {
            Self::LearningRate => limits::LR,
            Self::WeightDecay => limits::WEIGHT_DECAY,
            Self::Momentum => limits::MOMENTUM,
        }
    }

    /// Its value in `h`.
    pub fn get(self, h: Hyper) -> f64 {
        match self {
            Self::LearningRate => h.lr,
            Self::WeightDecay => h.weight_decay,
            Self::Momentum => h.momentum,
        }
    }

    /// The change that sets it.
    pub fn setting(self, value: f64) -> Setting {
        match self {
            Self::LearningRate => Setting::LearningRate(value),
            Self::WeightDecay => Setting::WeightDecay(value),
            Self::Momentum => Setting::Momentum(value),
        }
    }

    /// `h` with it set.
    pub fn with(self, mut h: Hyper, value: f64) -> Hyper {
        match self {
            Self::LearningRate => h.lr = value,
            Self::WeightDecay => h.weight_decay = value,
            Self::Momentum => h.momentum = value,
        }
        h
    }
}

/// A letter of a formula, and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// η, λ or γ.
    Knob(Knob),
    /// α.
    Alpha,
}

impl Symbol {
    /// `η: the learning rate`.
    pub fn words(self) -> String {
        match self {
            Self::Knob(knob) => format!("{}: the {}", knob.symbol(), knob.name()),
            Self::Alpha => "α: the larger root, by which the twin grows".into(),
        }
    }
}

/// What a slider shows that the trainer does not know yet.
#[derive(Clone, Debug, Default)]
pub struct KnobState {
    /// While it is dragged.
    pub draft: Option<f64>,
    /// Let go and sent; shown until the trainer confirms it. With the time it was sent, seconds.
    pub sent: Option<(f64, f64)>,
    /// When an arrow key last moved it, seconds: a row of presses is one change.
    pub nudged: Option<f64>,
    /// Where the twin would end.
    pub zone: super::controls::zone::Cache,
}

/// Seconds after which an unconfirmed value is no longer shown.
const CONFIRMATION_SECS: f64 = 4.0;

/// Everything the interface remembers.
pub struct UiState {
    /// What the link's `view` says.
    pub view: View,
    /// Which filter is to be watched, once somebody asked for one.
    pub watched: Option<Watched>,
    /// The preset that links are said against; its card of the tour is shown.
    pub preset: Option<&'static str>,
    /// What a formula of the tour points at.
    pub lit: Option<Symbol>,
    /// η, λ, γ.
    pub knobs: [KnobState; 3],
    /// The picture of the schedule.
    pub preview: super::controls::preview::Kept,
    /// An experiment that waits for a restart.
    pub draft: Option<Box<Experiment>>,
    /// How fast it plays.
    pub speed: Speed,
    /// Zoom and cursor.
    pub plots: PlotsState,
    /// An instrument that was just chosen: the page goes there.
    pub arrived: Option<PlotKey>,
    /// Whether help is open.
    pub help: bool,
    /// Whether the share panel is open.
    pub share: bool,
    /// Whether the proof is open.
    pub why: bool,
    /// How many of the session's notices were dismissed.
    pub notices_read: usize,
    /// A confirmation, and until when it shows, seconds.
    pub toast: Option<(String, f64)>,
    /// Steps a second, measured.
    pub steps_per_second: f64,
    /// How large an `<iframe>` is to be, CSS pixels.
    pub frame: [u32; 2],
    /// The link to what is shown, complete.
    pub link: String,
}

impl UiState {
    /// As the page opens.
    pub fn new(view: View) -> Self {
        Self {
            view,
            watched: None,
            preset: None,
            lit: None,
            knobs: Default::default(),
            preview: Default::default(),
            draft: None,
            speed: Speed::Max,
            plots: PlotsState::default(),
            arrived: None,
            help: false,
            share: false,
            why: false,
            notices_read: 0,
            toast: None,
            steps_per_second: 0.0,
            frame: super::share::FRAME,
            link: String::new(),
        }
    }

    /// η, λ, γ as the sliders show them.
    pub fn shown_hyper(&self, session: &Session) -> Hyper {
        let mut h = session.hyper_now();
        for (knob, state) in Knob::ALL.into_iter().zip(&self.knobs) {
            if let Some(value) = state.draft.or(state.sent.map(|s| s.0)) {
                h = knob.with(h, value);
            }
        }
        h
    }

    /// Forgets what the trainer has confirmed by now, or never will.
    pub fn settle(&mut self, session: &Session, now_secs: f64) {
        let present = session.hyper_now();
        for (knob, state) in Knob::ALL.into_iter().zip(&mut self.knobs) {
            let done = |(value, at): (f64, f64)| knob.get(present) == value || now_secs - at > CONFIRMATION_SECS;
            if state.sent.is_some_and(done) {
                state.sent = None;
            }
        }
        if self.toast.as_ref().is_some_and(|(_, until)| now_secs > *until) {
            self.toast = None;
        }
        if self.draft.is_some() && self.shown_experiment(session) == session.experiment {
            self.draft = None;
        }
    }

    /// The experiment as the card shows it: with choices that wait for a restart. What needs none is always the present.
    pub fn shown_experiment(&self, session: &Session) -> Experiment {
        let present = session.experiment.clone();
        let Some(draft) = &self.draft else { return present };
        // An error from step 0 on takes the place of one that began later.
        let mut changes = present.changes;
        if draft.twist != present.twist {
            changes.retain(|change| !matches!(change.setting, Setting::Twist(_)));
        }
        Experiment { hyper: present.hyper, schedule: present.schedule, changes, ..(**draft).clone() }
    }
}
