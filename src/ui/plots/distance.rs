//! Are they the same function? The distance of the probe logits to the weight-decay run's.

use super::{Curve, Points, Scene, Side, Spec, Tag, ticks::Scale};
use crate::experiment::Arm;
use crate::experiment::view::Layout;

/// log10 ‖z − z_wd‖ / ‖z_wd‖.
pub fn spec<'a>(scene: &Scene<'a>) -> Spec<'a> {
    let session = scene.session;
    let log10 = |points: &[(u64, f64)]| points.iter().map(|&(t, d)| (t, d.log10())).collect::<Vec<_>>();
    let mut curves = scene.recorded_curves(|arm| log10(&arm.distance).into());
    let mut tags = Vec::new();
    for arm in scene.arms().filter(|&arm| arm != Arm::Wd) {
        let points = log10(&session.arm(arm).distance);
        if points.iter().any(|p| p.1.is_finite()) {
            let text = match arm {
                Arm::Control if scene.layout == Layout::SideBySide => "control",
                Arm::Control => "control: one ulp apart at step 0",
                _ => arm.label(),
            };
            let side = if arm == Arm::Exp { Side::Above } else { Side::Below };
            tags.push(Tag { arm, text: text.into(), side });
        }
        curves.push(Curve::of(arm, Points::At(points.into())));
    }
    Spec {
        title: "Are they the same function?",
        subtitle: "relative distance of logits to the weight-decay run, log scale".into(),
        scale: Scale::Log10,
        // From one part in a million to another function altogether.
        include: Some([-6.0, 0.0]),
        curves,
        tags,
        splits: true,
        empty: "The first comparison is on its way.",
    }
}
