//! How far a step turns the weights, and how fast that is as learning goes: what the two runs share.

use super::kept::Id;
use super::smooth::{self, Sums};
use super::{Curve, Points, Scene, Spec, balance, ticks::Scale};
use crate::experiment::Arm;
use crate::theory::equilibrium;

/// log10 of the angle of each step, radians, smoothed.
pub fn spec<'a>(scene: &Scene<'a>) -> Spec<'a> {
    let hyper = &scene.session.hyper;
    let rows = scene.session.rows();
    let half = smooth::half_window(scene.session.steps_done);
    let wd = &scene.group(Arm::Wd).angle;
    let raw = scene.derived("angle", Arm::Wd, wd.len(), |i| wd[i].log10());
    let mut curves = vec![Curve::faint(Arm::Wd, Points::Kept(raw))];
    for arm in scene.arms() {
        let angle = &scene.group(arm).angle;
        let id: Id = scene.id("", arm);
        let sums = Sums::of(scene.kept, ["angles", "angles count"], id, rows, angle.len(), |i| angle[i]);
        if arm == Arm::Wd {
            // The update before step t was driven by step t − 1.
            let driven = |i: usize| hyper.at(rows.step(i).saturating_sub(1));
            let settled = |i, _| driven(i).map_or(f64::NAN, |h| equilibrium::angle_per_step(h).log10());
            curves.push(Curve::predicted(Arm::Wd, sums.points(half, settled)));
            curves.push(Curve::theory(sums.points(half, settled)));
        }
        curves.push(Curve::of(arm, Points::At(sums.points(half, |_, mean| mean.log10()).into())));
    }
    Spec {
        curves,
        ..Spec::new(
            "How far does a step turn the weights?",
            format!("radians, {}; thin dashes: equilibrium, √(2λη/(1+γ))", scene.group_words()),
            Scale::Log10,
        )
    }
}

/// log10 η/‖w‖²: what the learning rate is to the directions.
pub fn effective_lr<'a>(scene: &Scene<'a>) -> Spec<'a> {
    let mut curves: Vec<Curve<'a>> = Vec::new();
    for arm in scene.arms() {
        let (norm, lr) = (&scene.group(arm).log10_weight_norm, &scene.session.arm(arm).log10_lr);
        let len = norm.len().min(lr.len());
        let values = scene.derived("η/‖w‖²", arm, len, |i| lr[i] - 2.0 * norm[i]);
        curves.push(Curve::of(arm, Points::Kept(values)));
    }
    let settled = balance::predicted(scene, equilibrium::effective_lr);
    curves.push(Curve::predicted(Arm::Wd, settled.clone()));
    curves.push(Curve::theory(settled));
    Spec {
        curves,
        ..Spec::new(
            "Effective learning rate η / ‖w‖²",
            format!("{}, log scale; thin dashes: equilibrium, √(2λη(1−γ))/G", scene.group_words()),
            Scale::Log10,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::fake::{self, State};
    use crate::ui::plots::{kept::Kept, scene::tests::scene};

    #[test]
    fn predictions_follow_the_settings_of_each_step() {
        // The fake doubles λ at step 900: the angle grows by √2.
        let session = fake::session(State::Playing, 1_600);
        let kept = Kept::default();
        let scene = scene(&session, &kept);
        let spec = spec(&scene);
        let theory = &spec.curves.iter().find(|c| c.arm.is_none()).expect("theory").points;
        let [before, after] = [600.0, 1_500.0].map(|t| theory.nearest(t).expect("known").1);
        assert!((before - (4e-4f64 / 1.9).sqrt().log10()).abs() < 1e-12);
        assert!((after - before - 0.5 * 2f64.log10()).abs() < 1e-12);
        let measured = spec.curves.iter().find(|c| c.read && c.arm == Some(Arm::Wd)).expect("measured");
        assert!((measured.points.nearest(800.0).expect("known").1 - 0.0145f64.log10()).abs() < 1e-9);
    }

    #[test]
    fn the_twins_effective_rate_is_the_same_up_to_rho() {
        let session = fake::session(State::Playing, 500);
        let kept = Kept::default();
        let spec = effective_lr(&scene(&session, &kept));
        let of = |arm| &spec.curves.iter().find(|c| c.arm == Some(arm)).expect("drawn").points;
        for t in [0, 200, 499] {
            let apart = of(Arm::Exp).get(t).1 - of(Arm::Wd).get(t).1;
            assert!((apart - session.rho[t].log10()).abs() < 1e-9, "{apart}");
        }
    }
}
