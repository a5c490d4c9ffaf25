//! The weight norms: one settles, the other flies out.

use super::{Curve, Points, Scene, Spec, ticks::Scale};

/// log10 ‖w‖ of the chosen convolution.
pub fn spec<'a>(scene: &Scene<'a>) -> Spec<'a> {
    let session = scene.session;
    let curves = scene
        .arms()
        .filter_map(|arm| {
            let group = session.arm(arm).groups.get(scene.layer)?;
            Some(Curve::of(arm, Points::PerStep(group.log10_weight_norm.as_slice().into())))
        })
        .collect();
    Spec {
        title: "Weight norm ‖w‖",
        subtitle: "Frobenius norm of one convolution, log scale".into(),
        scale: Scale::Log10,
        include: None,
        curves,
        tags: Vec::new(),
        splits: true,
        empty: "The first step is on its way.",
    }
}
