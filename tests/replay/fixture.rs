//! Losses that PyTorch measured, as `assets/replay.py` writes them, and how far a session is from them.

use explr::cli::run;
use explr::data::fashion_mnist;
use explr::engine::EVAL_CHUNK;
use explr::experiment::{Arm, Experiment, Link};
use explr::session::Session;

/// A fixture: its link and, for each arm that trains, its losses up to where it ends.
pub struct Fixture {
    pub link: Link,
    pub losses: Vec<(Arm, Vec<f64>)>,
}

impl Fixture {
    pub fn read(text: &str) -> Self {
        let link = text.lines().find_map(|line| line.strip_prefix("# link ")).expect("a link");
        let link = Link::parse(link);
        assert!(link.notes.is_empty(), "{:?}", link.notes);
        let mut rows = text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(','));
        let named = |key| Arm::ALL.into_iter().find(|arm| arm.key() == key).expect("an arm");
        let mut losses: Vec<(Arm, Vec<f64>)> =
            rows.next().expect("a header").skip(1).map(|key| (named(key), vec![])).collect();
        for row in rows {
            for (cell, (_, losses)) in row.skip(1).zip(&mut losses).filter(|(cell, _)| !cell.is_empty()) {
                losses.push(cell.parse().expect("a number"));
            }
        }
        let trained: Vec<Arm> = link.experiment.arms.iter().collect();
        assert_eq!(trained, losses.iter().map(|(arm, _)| *arm).collect::<Vec<_>>());
        Self { link, losses }
    }

    /// Its steps: the weight-decay run trains in all of them.
    pub fn steps(&self) -> u64 {
        self.losses[0].1.len() as u64
    }

    /// Trains `experiment` for as many steps. Of the test images, which no loss depends on, as few as there may be.
    pub fn train(&self, experiment: &Experiment) -> Session {
        let mut data = fashion_mnist();
        data.test.images = data.test.images[..EVAL_CHUNK * data.shape.len()].into();
        data.test.labels = data.test.labels[..EVAL_CHUNK].into();
        run::train_on(&data, experiment, self.steps(), self.steps()).expect("an engine")
    }

    /// Largest difference of a loss of any arm, nats; infinite where one of them ends elsewhere.
    pub fn worst_difference(&self, session: &Session) -> f64 {
        let of_arm = |(arm, theirs): &(Arm, Vec<f64>)| {
            let ours = &session.arm(*arm).loss;
            if ours.len() != theirs.len() {
                return f64::INFINITY;
            }
            // `max` would pass over NaN.
            let differences = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs());
            differences.fold(0.0, |worst, d| if d <= worst { worst } else { d })
        };
        self.losses.iter().map(of_arm).fold(0.0, |worst, d| if d <= worst { worst } else { d })
    }
}
