//! Steps a second, measured over the last second or so.

use std::collections::VecDeque;

/// How far back it looks, seconds.
const WINDOW_SECS: f64 = 1.5;

/// Remembers when how many steps were done.
#[derive(Clone, Debug, Default)]
pub struct Rate {
    marks: VecDeque<(f64, u64)>,
}

impl Rate {
    /// Takes note of the steps done at a time, and says how many a second that makes.
    pub fn note(&mut self, now_secs: f64, steps: u64) -> f64 {
        if self.marks.back().is_some_and(|m| steps < m.1) {
            self.marks.clear();
        }
        if self.marks.back().is_none_or(|m| now_secs - m.0 > 0.05) {
            self.marks.push_back((now_secs, steps));
        }
        while self.marks.len() > 2 && now_secs - self.marks[1].0 > WINDOW_SECS {
            self.marks.pop_front();
        }
        let Some(&(then, before)) = self.marks.front() else { return 0.0 };
        if now_secs - then < 0.2 { 0.0 } else { (steps - before) as f64 / (now_secs - then) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eighty_steps_a_second() {
        let mut rate = Rate::default();
        let mut last = 0.0;
        for frame in 0..200 {
            let now = f64::from(frame) / 60.0;
            last = rate.note(now, (now * 80.0) as u64);
        }
        assert!((last - 80.0).abs() < 2.0, "{last}");
        for frame in 0..200 {
            last = rate.note(4.0 + f64::from(frame) / 60.0, 266);
        }
        assert_eq!(last, 0.0, "nothing moves any more");
        assert_eq!(rate.note(9.0, 3), 0.0, "a fresh start");
    }
}
