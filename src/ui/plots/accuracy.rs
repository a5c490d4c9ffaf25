//! What both nets are worth on images they never saw.

use super::{Curve, Points, Scene, Spec, ticks::Scale};

/// Fraction of the test set classified correctly.
pub fn spec<'a>(scene: &Scene<'a>) -> Spec<'a> {
    let mut curves = scene.recorded_curves(|arm| arm.test_accuracy.as_slice().into());
    let live = |arm| Curve::of(arm, Points::Marks(&scene.session.arm(arm).test_accuracy));
    curves.extend(scene.arms().map(live));
    Spec {
        curves,
        empty: "The first evaluation is on its way.",
        ..Spec::new("Test accuracy", "with the statistics of fixed chunks of the test set", Scale::Percent)
    }
}
