//! Where theory says the weight-decay run settles, from the gradients it measures (theory 7).

use super::Scene;
use super::smooth::{self, Sums};
use crate::experiment::Arm;
use crate::theory::Hyper;

/// (step, log10 of `settled`(η_t, λ_t, γ_t and G)), where G = √⟨(‖g‖‖w‖)²⟩ of the weight-decay run is a mean over a
/// window. Without weight decay or learning rate there is no equilibrium: those points are not finite.
pub fn predicted(scene: &Scene<'_>, settled: impl Fn(Hyper, f64) -> f64) -> Vec<(u64, f64)> {
    let group = scene.group(Arm::Wd);
    let hyper = &scene.session.hyper;
    let len = group.log10_gradient_norm.len().min(group.log10_weight_norm.len()).min(hyper.len());
    let square = |i: usize| 10f64.powf(2.0 * (group.log10_gradient_norm[i] + group.log10_weight_norm[i]));
    let (id, rows) = (scene.id("", Arm::Wd), scene.session.rows());
    let sums = Sums::of(scene.kept, ["G²", "G² count"], id, rows, len, square);
    let half = smooth::half_window(scene.session.steps_done);
    sums.points(half, |i, square| {
        let h = hyper[i];
        if h.lr * h.weight_decay > 0.0 { settled(h, square.sqrt()).log10() } else { f64::NAN }
    })
}
