//! What a schedule and its twin will look like, before anything trains.

use super::{Gauge, Ghost, Hyper, Rule};

/// log10 of both learning rates at some steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preview {
    /// (step, log10 η_t); steps at which η_t = 0 are left out.
    pub lr: Vec<(u64, f64)>,
    /// (step, log10 η̃_t), while there is a twin.
    pub twin_lr: Vec<(u64, f64)>,
    /// The step that the twin cannot take.
    pub ends: Option<u64>,
}

/// Longest stretch that is looked at, steps.
pub const LONGEST: u64 = 100_000;

/// The first `steps` steps (at most [`LONGEST`]) of what `drive` says, at about `points` of them.
pub fn preview(rule: Rule, steps: u64, points: u64, drive: impl Fn(u64) -> Hyper) -> Preview {
    let steps = steps.min(LONGEST);
    let every = steps.div_ceil(points.max(1)).max(1);
    let mut gauge = Gauge::new(rule, Ghost::new(true));
    let mut out = Preview::default();
    for step in 0..=steps {
        let h = drive(step);
        let shown = step.is_multiple_of(every) || step == steps;
        if shown && h.lr > 0.0 {
            out.lr.push((step, h.lr.log10()));
        }
        if out.ends.is_some() {
            continue;
        }
        match gauge.advance(h) {
            Ok(done) if shown && h.lr > 0.0 => out.twin_lr.push((step, done.twin.log10_lr)),
            Ok(_) => {}
            Err(_) => out.ends = Some(step),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{ghost::closed_form_log10_lr, roots, texp};

    #[test]
    fn constants_climb_a_straight_line() {
        let h = Hyper { lr: 0.1, weight_decay: 2e-3, momentum: 0.9 };
        let seen = preview(Rule::TEXP, 3_000, 100, |_| h);
        let roots::Regime::Inside(r) = roots::regime(h) else { panic!("inside") };
        assert!(seen.lr.iter().all(|(_, lr)| (lr + 1.0).abs() < 1e-12));
        assert!((100..=102).contains(&seen.twin_lr.len()) && seen.twin_lr.last().is_some_and(|(t, _)| *t == 3_000));
        for (t, lr) in seen.twin_lr {
            assert!((lr - closed_form_log10_lr(h, r.alpha, t)).abs() < 1e-9);
        }
    }

    /// The right-hand panel of the blog's figure 5, from a schedule in epochs of 391 steps.
    #[test]
    fn figure_5_to_three_digits() {
        const EPOCH: u64 = 391;
        let lr = |t: u64| {
            if t < 80 * EPOCH {
                0.1
            } else if t < 120 * EPOCH {
                0.01
            } else {
                0.001
            }
        };
        let drive = |t| Hyper { lr: lr(t), weight_decay: 5e-4, momentum: 0.9 };
        let texp = preview(Rule::TEXP, 117_300, 300, drive);
        // Beyond the longest stretch the preview stops; up to there it is TEXP's own formula.
        assert_eq!(texp.lr.last().unwrap().0, LONGEST);
        let at = |epoch: u64| preview(Rule::TEXP, epoch * EPOCH, 1, drive).twin_lr.last().unwrap().1;
        for (epoch, want) in [(79, 3.02e12), (80, 4.47e11), (119, 2.05e12), (120, 2.14e11)] {
            assert!((10f64.powf(at(epoch)) / want - 1.0).abs() < 5e-3, "epoch {epoch}");
        }
        let phases = [0, 80, 120].map(|epoch| texp::Phase { start: epoch * EPOCH, hyper: drive(epoch * EPOCH) });
        let last = texp::log10_lr(&phases, 300 * EPOCH, texp::Taper::Own).unwrap()[(299 * EPOCH) as usize];
        assert!((10f64.powf(last) / 4.30e11 - 1.0).abs() < 5e-3);
    }

    #[test]
    fn outside_the_regime_the_end_is_foretold_and_a_cosine_may_reach_zero() {
        let outside = Hyper { lr: 1.0, weight_decay: 2.0 * roots::border(0.9), momentum: 0.9 };
        assert_eq!(preview(Rule::Ghost, 300, 50, |_| outside).ends, Some(44), "45 steps, the last of them not taken");
        let zero = preview(Rule::Ghost, 100, 100, |t| Hyper { lr: if t < 50 { 0.1 } else { 0.0 }, ..outside });
        assert!(zero.lr.iter().all(|(t, _)| *t < 50));
    }
}
