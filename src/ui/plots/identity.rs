//! The identity that needs no equilibrium: η̃_t/(‖θ̃_t‖‖θ̃_{t+1}‖) = η_t/(‖θ_t‖‖θ_{t+1}‖) (theory 7).

use super::{Curve, Points, Scene, Spec, ticks::Scale};
use crate::experiment::Arm;
use crate::session::Series;
use crate::ui::text;
use crate::ui::theme::Dash;
use std::f64::consts::LN_10;
use std::rc::Rc;

/// One side over the other, as a deviation from 1.
pub fn spec<'a>(scene: &Scene<'a>) -> Spec<'a> {
    let values = deviation(scene);
    let largest = scene.derived_from("identity, largest", Arm::Exp, values.len(), |i, before| {
        let so_far = before.last().copied().unwrap_or(0.0);
        if values[i].is_finite() { so_far.max(values[i].abs()) } else { so_far }
    });
    let largest = largest.last().map_or(String::new(), |x| format!("; largest so far {}", text::significant(*x, 2)));
    let curve = Curve { dash: Dash::Solid, width: 1.4, ..Curve::of(Arm::Exp, Points::Kept(values)) };
    Spec {
        curves: vec![curve],
        splits: false,
        ..Spec::new(
            "Is η̃ / ‖θ̃‖‖θ̃′‖ = η / ‖θ‖‖θ′‖ exactly?",
            format!("deviation; ′ is one step later{largest}"),
            Scale::Deviation(scene.floor(1e-6, 1e-12)),
        )
    }
}

fn deviation(scene: &Scene<'_>) -> Rc<Series> {
    let [w, w_twin] = [Arm::Wd, Arm::Exp].map(|arm| &scene.group(arm).log10_weight_norm);
    let [lr, lr_twin] = [Arm::Wd, Arm::Exp].map(|arm| &scene.session.arm(arm).log10_lr);
    let len = w.len().min(w_twin.len()).min(lr.len()).min(lr_twin.len()).saturating_sub(1);
    let rows = scene.session.rows();
    scene.derived("identity", Arm::Exp, len, |i| {
        // Between thinned rows the step in between is gone.
        if rows.step(i + 1) != rows.step(i) + 1 {
            return f64::NAN;
        }
        let sides = (lr_twin[i] - w_twin[i] - w_twin[i + 1]) - (lr[i] - w[i] - w[i + 1]);
        (sides * LN_10).exp_m1()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trainer::{ArmPoint, Event, GroupPoint, Row};
    use crate::ui::fake::{self, State};
    use crate::ui::plots::{kept::Kept, scene::tests::scene};

    #[test]
    fn it_is_exact_for_a_twin_and_sees_a_wrong_norm() {
        let mut session = fake::session(State::Playing, 600);
        let kept = Kept::default();
        let exact = deviation(&scene(&session, &kept));
        assert_eq!(exact.len(), 599);
        assert!(exact.iter().all(|x| x.abs() < 1e-11), "{exact:?}");
        // One more step, with a twin that is 1 % too long.
        let wrong = |arm: Arm| {
            let longer = if arm == Arm::Exp { 1.01f64.log10() } else { 0.0 };
            let last = |series: &[f64]| series.last().copied().unwrap_or_default();
            let (series, rho) = (session.arm(arm), session.rho[599]);
            let flown = if arm == Arm::Exp { rho.log10() } else { 0.0 };
            let group = |g: &crate::session::GroupSeries| GroupPoint {
                log10_weight_norm: last(&g.log10_weight_norm) + flown + longer,
                ..GroupPoint::default()
            };
            ArmPoint {
                arm,
                loss: 1.0,
                batch_accuracy: 0.5,
                log10_lr: last(&series.log10_lr),
                log10_u: 0.0,
                all: group(&series.all),
                groups: series.groups.iter().map(group).collect(),
            }
        };
        let (hyper, arms) = (session.hyper[0], vec![wrong(Arm::Wd), wrong(Arm::Exp)]);
        session.apply(Event::Rows(vec![Row { step: 600, hyper, log10_u: None, rho: None, arms }]));
        let off = deviation(&scene(&session, &kept))[599];
        assert!((off + 0.01 / 1.01).abs() < 1e-9, "{off}");
    }
}
