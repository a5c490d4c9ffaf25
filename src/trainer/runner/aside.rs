//! Training steps aside while somebody uses a page whose frames the processor draws: hands come first.

use std::time::Duration;
use web_time::Instant;

/// How long one request holds. It expires by itself, so that a page that is hidden or gone slows nothing.
const HOLDS: Duration = Duration::from_millis(600);
/// Rest for each unit of work. A frame must find the processor free more often than not.
const REST: f64 = 6.0;
/// Longest rest: commands wait for its end.
const LONGEST: Duration = Duration::from_millis(200);

/// Whether to step aside, and for how long.
#[derive(Clone, Copy, Debug, Default)]
pub struct Aside {
    until: Option<Instant>,
}

impl Aside {
    /// Takes note of a request.
    pub fn ask(&mut self, now: Instant) {
        self.until = Some(now + HOLDS);
    }

    /// How many of `chunk` steps to train before the next rest.
    pub fn steps(self, now: Instant, chunk: usize) -> usize {
        // One step holds the processor for long enough.
        if self.holds(now) { 1 } else { chunk }
    }

    /// How long to rest after this much work.
    pub fn rest(self, now: Instant, worked: Duration) -> Duration {
        if self.holds(now) { worked.mul_f64(REST).min(LONGEST) } else { Duration::ZERO }
    }

    fn holds(self, now: Instant) -> bool {
        self.until.is_some_and(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_holds_for_a_moment() {
        let (mut aside, now) = (Aside::default(), Instant::now());
        let work = Duration::from_millis(20);
        assert_eq!((aside.steps(now, 7), aside.rest(now, work)), (7, Duration::ZERO));
        aside.ask(now);
        assert_eq!((aside.steps(now, 7), aside.rest(now, work)), (1, Duration::from_millis(120)));
        let later = now + HOLDS;
        assert_eq!((aside.steps(later, 7), aside.rest(later, work)), (7, Duration::ZERO));
    }

    #[test]
    fn commands_never_wait_long() {
        let (mut aside, now) = (Aside::default(), Instant::now());
        aside.ask(now);
        assert_eq!(aside.rest(now, Duration::from_secs(3)), LONGEST);
    }
}
