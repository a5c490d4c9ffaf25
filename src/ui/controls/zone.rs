//! Where on a slider the twin would end: the present gauge, iterated with that setting frozen.

use crate::theory::ghost::HORIZON;
use crate::theory::{Ghost, Hyper};
use crate::ui::state::Knob;

/// Places on a slider that are tried.
pub const PLACES: usize = 48;

/// What was found last, and for what.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    key: Option<[f64; 5]>,
    ends: Vec<bool>,
}

/// For each place from left to right: whether the twin would end, with η multiplied by the schedule's present `factor`.
pub fn ends(ghost: Ghost, h: Hyper, knob: Knob, factor: f64) -> Vec<bool> {
    let scale = knob.scale();
    (0..PLACES)
        .map(|i| {
            let value = scale.value((i as f64 + 0.5) / PLACES as f64);
            let set = knob.with(h, value);
            ghost.steps_to_end(Hyper { lr: set.lr * factor, ..set }, HORIZON).is_some()
        })
        .collect()
}

impl Cache {
    /// The places, computed again only when the gauge or the other settings moved noticeably.
    pub fn ends(&mut self, ghost: Ghost, h: Hyper, knob: Knob, factor: f64) -> &[bool] {
        // The future depends on q/u alone, and on the other two settings.
        let others = knob.with(h, 0.0);
        let tilt = format!("{:.2e}", ghost.q / ghost.u).parse().unwrap_or(0.0);
        let key = [tilt, others.lr, others.weight_decay, others.momentum, factor];
        if self.key != Some(key) {
            self.key = Some(key);
            self.ends = ends(ghost, h, knob, factor);
        }
        &self.ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::roots::border;

    const H: Hyper = Hyper { lr: 0.1, weight_decay: 2e-3, momentum: 0.9 };

    #[test]
    fn the_zone_begins_at_the_border() {
        for knob in [Knob::LearningRate, Knob::WeightDecay] {
            let ends = ends(Ghost::new(true), H, knob, 1.0);
            assert!(!ends[0] && ends[PLACES - 1]);
            let first = ends.iter().position(|&e| e).unwrap();
            assert!(ends[first..].iter().all(|&e| e), "one zone, on the right");
            let value = |i: usize| knob.scale().value((i as f64 + 0.5) / PLACES as f64);
            let decay = |x: f64| knob.with(H, x).lr * knob.with(H, x).weight_decay;
            assert!(decay(value(first - 1)) <= border(0.9) && decay(value(first)) > border(0.9));
        }
        let ends = ends(Ghost::new(true), H, Knob::Momentum, 1.0);
        assert!(!ends[0] && ends[PLACES - 1]);
    }

    #[test]
    fn a_gauge_with_a_past_has_a_larger_zone() {
        let mut ghost = Ghost::new(true);
        for _ in 0..500 {
            ghost.advance(Hyper { lr: 0.01, weight_decay: 0.25, momentum: 0.9 }).unwrap();
        }
        let h = Hyper { lr: 0.01, weight_decay: 0.025, momentum: 0.9 };
        let count = |g: Ghost| ends(g, h, Knob::LearningRate, 1.0).iter().filter(|&&e| e).count();
        assert!(count(ghost) > count(Ghost::new(true)));
    }

    #[test]
    fn a_schedule_moves_the_zone() {
        let count =
            |factor| ends(Ghost::new(true), H, Knob::WeightDecay, factor).into_iter().filter(|&ends| ends).count();
        assert!(count(0.1) < count(1.0) && count(0.0) == 0);
    }

    #[test]
    fn the_cache_follows_the_other_settings_only() {
        let mut cache = Cache::default();
        let before = cache.ends(Ghost::new(true), H, Knob::LearningRate, 1.0).to_vec();
        assert_eq!(cache.ends(Ghost::new(true), Hyper { lr: 1.0, ..H }, Knob::LearningRate, 1.0), before);
        assert_ne!(cache.ends(Ghost::new(true), Hyper { weight_decay: 0.5, ..H }, Knob::LearningRate, 1.0), before);
    }
}
