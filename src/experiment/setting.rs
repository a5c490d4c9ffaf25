//! What may change while a run goes on.

use super::{Experiment, Twist};
use crate::theory::Schedule;

/// Something that changed before the update of a step.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Change {
    /// The first step it applies to.
    pub step: u64,
    /// What was set.
    pub setting: Setting,
}

/// What may change while a run goes on.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Setting {
    /// η.
    LearningRate(f64),
    /// λ.
    WeightDecay(f64),
    /// γ.
    Momentum(f64),
    /// The schedule that multiplies η; its clock is the step of the run.
    Schedule(Schedule),
    /// The fifth arm begins to differ from the twin.
    Twist(Twist),
    /// The weight-decay run is converted: its weight decay is switched off and its learning rate follows the ghost from
    /// here (theory 3.5); or back.
    Convert(bool),
    /// The gauge is restarted: the twin's buffer takes `u q θ̃` and q becomes 0 (theory 3.3).
    RestartGauge,
}

impl Setting {
    /// Makes it the start of `experiment`. What is no setting of the start leaves it alone.
    pub fn apply_to(&self, experiment: &mut Experiment) {
        match self {
            Self::LearningRate(x) => experiment.hyper.lr = *x,
            Self::WeightDecay(x) => experiment.hyper.weight_decay = *x,
            Self::Momentum(x) => experiment.hyper.momentum = *x,
            Self::Schedule(schedule) => experiment.schedule = schedule.clone(),
            Self::Twist(twist) => experiment.twist = Some(*twist),
            Self::Convert(_) | Self::RestartGauge => {}
        }
    }

    /// Whether a start can hold it: only then may it be recorded at step 0.
    pub fn is_of_the_start(&self) -> bool {
        !matches!(self, Self::Convert(_) | Self::RestartGauge)
    }
}
