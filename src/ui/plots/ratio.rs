//! ‖w‖²/η of the twin over that of the weight-decay run: a number so near 1 that its deviation is shown.

use super::{Curve, Points, Scene, Spec, ticks::Scale};
use crate::experiment::{Arm, Precision};
use crate::session::Session;
use crate::ui::theme::Dash;

/// (‖w̃‖²/η̃) ÷ (‖w‖²/η) − 1; theory says 1/ρ − 1.
pub fn spec<'a>(scene: &Scene<'a>) -> Spec<'a> {
    let session = scene.session;
    let measured = Curve::of(Arm::Exp, Points::PerStep(deviation(session, scene.layer).into()));
    let predicted: Vec<f64> = session.rho.iter().map(|rho| 1.0 / rho - 1.0).collect();
    let theory = Curve { points: Points::PerStep(predicted.into()), fitted: true, ..Curve::theory(Vec::new()) };
    // Below this the axis would show rounding, not mathematics.
    let floor = match session.engine.precision {
        Precision::F32 => 1e-5,
        Precision::F64 => 1e-13,
    };
    Spec {
        title: "(‖w̃‖² / η̃) ÷ (‖w‖² / η)",
        subtitle: "deviation from 1; thin dashes: theory, 1/ρ − 1".into(),
        scale: Scale::Deviation(floor),
        include: None,
        curves: vec![Curve { dash: Dash::Solid, width: 2.0, ..measured }, theory],
        tags: Vec::new(),
        splits: false,
        empty: "The first step is on its way.",
    }
}

/// The deviation of each step, from logarithms: η̃ may be far beyond what a number can hold.
fn deviation(session: &Session, layer: usize) -> Vec<f64> {
    let (wd, exp) = (session.arm(Arm::Wd), session.arm(Arm::Exp));
    let norms = |arm: &'_ crate::session::ArmSeries| {
        arm.groups.get(layer).map_or_else(Vec::new, |g| g.log10_weight_norm.clone())
    };
    let (w, w_twin) = (norms(wd), norms(exp));
    w.iter()
        .zip(&w_twin)
        .zip(wd.log10_lr.iter().zip(&exp.log10_lr))
        .map(|((w, w_twin), (lr, lr_twin))| ((2.0 * (w_twin - w) - (lr_twin - lr)) * std::f64::consts::LN_10).exp_m1())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::fake;

    #[test]
    fn an_exact_twin_deviates_as_theory_says() {
        let session = fake::session(fake::State::Playing, 400);
        let got = deviation(&session, 0);
        assert_eq!(got.len(), 400);
        for (t, (got, rho)) in got.iter().zip(&session.rho).enumerate() {
            assert!((got - (1.0 / rho - 1.0)).abs() < 1e-9, "step {t}: {got} {rho}");
        }
        assert!(got[300] < -1e-3, "and it does deviate");
    }
}
