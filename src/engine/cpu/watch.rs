//! How long each pass of each operation takes inside a real step. Off, it costs a comparison an operation.

use std::collections::BTreeMap;
use web_time::Instant;

/// Which way through an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pass {
    /// The images of the batch; it belongs to the first operation.
    Gather,
    /// Towards the loss.
    Forward,
    /// The gradient of its input.
    Backward,
    /// The gradient of its weights.
    WeightGradient,
    /// The update of all weights; it belongs to the last operation.
    Update,
}

impl Pass {
    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Gather => "gather",
            Self::Forward => "forward",
            Self::Backward => "input gradient",
            Self::WeightGradient => "weight gradient",
            Self::Update => "update",
        }
    }
}

/// Adds up what it measures between two laps; does nothing before [`Watch::start`].
#[derive(Clone, Debug, Default)]
pub struct Watch {
    running: Option<Instant>,
    seconds: BTreeMap<(usize, Pass), f64>,
}

impl Watch {
    /// From here on it measures.
    pub fn start(&mut self) {
        self.running = Some(Instant::now());
    }

    /// What was done since the last lap was `pass` of operation `op`.
    pub fn lap(&mut self, op: usize, pass: Pass) {
        if let Some(last) = self.running {
            let now = Instant::now();
            *self.seconds.entry((op, pass)).or_default() += (now - last).as_secs_f64();
            self.running = Some(now);
        }
    }

    /// Stops. The seconds of each operation and pass since the last stop.
    pub fn stop(&mut self) -> BTreeMap<(usize, Pass), f64> {
        self.running = None;
        std::mem::take(&mut self.seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_measures_only_while_it_runs() {
        let mut watch = Watch::default();
        watch.lap(0, Pass::Forward);
        assert!(watch.stop().is_empty());
        watch.start();
        watch.lap(0, Pass::Forward);
        watch.lap(1, Pass::Forward);
        watch.lap(1, Pass::Forward);
        let keys: Vec<_> = watch.stop().into_keys().collect();
        assert_eq!(keys, [(0, Pass::Forward), (1, Pass::Forward)]);
        watch.lap(2, Pass::Update);
        assert!(watch.stop().is_empty());
    }
}
