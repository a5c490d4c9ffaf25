//! ‖w‖²/η: of both runs, and the twin's over the weight-decay run's, a number so near 1 that its deviation is shown.

use super::{Curve, Points, Scene, Spec, balance, ticks::Scale};
use crate::experiment::Arm;
use crate::session::Series;
use crate::theory::equilibrium;
use crate::ui::theme::Dash;
use std::f64::consts::LN_10;

/// log10 ‖w‖²/η: constant once the weight-decay run's norm is (blog, figure 2, right).
pub fn norm_per_lr<'a>(scene: &Scene<'a>) -> Spec<'a> {
    let mut curves: Vec<Curve<'a>> = Vec::new();
    for arm in scene.twins() {
        let (norm, lr) = (&scene.group(arm).log10_weight_norm, &scene.session.arm(arm).log10_lr);
        let len = norm.len().min(lr.len());
        let values = scene.derived("‖w‖²/η", arm, len, |i| 2.0 * norm[i] - lr[i]);
        curves.push(Curve::of(arm, Points::Kept(values)));
    }
    let settled = balance::predicted(scene, |h, g| equilibrium::weight_norm(h, g).powi(2) / h.lr);
    curves.push(Curve::predicted(Arm::Wd, settled.clone()));
    curves.push(Curve::theory(settled));
    let subtitle = format!("‖w‖²/η of {}, log scale; thin dashes: equilibrium", scene.group_words());
    Spec { curves, ..Spec::new("Is ‖w̃‖² / η̃ constant?", subtitle, Scale::Log10) }
}

/// (‖w̃‖²/η̃) ÷ (‖w‖²/η) − 1; theory says 1/ρ − 1.
pub fn spec<'a>(scene: &Scene<'a>) -> Spec<'a> {
    let session = scene.session;
    let measured = Curve::of(Arm::Exp, Points::Kept(deviation(scene)));
    let rho = &session.rho;
    let predicted = scene.derived("1/ρ − 1", Arm::Exp, rho.len(), |i| 1.0 / rho[i] - 1.0);
    let theory = Curve { points: Points::Kept(predicted), fitted: true, ..Curve::theory(Vec::new()) };
    Spec {
        curves: vec![Curve { dash: Dash::Solid, width: 2.0, ..measured }, theory],
        splits: false,
        ..Spec::new(
            "(‖w̃‖² / η̃) ÷ (‖w‖² / η)",
            "deviation from 1; thin dashes: theory, 1/ρ − 1",
            // Below this the axis would show rounding, not mathematics.
            Scale::Deviation(scene.floor(1e-5, 1e-13)),
        )
    }
}

/// The deviation of each step, from logarithms: η̃ may be far beyond what a number can hold.
fn deviation(scene: &Scene<'_>) -> std::rc::Rc<Series> {
    let [w, w_twin] = [Arm::Wd, Arm::Exp].map(|arm| &scene.group(arm).log10_weight_norm);
    let [lr, lr_twin] = [Arm::Wd, Arm::Exp].map(|arm| &scene.session.arm(arm).log10_lr);
    let len = w.len().min(w_twin.len()).min(lr.len()).min(lr_twin.len());
    scene.derived("ratio", Arm::Exp, len, |i| ((2.0 * (w_twin[i] - w[i]) - (lr_twin[i] - lr[i])) * LN_10).exp_m1())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::fake::{self, State};
    use crate::ui::plots::{kept::Kept, scene::tests::scene};

    #[test]
    fn an_exact_twin_deviates_as_theory_says() {
        let session = fake::session(State::Playing, 400);
        let kept = Kept::default();
        let got = deviation(&scene(&session, &kept));
        assert_eq!(got.len(), 400);
        for (t, (got, rho)) in got.iter().zip(session.rho.iter()).enumerate() {
            assert!((got - (1.0 / rho - 1.0)).abs() < 1e-9, "step {t}: {got} {rho}");
        }
        assert!(got[300] < -1e-3, "and it does deviate");
    }
}
