//! What drives each arm in each step: settings, schedule, gauges, the twist of the fifth arm, conversions. Numbers only;
//! known in advance, never read back from an engine.

use crate::engine::ArmInput;
use crate::experiment::{Arm, Experiment, Setting, Twist};
use crate::theory::{Gauge, GaugeStep, Ghost, Hyper, Rule, Schedule};
use std::f64::consts::LOG10_2;

/// What one arm does in one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// For the engine.
    pub input: ArmInput,
    /// log10 of the true learning rate.
    pub log10_lr: f64,
    /// log10 u: the weights of the plain weight-decay run over the true weights of this arm, if it is a twin.
    pub log10_u: f64,
    /// K: the true weights are 2^K times the stored ones.
    pub exponent: i64,
    /// ρ = u_t/u_{t+1}; 1 for a run that is no twin.
    pub rho: f64,
    /// log10 of what the stored weights are multiplied by in this step, beside the update and the halvings.
    pub log10_theta: f64,
}

/// What all arms do in one step.
#[derive(Clone, Debug, PartialEq)]
pub struct Courses {
    /// η_t, λ_t, γ_t of the weight-decay run.
    pub hyper: Hyper,
    /// By arm; `None` for an arm that has no course any more.
    arms: [Option<Course>; Arm::ALL.len()],
    /// Whether the converted weight-decay run had to be converted back: its ghost would have reached zero.
    pub converted_back: bool,
}

impl Courses {
    /// The course of `arm`.
    pub fn of(&self, arm: Arm) -> Option<&Course> {
        self.arms[arm as usize].as_ref()
    }
}

/// The twin ends: its ghost weight would reach zero. Nothing was advanced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TwinEnds;

/// The fifth arm.
#[derive(Clone, Copy, Debug)]
struct Broken {
    twist: Twist,
    gauge: Gauge,
    /// ε̃/ε and K when it forked.
    epsilon: (f64, i64),
}

/// The state from which the next step is driven.
#[derive(Clone, Debug)]
pub struct Drive {
    hyper: Hyper,
    schedule: Schedule,
    per_epoch: u64,
    epsilon: f64,
    /// The twin's gauge.
    twin: Gauge,
    /// Whether the twin goes on.
    twin_lives: bool,
    /// The fifth arm, once it differs from the twin.
    broken: Option<Broken>,
    /// The gauge of the weight-decay run while it is converted.
    converted: Option<Ghost>,
    /// The gauge it is to be converted back from in the next step.
    back: Option<Ghost>,
    rescaling: bool,
}

impl Drive {
    /// The start of `experiment`, with `per_epoch` steps in an epoch.
    pub fn new(experiment: &Experiment, per_epoch: u64) -> Self {
        let mut drive = Self {
            hyper: experiment.hyper,
            schedule: experiment.schedule.clone(),
            per_epoch,
            epsilon: experiment.epsilon,
            twin: Gauge::new(experiment.twin, Ghost::new(experiment.rescaling)),
            twin_lives: true,
            broken: None,
            converted: None,
            back: None,
            rescaling: experiment.rescaling,
        };
        if let Some(twist) = experiment.twist {
            drive.twist(twist);
        }
        drive
    }

    /// η, λ, γ as they are set, before the schedule.
    pub fn hyper(&self) -> Hyper {
        self.hyper
    }

    /// The schedule's factor at `step`.
    pub fn factor(&self, step: u64) -> f64 {
        self.schedule.factor(step, self.per_epoch)
    }

    /// The twin's gauge.
    pub fn ghost(&self) -> Ghost {
        self.twin.ghost
    }

    /// Takes a setting before the next step.
    pub fn set(&mut self, setting: &Setting) {
        match setting {
            Setting::LearningRate(x) => self.hyper.lr = *x,
            Setting::WeightDecay(x) => self.hyper.weight_decay = *x,
            Setting::Momentum(x) => self.hyper.momentum = *x,
            Setting::Schedule(schedule) => self.schedule = schedule.clone(),
            Setting::Twist(twist) => self.twist(*twist),
            Setting::Convert(true) if self.converted.is_none() => {
                // Not yet converted back: then nothing was touched, and the old gauge goes on.
                self.converted = Some(self.back.take().unwrap_or_else(|| Ghost::new(self.rescaling)));
            }
            Setting::Convert(true) => {}
            Setting::Convert(false) => self.back = self.converted.take().or(self.back),
            Setting::RestartGauge => {
                self.twin.restart();
                if let Some(broken) = &mut self.broken {
                    broken.gauge.restart();
                }
            }
        }
    }

    /// The twin ends here; the others go on.
    pub fn end_twin(&mut self) {
        self.twin_lives = false;
    }

    /// The twin, which ended at this very step, goes on.
    pub fn revive_twin(&mut self) {
        self.twin_lives = true;
    }

    fn twist(&mut self, twist: Twist) {
        let from = self.broken.map_or(self.twin, |broken| broken.gauge);
        let rule = twist.rule(self.twin.rule()).unwrap_or(Rule::Ghost);
        let mut gauge = if rule == from.rule() { from } else { Gauge::new(rule, from.ghost) };
        gauge.ghost.rescaling = self.rescaling && !matches!(twist, Twist::NoRescaling | Twist::TrainedHead);
        let epsilon = (gauge.ghost.u.powi(-2), gauge.ghost.exponent);
        self.broken = Some(Broken { twist, gauge, epsilon });
    }

    /// Drives `step`.
    ///
    /// # Errors
    /// [`TwinEnds`] where a living twin cannot take this step.
    pub fn advance(&mut self, step: u64) -> Result<Courses, TwinEnds> {
        let h = Hyper { lr: self.hyper.lr * self.factor(step), ..self.hyper };
        let twin = match (self.twin_lives, { self.twin }.advance(h)) {
            (true, Err(_)) => return Err(TwinEnds),
            (true, Ok(done)) => {
                // The copy above went well, so this does.
                self.twin.advance(h).ok();
                Some(self.of_twin(h, done))
            }
            (false, _) => None,
        };
        let (wd, converted_back) = self.weight_decay_run(h);
        let broken = match self.broken {
            None => twin,
            Some(broken) => self.broken(h, broken),
        };
        let plain = self.plain(h);
        let ablation = Course { input: ArmInput { weight_decay: 0.0, ..plain.input }, ..plain };
        Ok(Courses { hyper: h, arms: [Some(wd), twin, Some(plain), Some(ablation), broken], converted_back })
    }

    /// A run driven by `h` as it is.
    fn plain(&self, h: Hyper) -> Course {
        let Hyper { lr, weight_decay, momentum } = h;
        let input = ArmInput { epsilon: self.epsilon, ..ArmInput::plain(lr, weight_decay, momentum) };
        Course { input, log10_lr: lr.log10(), log10_u: 0.0, exponent: 0, rho: 1.0, log10_theta: 0.0 }
    }

    /// A run without weight decay that follows a gauge.
    fn of_twin(&self, h: Hyper, GaugeStep { twin, kick }: GaugeStep) -> Course {
        let input = ArmInput {
            kick,
            epsilon: self.epsilon * twin.epsilon_factor,
            halvings: twin.halvings as i32,
            ..ArmInput::plain(twin.lr, 0.0, h.momentum)
        };
        Course {
            input,
            log10_lr: twin.log10_lr,
            log10_u: twin.u.log10() - twin.exponent as f64 * LOG10_2,
            exponent: twin.exponent,
            rho: twin.rho,
            log10_theta: 0.0,
        }
    }

    /// The weight-decay run, converted or not; whether it had to be converted back.
    fn weight_decay_run(&mut self, h: Hyper) -> (Course, bool) {
        if let Some(ghost) = &mut self.converted {
            if let Ok(twin) = ghost.advance(h) {
                return (self.of_twin(h, GaugeStep { twin, kick: 0.0 }), false);
            }
            self.back = self.converted.take();
        }
        match self.back.take() {
            None => (self.plain(h), false),
            Some(ghost) => (self.back(h, ghost), true),
        }
    }

    /// The step in which weight decay comes back (theory 3.5): θ = uθ̃, v = ṽ/u + qθ̃, and g = g̃/u, in one update.
    fn back(&self, h: Hyper, Ghost { u, q, exponent, .. }: Ghost) -> Course {
        let plain = self.plain(h);
        let input = ArmInput { epsilon: self.epsilon / (u * u), ..plain.input.out_of_gauge(u, q) };
        let log10_u = u.log10() - exponent as f64 * LOG10_2;
        Course { input, log10_u, exponent, log10_theta: u.log10(), ..plain }
    }

    fn broken(&mut self, h: Hyper, broken: Broken) -> Option<Course> {
        if let Twist::Scaled(k) = broken.twist {
            let plain = self.plain(h);
            let (four, log10_two) = (4f64.powi(k), f64::from(k) * LOG10_2);
            let input = ArmInput {
                lr: h.lr * four,
                weight_decay: h.weight_decay / four,
                epsilon: self.epsilon * four,
                ..plain.input
            };
            return Some(Course { input, log10_lr: plain.log10_lr + 2.0 * log10_two, log10_u: -log10_two, ..plain });
        }
        let done = self.broken.as_mut().and_then(|broken| broken.gauge.advance(h).ok())?;
        let mut course = self.of_twin(h, done);
        match broken.twist {
            Twist::FixedEpsilon => {
                let (factor, exponent) = broken.epsilon;
                let halvings = i32::try_from(course.exponent - exponent).unwrap_or(i32::MAX);
                course.input.epsilon = self.epsilon * factor * 4f64.powi(-halvings);
            }
            Twist::Naive { .. } | Twist::KeepFirst | Twist::Growth(_) | Twist::NoRescaling | Twist::Scaled(_) => {}
            // λ acts on the true weights, 2^K times the stored ones, and their buffer is 2^−K times the stored one.
            Twist::KeepDecay => {
                let halvings = i32::try_from(course.exponent).unwrap_or(i32::MAX);
                course.input.weight_decay = h.weight_decay * 4f64.powi(halvings);
            }
            Twist::TrainedHead => course.input.trains_head = true,
        }
        Some(course)
    }
}

#[cfg(test)]
#[path = "drive_tests.rs"]
mod tests;
