//! The learning rates: one constant, one a straight line on a logarithmic axis.

use super::ahead::ahead;
use super::{Curve, Points, Scene, Side, Spec, Tag, ticks, ticks::Scale};
use crate::experiment::Arm;
use crate::session::Session;
use crate::theory::{Ghost, Hyper, Regime, roots};
use crate::ui::text;

/// log10 η and log10 η̃.
pub fn spec<'a>(scene: &Scene<'a>) -> Spec<'a> {
    let session = scene.session;
    let the_two = |arm: &Arm| matches!(arm, Arm::Wd | Arm::Exp);
    let live = |arm| Curve::of(arm, Points::Rows(&session.arm(arm).log10_lr));
    let mut curves = scene.recorded_curves(|arm| arm.log10_lr.as_slice().into());
    curves.retain(|curve| curve.arm.as_ref().is_some_and(the_two));
    curves.extend(scene.arms().filter(the_two).map(live));
    let mut tags = Vec::new();
    let schedule = session.experiment.with_present_values(session.steps_done).schedule;
    if !schedule.is_constant() {
        if session.stop_of(Arm::Exp).is_none() {
            let ghost = session.ghost.unwrap_or_else(|| Ghost::new(session.experiment.rescaling));
            let span = [session.steps_done, scene.end as u64];
            let ahead = ahead(ghost, scene.hyper, &schedule, session.steps_per_epoch.max(1), span, 600);
            curves.push(Curve::predicted(Arm::Wd, ahead.wd));
            curves.push(Curve::theory(ahead.twin));
        }
        return Spec {
            curves,
            empty: "η will follow its schedule, η̃ will climb.",
            ..Spec::new(
                "Learning rate",
                "log scale; thin dashes: theory, along the schedule with λ, γ as they are",
                Scale::Log10,
            )
        };
    }
    if let Some(line) = theory_line(session, scene.hyper, scene.end as u64) {
        if let Some(text) = astronomical(&line, scene.end) {
            tags.push(Tag { arm: Arm::Exp, text, side: Side::TopLeft });
        }
        curves.push(Curve::theory(line));
    }
    if let Regime::Inside(r) = roots::regime(scene.hyper)
        && r.alpha < 1.0
        && session.steps_done > 0
    {
        let steps = 1.0 / r.log10_growth(1.0);
        let text = format!("×10 every {} steps", text::thousands(steps.round() as u64));
        // Above a line that climbs the upper left is empty.
        tags.insert(0, Tag { arm: Arm::Exp, text, side: Side::TopLeft });
    }
    Spec {
        curves,
        tags,
        empty: "η stays, η̃ will climb a straight line.",
        ..Spec::new("Learning rate", "log scale; thin dashes: theory, η̃ ∝ α⁻²ᵗ", Scale::Log10)
    }
}

/// Where the straight line `line` reaches 10^1000, as words, if that lies beyond `end` and within sight of a number.
fn astronomical(line: &[(u64, f64)], end: f64) -> Option<String> {
    let [(from, low), (to, high)] = line[..] else { return None };
    let slope = (high - low) / (to - from) as f64;
    let step = from as f64 + (1_000.0 - low) / slope;
    let within = slope > 0.0 && step > end && step < 1e12;
    within.then(|| format!("10¹⁰⁰⁰ at step {}", text::thousands(ticks::significant(step, 3) as u64)))
}

/// The straight line to which the gauge settles with `h` in force, up to `end`: the closed form α^(−2t−1) η times a constant
/// near 1 (theory 3.2). From step 0 where nothing was changed; after a change, or while a slider moves, from the present
/// step on.
fn theory_line(session: &Session, h: Hyper, end: u64) -> Option<Vec<(u64, f64)>> {
    let Regime::Inside(r) = roots::regime(h) else { return None };
    if h.lr <= 0.0 || session.stop_of(Arm::Exp).is_some() {
        return None;
    }
    let (now, ghost) = match session.ghost {
        Some(ghost) if !session.experiment.changes.is_empty() || h != session.experiment.hyper => {
            (session.steps_done, ghost)
        }
        _ => (0, Ghost::new(true)),
    };
    let intercept = settled_log10_lr(ghost, h, r.alpha, r.small)?;
    let slope = r.log10_growth(1.0);
    let end = end.max(now + 1);
    Some(vec![(now, intercept), (end, intercept + slope * (end - now) as f64)])
}

/// log10 of the η̃ to whose growth the gauge settles, carried back to its present step: with u_t = A α^t + B (γ/α)^t the
/// second term dies out and η̃_t → η / (A² α^(2t+1)).
fn settled_log10_lr(ghost: Ghost, h: Hyper, alpha: f64, small: f64) -> Option<f64> {
    let mut ahead = Ghost { rescaling: false, ..ghost };
    ahead.advance(h).ok()?;
    let a = (ahead.u - small * ghost.u) / (alpha - small);
    let halvings = 2.0 * ghost.exponent as f64 * std::f64::consts::LOG10_2;
    (a > 0.0).then(|| h.lr.log10() - 2.0 * a.log10() - alpha.log10() + halvings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::ghost::closed_form_log10_lr;

    #[test]
    fn the_gauge_settles_to_the_line_after_any_past() {
        let past = Hyper { lr: 0.2, weight_decay: 0.01, momentum: 0.9 };
        let h = Hyper { lr: 0.1, weight_decay: 2e-3, momentum: 0.9 };
        let mut ghost = Ghost::new(true);
        for _ in 0..900 {
            ghost.advance(past).unwrap();
        }
        let Regime::Inside(r) = roots::regime(h) else { panic!("inside") };
        let start = settled_log10_lr(ghost, h, r.alpha, r.small).unwrap();
        let mut last = 0.0;
        for _ in 0..=400 {
            last = ghost.advance(h).unwrap().log10_lr;
        }
        assert!((last - (start + 400.0 * r.log10_growth(1.0))).abs() < 1e-9);
    }

    #[test]
    fn before_the_start_it_is_the_closed_form_times_a_constant() {
        let session = Session::new(crate::experiment::Experiment::default());
        let line = theory_line(&session, session.experiment.hyper, 1_000).unwrap();
        assert_eq!(line.len(), 2);
        let Regime::Inside(r) = roots::regime(session.experiment.hyper) else { panic!("inside") };
        let closed = closed_form_log10_lr(session.experiment.hyper, r.alpha, 0);
        assert!((line[0].1 - closed).abs() < 0.02 && line[0].1 < closed, "{line:?}");
        assert!((line[1].1 - line[0].1 - 1_000.0 / 564.5).abs() < 0.01, "{line:?}");
        let text = astronomical(&line, 1_000.0).expect("far ahead");
        // 1,001 decades at 564.5 steps each.
        assert_eq!(text, "10¹⁰⁰⁰ at step 565,000");
        assert_eq!(astronomical(&line, 1e6), None, "passed");
        assert_eq!(astronomical(&[(0, -1.0), (10, -1.0)], 10.0), None, "never");
        let outside = Hyper { lr: 1.0, weight_decay: 0.1, momentum: 0.9 };
        assert_eq!(theory_line(&session, outside, 1_000), None);
    }
}
