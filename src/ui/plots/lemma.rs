//! Lemma 1, live in the net: the gradient stands at a right angle to the weights, and grows as they shrink.

use super::{Curve, Points, Scene, Spec, ticks::Scale};
use crate::experiment::Arm;
use crate::session::Series;
use crate::ui::text;
use std::f64::consts::LN_10;
use std::rc::Rc;

/// Lemma 1.1: log10 |⟨g, w⟩| / (‖g‖‖w‖).
pub fn cosine<'a>(scene: &Scene<'a>) -> Spec<'a> {
    let mut curves: Vec<Curve<'a>> = Vec::new();
    for arm in scene.twins() {
        let cosine = &scene.group(arm).cosine;
        let values = scene.derived("cosine", arm, cosine.len(), |i| cosine[i].abs().log10());
        curves.push(Curve { width: 1.2, ..Curve::of(arm, Points::Kept(values)) });
    }
    let floor = scene.floor(1e-9, 1e-17).log10();
    let subtitle = format!("|cosine| of gradient and weights, {}; 1 is parallel", scene.group_words());
    let zero = curves.iter().any(|curve| has_zero(&curve.points)).then_some(floor);
    Spec {
        include: Some([floor, 0.0]),
        zero,
        curves,
        ..Spec::new("Is the gradient at a right angle?", subtitle, Scale::Log10)
    }
}

/// Whether one of the newest values is an exact zero.
fn has_zero(points: &Points<'_>) -> bool {
    let newest = points.len().saturating_sub(200)..points.len();
    newest.into_iter().any(|i| points.get(i).1 == f64::NEG_INFINITY)
}

/// Lemma 1.2: log10 ‖g̃‖/‖g‖, which theory says is u.
pub fn gradient_ratio<'a>(scene: &Scene<'a>) -> Spec<'a> {
    let mut curves: Vec<Curve<'a>> = Vec::new();
    let mut off = String::new();
    for arm in scene.twins().filter(|&arm| arm != Arm::Wd) {
        let measured = difference(scene, "‖g̃‖/‖g‖", arm, &|arm| &scene.group(arm).log10_gradient_norm);
        let predicted = difference(scene, "u", arm, &|arm| &scene.session.arm(arm).log10_u);
        if let (Arm::Exp, Some(measured), Some(predicted)) = (arm, measured.last(), predicted.last()) {
            let now = ((measured - predicted) * LN_10).exp_m1();
            off = format!("; now off by {}", text::significant(now.abs(), 2));
        }
        curves.push(Curve::of(arm, Points::Kept(measured)));
        curves.push(Curve { points: Points::Kept(predicted), ..Curve::theory(Vec::new()) });
    }
    Spec {
        curves,
        splits: false,
        ..Spec::new(
            "Is ‖g̃‖ / ‖g‖ = u?",
            format!("gradient norms, log scale; thin dashes: theory, u{off}"),
            Scale::Log10,
        )
    }
}

/// A series of `arm` less the weight-decay run's.
fn difference<'a>(scene: &Scene<'a>, what: &'static str, arm: Arm, series: &dyn Fn(Arm) -> &'a Series) -> Rc<Series> {
    let (own, wd) = (series(arm), series(Arm::Wd));
    scene.derived(what, arm, own.len().min(wd.len()), |i| own[i] - wd[i])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::fake::{self, State};
    use crate::ui::plots::{kept::Kept, scene::tests::scene};

    #[test]
    fn the_gradients_ratio_is_u_and_the_cosine_is_shown_as_a_logarithm() {
        let session = fake::session(State::Playing, 300);
        let kept = Kept::default();
        let scene = scene(&session, &kept);
        let spec = gradient_ratio(&scene);
        let [measured, theory] = &spec.curves[..] else { panic!("two curves") };
        for t in [0, 100, 299] {
            let u = session.arm(Arm::Exp).log10_u[t];
            assert!((measured.points.get(t).1 - u).abs() < 1e-12);
            assert!((theory.points.get(t).1 - u).abs() < 1e-12);
        }
        let spec = cosine(&scene);
        assert!(spec.curves.iter().all(|curve| (curve.points.get(50).1 + 9.0).abs() < 1e-9), "the fake's 1e-9");
        assert_eq!(spec.zero, None);
    }
}
