//! A finished default run, recorded earlier: what the page shows in the moment before anything is trained, and what the
//! live run then grows over.
//!
//! Made by `explr run '#v=1' --engine cpu --steps 600 --eval-every 10 --thin 10 --columns
//! loss,log10_lr,distance_to_wd,test_accuracy --digits 5 --csv assets/recorded.csv`: more digits would not be seen.

use super::Session;
use crate::experiment::{Arm, Experiment, Link};
use std::sync::OnceLock;

/// (step, value), ascending.
pub type Points = Vec<(u64, f64)>;

/// One arm of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordedArm {
    /// Cross-entropy, nats; means of as many steps as lie between two points.
    pub loss: Points,
    /// log10 of the learning rate.
    pub log10_lr: Points,
    /// Relative distance of the probe logits to the weight-decay run.
    pub distance: Points,
    /// Fraction of the test set classified correctly.
    pub test_accuracy: Points,
}

/// A recorded run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// What was trained.
    pub experiment: Experiment,
    /// Its last step.
    pub end: u64,
    arms: [RecordedArm; Arm::ALL.len()],
}

impl Recorded {
    /// The series of `arm`.
    pub fn arm(&self, arm: Arm) -> &RecordedArm {
        &self.arms[arm as usize]
    }

    /// Whether `experiment` trains what was recorded. Arms, length, engine and precision may differ: they change which
    /// runs are seen and their rounding, not the runs.
    pub fn shows(&self, experiment: &Experiment) -> bool {
        let Experiment { arms, steps, engine, precision, rescaling, .. } = self.experiment;
        self.experiment == Experiment { arms, steps, engine, precision, rescaling, ..experiment.clone() }
    }
}

/// The recorded default run.
pub fn default_run() -> &'static Recorded {
    static RUN: OnceLock<Recorded> = OnceLock::new();
    RUN.get_or_init(|| parse(include_str!("../../assets/recorded.csv")))
}

/// The recorded run, while `session` trains the same and has not come as far.
pub fn ahead_of(session: &Session) -> Option<&'static Recorded> {
    let run = default_run();
    (session.steps_done < run.end && run.shows(&session.experiment)).then_some(run)
}

/// Reads what [`super::csv::thinned`] wrote; rows that are no rows are passed over.
fn parse(text: &str) -> Recorded {
    let link = text.lines().find_map(|line| line.strip_prefix("# link ")).unwrap_or_default();
    let mut run = Recorded { experiment: Link::parse(link).experiment, ..Recorded::default() };
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let of = |name: &str| {
            let column = header.iter().position(|column| *column == name);
            column.and_then(|i| cells.get(i)).copied().unwrap_or_default()
        };
        let [step, arm] = ["step", "arm"].map(of);
        let [loss, log10_lr, distance, accuracy] = ["loss", "log10_lr", "distance_to_wd", "test_accuracy"].map(of);
        let Ok(step) = step.parse::<u64>() else { continue };
        let Some(arm) = Arm::ALL.into_iter().find(|a| a.key() == arm) else { continue };
        let series = &mut run.arms[arm as usize];
        let lists = [&mut series.loss, &mut series.log10_lr, &mut series.distance, &mut series.test_accuracy];
        for (list, cell) in lists.into_iter().zip([loss, log10_lr, distance, accuracy]) {
            list.extend(cell.parse::<f64>().ok().map(|value| (step, value)));
        }
        run.end = run.end.max(step);
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_run_is_the_default_and_shows_the_claim() {
        let run = default_run();
        assert!(run.shows(&Experiment::default()));
        assert!(!run.shows(&Experiment { seed: 8, ..Experiment::default() }));
        let last = |arm| run.arm(arm).distance.last().copied();
        let (Some((at, twin)), Some((_, ablation))) = (last(Arm::Exp), last(Arm::Ablation)) else { panic!("no rows") };
        assert_eq!(at, run.end);
        assert!(twin < 1e-3 && ablation > 0.1, "{twin} {ablation}");
        assert!(run.arm(Arm::Exp).log10_lr.last().is_some_and(|(_, lr)| *lr > 0.0));
        assert!(run.arm(Arm::Wd).loss.len() > 50);
    }
}
