//! The learning rates that are still to come: the present gauge, carried along the schedule. Pure functions.

use crate::theory::{Ghost, Hyper, Schedule};

/// Steps that are looked ahead at most.
const MOST_STEPS: u64 = 200_000;

/// (step, log10 η) and (step, log10 η̃), `most` points of each or a few more.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ahead {
    /// Of the weight-decay run.
    pub wd: Vec<(u64, f64)>,
    /// Of its twin, until it ends.
    pub twin: Vec<(u64, f64)>,
}

/// From the gauge `ghost` before step `from` up to step `to`, with η, λ, γ as set in `h` and η multiplied by `schedule`.
pub fn ahead(ghost: Ghost, h: Hyper, schedule: &Schedule, per_epoch: u64, [from, to]: [u64; 2], most: u64) -> Ahead {
    let to = to.min(from + MOST_STEPS);
    let stride = to.saturating_sub(from).div_ceil(most).max(1);
    let mut ghost = Some(ghost);
    let mut ahead = Ahead::default();
    let mut before = None;
    for step in from..=to {
        let driven = Hyper { lr: h.lr * schedule.factor(step, per_epoch), ..h };
        // A drop is drawn as one, wherever it falls.
        let jumps = before.is_some_and(|lr: f64| (driven.lr / lr - 1.0).abs() > 0.2);
        let seen = (step - from).is_multiple_of(stride) || step == to || jumps;
        if seen {
            ahead.wd.push((step, driven.lr.log10()));
        }
        before = Some(driven.lr);
        let Some(gauge) = &mut ghost else { continue };
        match gauge.advance(driven) {
            Ok(twin) if seen => ahead.twin.push((step, twin.log10_lr)),
            Ok(_) => {}
            Err(_) => ghost = None,
        }
    }
    ahead
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{Regime, Shape, Span, ghost::closed_form_log10_lr, roots};

    const H: Hyper = Hyper { lr: 0.1, weight_decay: 2e-3, momentum: 0.9 };

    #[test]
    fn constants_give_the_closed_form() {
        let Regime::Inside(r) = roots::regime(H) else { panic!("inside") };
        let got = ahead(Ghost::closed_form(H, r.alpha), H, &Schedule::default(), 63, [0, 5_000], 100);
        assert_eq!(got.twin.len(), 101);
        for (step, log10_lr) in got.twin {
            assert!((log10_lr - closed_form_log10_lr(H, r.alpha, step)).abs() < 1e-9, "{step}");
        }
        assert!(got.wd.iter().all(|&(_, log10_lr)| (log10_lr + 1.0).abs() < 1e-15));
    }

    #[test]
    fn a_drop_is_seen_and_an_end_is_one() {
        let drop = Schedule::of(Shape::Step { milestones: vec![Span::Steps(777)], factor: 0.1 });
        let got = ahead(Ghost::new(true), H, &drop, 63, [0, 2_000], 20);
        assert!(got.wd.contains(&(777, (0.1f64 * 0.1).log10())) && got.twin.iter().any(|p| p.0 == 777));
        let outside = Hyper { weight_decay: 0.05, ..H };
        let got = ahead(Ghost::new(true), outside, &Schedule::default(), 63, [0, 500], 500);
        let end = roots::last_step_from_fresh_start(outside).expect("outside");
        assert_eq!(got.twin.len() as u64, end - 1, "a point for every step it takes");
        assert_eq!(got.wd.len(), 501);
    }
}
