//! What is known of a run, built from [`Event`]s and nothing else. The page draws it, `explr run` prints it, scripts
//! read it: [`csv`] and [`json`] are its forms outside.

pub mod csv;
mod hyper;
pub mod json;
pub mod recorded;
mod rows;
mod series;
mod thin;

pub use hyper::Hypers;
pub use rows::Rows;
pub use series::{ArmSeries, GroupSeries, PARTED, Waypoint};
pub use thin::{Marks, Series};

use crate::experiment::{Arm, Experiment, Setting};
use crate::theory::{Ghost, Hyper};
use crate::trainer::{ArmStop, DataInfo, EngineReport, Event, NetworkInfo, RunState, StopReason, Watched};

/// Everything known of the present run.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// What is trained, with the changes recorded so far.
    pub experiment: Experiment,
    /// On what.
    pub engine: EngineReport,
    /// The network.
    pub network: NetworkInfo,
    /// The images.
    pub data: DataInfo,
    /// Steps in an epoch; 0 until known.
    pub steps_per_epoch: u64,
    /// What the trainer is doing.
    pub state: RunState,
    /// What is being prepared, while it is.
    pub preparing: Option<(String, Option<f32>)>,
    /// How often it was started: what was derived from an earlier start is void.
    pub starts: u64,
    /// Rows received: the next step to come.
    pub steps_done: u64,
    /// By arm, in the order of [`Arm::ALL`].
    arms: [ArmSeries; Arm::ALL.len()],
    /// η, λ, γ of each step.
    pub hyper: Hypers,
    /// ρ_t = u_t/u_{t+1} of each step, while there is a twin.
    pub rho: Series,
    /// Which steps have a row in all series.
    rows: Rows,
    /// Whether every row is kept, however many.
    keeps_all: bool,
    /// The present gauge; `None` before the start.
    pub ghost: Option<Ghost>,
    /// η, λ, γ as they are set now, and what the schedule multiplies η by.
    pub present: Option<(Hyper, f64)>,
    /// Which filter the paths of the arms are of.
    pub watched: Watched,
    /// Arms that stopped.
    pub stops: Vec<ArmStop>,
    /// Sentences, newest last.
    pub notices: Vec<String>,
    /// Why nothing goes on, if so.
    pub failure: Option<String>,
}

impl Session {
    /// A session that waits for `experiment` to start.
    pub fn new(experiment: Experiment) -> Self {
        Self { experiment, ..Self::default() }
    }

    /// The same, which keeps every row, however many: for tables, not for hours of watching.
    pub fn that_keeps_all(experiment: Experiment) -> Self {
        Self { keeps_all: true, ..Self::new(experiment) }
    }

    /// Which steps have a row: all, or of the older ones every 2^k-th.
    pub fn rows(&self) -> Rows {
        self.rows
    }

    /// The series of `arm`.
    pub fn arm(&self, arm: Arm) -> &ArmSeries {
        &self.arms[arm as usize]
    }

    /// Whether `arm` trains and has not stopped.
    pub fn is_live(&self, arm: Arm) -> bool {
        self.experiment.arms.contains(arm) && self.stop_of(arm).is_none()
    }

    /// Where and why `arm` stopped, if it did.
    pub fn stop_of(&self, arm: Arm) -> Option<&ArmStop> {
        self.stops.iter().find(|s| s.arm == arm)
    }

    /// The name of `arm` for people: that of the broken twin says what is broken.
    pub fn label_of(&self, arm: Arm) -> String {
        match (arm, self.experiment.twist_at(self.steps_done)) {
            (Arm::Broken, Some(twist)) => twist.label(),
            _ => arm.label().to_owned(),
        }
    }

    /// The newest distance of `arm` to the WD run, with its step.
    pub fn last_distance(&self, arm: Arm) -> Option<(u64, f64)> {
        self.arm(arm).distance.last().copied()
    }

    /// η, λ and γ as they are set: the trainer's word, or the experiment's before it spoke.
    pub fn hyper_now(&self) -> Hyper {
        self.present.map_or_else(|| self.experiment.hyper_at(self.steps_done), |(hyper, _)| hyper)
    }

    /// `set` as it drives the next step: with η multiplied by what the schedule says there.
    pub fn driven(&self, set: Hyper) -> Hyper {
        let factor = self.present.map_or_else(|| self.experiment.factor_at(0, self.steps_per_epoch), |(_, f)| f);
        Hyper { lr: set.lr * factor, ..set }
    }

    /// Takes in what the trainer said.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Preparing(what, fraction) => {
                self.state = RunState::Preparing;
                self.preparing = Some((what, fraction));
            }
            Event::Started { experiment, engine, network, data, steps_per_epoch, replay_to } => {
                let notices = std::mem::take(&mut self.notices);
                let (experiment, network, data, starts) = (*experiment, *network, *data, self.starts + 1);
                let fresh = Self { keeps_all: self.keeps_all, ..Self::default() };
                *self = Self { experiment, engine, network, data, steps_per_epoch, notices, starts, ..fresh };
                self.state = if replay_to > 0 { RunState::Replaying { to: replay_to } } else { RunState::Paused };
            }
            Event::Rows(rows) => rows.into_iter().for_each(|row| self.push_row(row)),
            Event::Evaluations(list) => {
                for evaluation in list {
                    for (arm, distance) in evaluation.distance {
                        self.arms[arm as usize].compare(evaluation.step, distance, !self.keeps_all);
                    }
                    for (arm, accuracy) in evaluation.test_accuracy {
                        self.arms[arm as usize].test_accuracy.push(evaluation.step, accuracy, !self.keeps_all);
                    }
                    for (arm, logits) in evaluation.samples {
                        self.arms[arm as usize].sample_logits = logits;
                    }
                }
            }
            Event::Changed(change) => {
                if change.setting == Setting::RestartGauge {
                    self.stops.retain(|s| s.reason != StopReason::GaugeEnded || s.step != change.step);
                }
                self.experiment.record(change);
            }
            Event::Present { ghost, hyper, factor, .. } => {
                self.ghost = Some(ghost);
                self.present = Some((hyper, factor));
            }
            Event::Weights(seen) => {
                if self.watched != seen.of {
                    self.watched = seen.of;
                    self.arms.iter_mut().for_each(|arm| arm.path.clear());
                }
                seen.arms.into_iter().for_each(|weights| self.arms[weights.arm as usize].see(seen.step, weights));
            }
            Event::State(state) => {
                self.state = state;
                self.preparing = None;
            }
            Event::ArmStopped(stop) => self.stops.push(stop),
            Event::Notice(sentence) => self.notices.push(sentence),
            Event::Failed(why) => self.failure = Some(why),
        }
    }

    fn push_row(&mut self, row: crate::trainer::Row) {
        self.steps_done = row.step + 1;
        self.hyper.push(row.hyper);
        if let Some(rho) = row.rho {
            self.rho.push(rho);
        }
        for point in row.arms {
            self.arms[point.arm as usize].push(point);
        }
        if let Some(rows) = self.rows.thinned(self.steps_done).filter(|_| !self.keeps_all) {
            self.rows = rows;
            self.hyper.thin(rows);
            self.rho.thin(rows);
            self.arms.iter_mut().for_each(|arm| arm.thin(rows));
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::experiment::{Arm, Change};
    use crate::theory::Hyper;
    use crate::trainer::{ArmPoint, GroupPoint, Row};

    /// Feeds one row of the weight-decay run.
    pub(crate) fn one_row(session: &mut Session, step: u64, loss: f64) {
        let arm = ArmPoint {
            arm: Arm::Wd,
            loss,
            batch_accuracy: 0.5,
            log10_lr: -1.0,
            log10_u: 0.0,
            all: GroupPoint { log10_weight_norm: 0.5, ..GroupPoint::default() },
            groups: Vec::new(),
        };
        let hyper = Hyper { lr: 0.1, weight_decay: 0.0, momentum: 0.9 };
        let row = Row { step, hyper, log10_u: None, rho: None, arms: vec![arm] };
        session.apply(Event::Rows(vec![row]));
    }

    #[test]
    fn a_fresh_start_voids_what_was_shown_but_keeps_the_sentences() {
        let mut session = Session::new(Experiment::default());
        session.apply(Event::Notice("kept".into()));
        one_row(&mut session, 0, 1.0);
        session.apply(Event::Started {
            experiment: Box::default(),
            engine: EngineReport::default(),
            network: Box::default(),
            data: Box::default(),
            steps_per_epoch: 63,
            replay_to: 5,
        });
        assert_eq!((session.steps_done, session.arm(Arm::Wd).loss.len()), (0, 0));
        assert_eq!(session.notices, ["kept"]);
        assert_eq!(session.state, RunState::Replaying { to: 5 });
    }

    #[test]
    fn a_long_run_is_thinned_and_its_forms_say_so() {
        let mut session = Session::new(Experiment::default());
        let mut all = Session::that_keeps_all(Experiment::default());
        for step in 0..20_000 {
            one_row(&mut session, step, step as f64);
            one_row(&mut all, step, step as f64);
        }
        let rows = session.rows();
        assert_eq!((rows.stride(), all.rows(), all.arm(Arm::Wd).loss.len()), (4, Rows::ALL, 20_000));
        let from = rows.whole_from();
        assert_eq!(session.hyper.len(), session.arm(Arm::Wd).loss.len());
        let text = csv::table(&session, "#v=1");
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[2].starts_with(&format!("# thinned: every 4th step before step {from}")), "{}", lines[2]);
        assert!(
            lines[5].starts_with("4,wd,4,") && lines.last().is_some_and(|line| line.starts_with("19999,wd,19999,"))
        );
        assert!(!csv::table(&all, "#v=1").contains("# thinned"));
        let value = json::series(&session);
        assert_eq!((value["every"].as_u64(), value["whole_from"].as_u64()), (Some(4), Some(from)));
        assert_eq!(value["arms"]["wd"]["loss"][(from / 4) as usize].as_f64(), Some(from as f64));
    }

    #[test]
    fn the_step_of_parting_is_exact_in_a_long_run() {
        let mut session = Session::new(Experiment::default());
        for step in 0..50_000 {
            let distance = if step == 100 || step >= 777 { 2.0 * PARTED } else { 1e-6 };
            session.apply(Event::Evaluations(vec![crate::trainer::Evaluation {
                step,
                distance: vec![(Arm::Exp, distance)],
                test_accuracy: Vec::new(),
                samples: Vec::new(),
            }]));
        }
        assert!(session.arm(Arm::Exp).distance.len() < 13_000);
        assert_eq!(session.arm(Arm::Exp).parted_at, Some(777));
    }

    #[test]
    fn restarting_the_gauge_brings_the_twin_back() {
        let mut session = Session::new(Experiment::default());
        session.apply(Event::ArmStopped(ArmStop { arm: Arm::Exp, step: 9, reason: StopReason::GaugeEnded }));
        assert!(!session.is_live(Arm::Exp));
        session.apply(Event::Changed(Change { step: 9, setting: Setting::RestartGauge }));
        assert!(session.is_live(Arm::Exp));
        assert_eq!(session.experiment.changes.len(), 1);
    }
}
