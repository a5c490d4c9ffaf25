//! How much one submit may hold: so much that the GPU is busy for a few milliseconds, as measured. Longer, and a page that draws
//! with the same GPU stutters; shorter, and the 40 to 70 µs of each submit count.

/// Seconds of a submit.
const TARGET_SECS: f64 = 0.006;
/// Measurements that count.
const RECENT: usize = 8;
/// Multiply-adds of a submit before anything was measured: a few milliseconds of a laptop's GPU.
const FIRST: f64 = 2e9;
/// The same for a software GPU, which a browser may take for a hung one.
const FIRST_IN_SOFTWARE: f64 = FIRST / 16.0;

/// What is known of the speed of a GPU.
#[derive(Clone, Debug)]
pub struct Pace {
    first: f64,
    /// Multiply-adds a second of the newest measurements.
    recent: Vec<f64>,
}

impl Pace {
    /// Nothing is measured yet.
    pub fn new(software: bool) -> Self {
        Self { first: if software { FIRST_IN_SOFTWARE } else { FIRST }, recent: Vec::new() }
    }

    /// A pace that never changes: for tests.
    pub fn fixed(multiply_adds: usize) -> Self {
        Self { first: multiply_adds as f64, recent: vec![multiply_adds as f64 / TARGET_SECS; RECENT] }
    }

    /// Takes note that `multiply_adds` and the reading of their results took `secs` in all.
    pub fn note(&mut self, multiply_adds: usize, secs: f64) {
        if multiply_adds == 0 || secs <= 0.0 {
            return;
        }
        if self.recent.len() == RECENT {
            self.recent.remove(0);
        }
        self.recent.push(multiply_adds as f64 / secs);
    }

    /// Multiply-adds that one submit may hold. The fastest of the newest measurements counts: what they hold beside the
    /// GPU's own time, waiting for a browser above all, only ever makes them longer.
    pub fn multiply_adds(&self) -> usize {
        let fastest = self.recent.iter().copied().reduce(f64::max);
        fastest.map_or(self.first, |rate| rate * TARGET_SECS) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_submit_holds_six_milliseconds_of_what_was_measured() {
        let mut pace = Pace::new(false);
        assert_eq!(pace.multiply_adds(), 2_000_000_000);
        pace.note(1_000_000, 0.010);
        assert_eq!(pace.multiply_adds(), 600_000, "a slow GPU gets less than the first guess");
        pace.note(1_000_000, 0.001);
        assert_eq!(pace.multiply_adds(), 6_000_000);
        // A busy moment does not count against the faster ones, and is forgotten as they are.
        (0..RECENT - 1).for_each(|_| pace.note(1_000_000, 0.002));
        assert_eq!(pace.multiply_adds(), 6_000_000);
        pace.note(1_000_000, 0.002);
        assert_eq!(pace.multiply_adds(), 3_000_000);
    }

    #[test]
    fn nothing_and_no_time_say_nothing() {
        let mut pace = Pace::new(true);
        let first = pace.multiply_adds();
        pace.note(0, 1.0);
        pace.note(5, 0.0);
        assert_eq!((pace.multiply_adds(), first), (125_000_000, 125_000_000));
    }
}
