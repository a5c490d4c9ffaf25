//! The weight norms: one settles, the other flies out.

use super::{Curve, Points, Scene, Spec, balance, ticks::Scale};
use crate::experiment::Arm;
use crate::theory::{Regime, equilibrium, roots};

/// log10 ‖w‖ of the shown group.
pub fn spec<'a>(scene: &Scene<'a>) -> Spec<'a> {
    let norm = |arm| Points::Rows(&scene.group(arm).log10_weight_norm);
    let mut curves: Vec<Curve<'a>> = scene.arms().map(|arm| Curve::of(arm, norm(arm))).collect();
    curves.extend(predicted(scene, 1.0));
    Spec { curves, ..Spec::new("Weight norm ‖w‖", subtitle(scene), Scale::Log10) }
}

/// log10 ‖w‖² of the shown group.
pub fn squared<'a>(scene: &Scene<'a>) -> Spec<'a> {
    let mut curves: Vec<Curve<'a>> = Vec::new();
    for arm in scene.arms() {
        let norm = &scene.group(arm).log10_weight_norm;
        let values = scene.derived("‖w‖²", arm, norm.len(), |i| 2.0 * norm[i]);
        curves.push(Curve::of(arm, Points::Kept(values)));
    }
    curves.extend(predicted(scene, 2.0));
    Spec { curves, ..Spec::new("Weight norm squared ‖w‖²", subtitle(scene), Scale::Log10) }
}

fn subtitle(scene: &Scene<'_>) -> String {
    format!("{}, log scale; thin dashes: the equilibrium, and with slope −log α", scene.group_words())
}

/// `power` · log10 of the equilibrium of the weight-decay run, and of the same divided by u, which goes on with the slope
/// −log10 α a step.
fn predicted(scene: &Scene<'_>, power: f64) -> [Curve<'static>; 2] {
    let mut wd = balance::predicted(scene, equilibrium::weight_norm);
    let log10_u = &scene.session.arm(Arm::Exp).log10_u;
    let over_u = |&(step, norm): &(u64, f64)| log10_u.at(step).map(|u| (step, norm - u));
    let mut twin: Vec<(u64, f64)> = wd.iter().filter_map(over_u).collect();
    let driven = scene.session.driven(scene.hyper);
    if let (Some(&(step, norm)), Regime::Inside(r)) = (twin.last(), roots::regime(driven))
        && scene.session.stop_of(Arm::Exp).is_none()
        && scene.end as u64 > step
    {
        let end = scene.end as u64;
        twin.push((end, norm + 0.5 * r.log10_growth((end - step) as f64)));
    }
    wd.iter_mut().chain(&mut twin).for_each(|point| point.1 *= power);
    [Curve::predicted(Arm::Wd, wd), Curve::theory(twin)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::fake::{self, State};
    use crate::ui::plots::{kept::Kept, scene::tests::scene};

    #[test]
    fn the_equilibrium_stands_where_the_formula_says_and_the_twin_is_over_u() {
        let session = fake::session(State::Playing, 800);
        let kept = Kept::default();
        let scene = scene(&session, &kept);
        let [wd, twin] = predicted(&scene, 1.0);
        let h = session.hyper[500];
        // The fake's gradients are 0.1 long: G = 0.1 ‖w‖, nearly constant within a window.
        let at = 500;
        let norm = scene.group(Arm::Wd).log10_weight_norm[at];
        let want = equilibrium::weight_norm(h, 10f64.powf(norm - 1.0)).log10();
        let got = wd.points.nearest(at as f64).expect("known").1;
        assert!((got - want).abs() < 1e-3, "{got} {want}");
        let u = session.arm(Arm::Exp).log10_u[at];
        let over_u = twin.points.nearest(at as f64).expect("known").1;
        assert!((over_u - (got - u)).abs() < 1e-12);
        let [double, _] = predicted(&scene, 2.0);
        assert!((double.points.nearest(at as f64).expect("known").1 - 2.0 * got).abs() < 1e-12);
        // Beyond the present the twin's line climbs by −log10 α a step.
        let n = twin.points.len();
        let [(a, low), (b, high)] = [twin.points.get(n - 2), twin.points.get(n - 1)];
        let Regime::Inside(r) = roots::regime(h) else { panic!("inside") };
        assert!(((high - low) / (b - a) + r.alpha.log10()).abs() < 1e-9);
    }
}
