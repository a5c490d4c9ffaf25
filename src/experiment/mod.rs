//! The one description of what is trained: an [`Experiment`] is what a link encodes and what a trainer runs.

pub mod arm;
pub mod data;
pub mod limits;
pub mod link;
pub mod preset;
pub mod setting;
pub mod twist;
pub mod view;

pub use arm::{Arm, ArmSet};
pub use data::DataChoice;
pub use link::Link;
pub use preset::Preset;
pub use setting::{Change, Setting};
pub use twist::Twist;
pub use view::View;

use crate::model::{Activation, Architecture, Augment, Norm};
use crate::theory::{Hyper, Rule, Schedule};

/// Everything that decides what is trained. Two equal experiments on the same engine, build and device give the same bits.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Experiment {
    /// η, λ and γ at step 0; η is what the schedule multiplies.
    pub hyper: Hyper,
    /// What η is multiplied by.
    pub schedule: Schedule,
    /// How the twin gets its learning rate; an exact rule.
    pub twin: Rule,
    /// What the broken twin does otherwise, from step 0 on.
    pub twist: Option<Twist>,
    /// What is trained on.
    pub data: DataChoice,
    /// Drives weights, head and batch order.
    pub seed: u32,
    /// The network, without its norm and activation.
    pub architecture: Architecture,
    /// The normalisation.
    pub norm: Norm,
    /// The nonlinearity.
    pub activation: Activation,
    /// How training images are moved at random, the same for all arms.
    pub augment: Augment,
    /// Images per step.
    pub batch: usize,
    /// The normalisation's ε; scheduled for the twin as ε/u².
    pub epsilon: f64,
    /// Frobenius norm of the frozen head.
    pub head_norm: f64,
    /// Which arms train.
    pub arms: ArmSet,
    /// The run pauses by itself after this many steps.
    pub steps: u64,
    /// What was changed while it ran, in order of steps.
    pub changes: Vec<Change>,
    /// Which engine is asked for.
    pub engine: EngineChoice,
    /// Which precision is asked for; f64 exists on the CPU only.
    pub precision: Precision,
    /// Whether the twin is kept in range by exact halvings.
    pub rescaling: bool,
}

impl Default for Experiment {
    fn default() -> Self {
        Self {
            hyper: Hyper { lr: 0.1, weight_decay: 2e-3, momentum: 0.9 },
            schedule: Schedule::default(),
            twin: Rule::Ghost,
            twist: None,
            data: DataChoice::default(),
            seed: 6,
            architecture: Architecture::default(),
            norm: Norm::Batch,
            activation: Activation::Gelu,
            augment: Augment::default(),
            batch: 64,
            epsilon: 0.0,
            head_norm: 10.0,
            arms: ArmSet::default(),
            steps: 3_000,
            changes: Vec::new(),
            engine: EngineChoice::Auto,
            precision: Precision::F32,
            rescaling: true,
        }
    }
}

impl Experiment {
    /// η, λ and γ as they are set at `step`, after all changes up to and including it, before the schedule.
    pub fn hyper_at(&self, step: u64) -> Hyper {
        self.at(step).hyper
    }

    /// The η_t, λ_t and γ_t that drive `step`, with `per_epoch` steps in an epoch.
    pub fn driven_at(&self, step: u64, per_epoch: u64) -> Hyper {
        let now = self.at(step);
        Hyper { lr: now.hyper.lr * now.schedule.factor(step, per_epoch), ..now.hyper }
    }

    /// What the broken twin does otherwise at `step`.
    pub fn twist_at(&self, step: u64) -> Option<Twist> {
        self.at(step).twist
    }

    /// Whether the weight-decay run is converted at `step`.
    pub fn is_converted_at(&self, step: u64) -> bool {
        let until = self.changes.iter().take_while(|c| c.step <= step);
        until.fold(false, |on, change| match change.setting {
            Setting::Convert(to) => to,
            _ => on,
        })
    }

    /// The schedule in force at `step`.
    pub fn schedule_at(&self, step: u64) -> Schedule {
        self.at(step).schedule
    }

    /// The η_t, λ_t and γ_t of every step, with `per_epoch` steps in an epoch: [`Experiment::driven_at`] made ready once.
    pub fn drives(&self, per_epoch: u64) -> impl Fn(u64) -> Hyper + use<> {
        let starts = std::iter::once(0).chain(self.changes.iter().map(|c| c.step));
        let phases: Vec<(u64, Hyper, Schedule)> = starts
            .map(|step| {
                let now = self.at(step);
                (step, now.hyper, now.schedule)
            })
            .collect();
        move |step| {
            let (_, hyper, schedule) = &phases[phases.partition_point(|(start, ..)| *start <= step).max(1) - 1];
            Hyper { lr: hyper.lr * schedule.factor(step, per_epoch), ..*hyper }
        }
    }

    /// What the schedule in force at `step` multiplies η by, with `per_epoch` steps in an epoch.
    pub fn factor_at(&self, step: u64, per_epoch: u64) -> f64 {
        self.at(step).schedule.factor(step, per_epoch)
    }

    /// The experiment as it would start with what is set at `step`.
    fn at(&self, step: u64) -> Self {
        let mut now = Self { changes: Vec::new(), ..self.clone() };
        self.changes.iter().take_while(|c| c.step <= step).for_each(|c| c.setting.apply_to(&mut now));
        now
    }

    /// Records a change: at step 0 it moves the start, later it joins the list in order; a second setting of the same
    /// thing at the same step replaces the first.
    pub fn record(&mut self, change: Change) {
        if change.step == 0 && change.setting.is_of_the_start() {
            return change.setting.apply_to(self);
        }
        let same = |c: &Change| {
            c.step == change.step && std::mem::discriminant(&c.setting) == std::mem::discriminant(&change.setting)
        };
        self.changes.retain(|c| !same(c));
        let at = self.changes.partition_point(|c| c.step <= change.step);
        self.changes.insert(at, change);
    }

    /// The same experiment starting over with the values in force at `step` and no recorded changes.
    pub fn with_present_values(&self, step: u64) -> Self {
        self.at(step)
    }
}

/// Which engine an experiment asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum EngineChoice {
    /// Whichever a short measurement finds faster; decided before step 0.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// The GPU.
    Gpu,
}

/// Floating-point precision of the training arithmetic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Precision {
    /// 32 bits.
    #[default]
    F32,
    /// 64 bits: the exact mode, on the CPU.
    F64,
}

impl Precision {
    /// The name in links and labels.
    pub fn key(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{Shape, Span};

    #[test]
    fn what_drives_a_step_is_the_same_asked_singly_or_for_all() {
        let mut experiment = Experiment::default();
        let cosine = Schedule::of(Shape::Cosine { period: Span::Epochs(2.0), floor: 0.1, restarts: true });
        for (step, setting) in [
            (5, Setting::LearningRate(0.3)),
            (5, Setting::Schedule(cosine)),
            (40, Setting::WeightDecay(0.0)),
            (41, Setting::Convert(true)),
            (60, Setting::Momentum(0.5)),
        ] {
            experiment.record(Change { step, setting });
        }
        let drives = experiment.drives(20);
        for step in 0..100 {
            assert_eq!(drives(step), experiment.driven_at(step, 20), "{step}");
        }
        assert_ne!(drives(4), drives(5));
    }
}
