//! What both nets are worth on images they never saw.

use super::{Curve, Points, Scene, Spec, ticks::Scale};

/// Fraction of the test set classified correctly.
pub fn spec<'a>(scene: &Scene<'a>) -> Spec<'a> {
    let mut curves = scene.recorded_curves(|arm| arm.test_accuracy.as_slice().into());
    let live = |arm| Curve::of(arm, Points::At(scene.session.arm(arm).test_accuracy.as_slice().into()));
    curves.extend(scene.arms().map(live));
    Spec {
        title: "Test accuracy",
        subtitle: "with the statistics of fixed chunks of the test set".into(),
        scale: Scale::Percent,
        include: None,
        curves,
        tags: Vec::new(),
        splits: true,
        empty: "The first evaluation is on its way.",
    }
}
