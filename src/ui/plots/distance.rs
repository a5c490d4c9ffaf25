//! Are they the same function? The distance of the probe logits to the weight-decay run's.

use super::kept::Id;
use super::{Curve, Points, Scene, Side, Spec, Tag, ticks::Scale};
use crate::experiment::view::Layout;
use crate::experiment::{Arm, Precision};
use crate::session::Session;

/// log10 ‖z − z_wd‖ / ‖z_wd‖.
pub fn spec<'a>(scene: &Scene<'a>) -> Spec<'a> {
    let session = scene.session;
    let mut curves = scene.recorded_curves(|arm| arm.distance.iter().map(|&(t, d)| (t, d.log10())).collect());
    let mut tags = Vec::new();
    for arm in scene.arms().filter(|&arm| arm != Arm::Wd) {
        let id = Id { what: "log10 distance", arm, group: 0 };
        let points = scene.kept.marks(id, &session.arm(arm).distance, f64::log10);
        if points.iter().any(|p| p.1.is_finite()) {
            let text = match (arm, session.experiment.twist) {
                (Arm::Control, _) if scene.layout == Layout::SideBySide => "control".into(),
                (Arm::Control, _) => "control: one ulp apart at step 0".into(),
                (Arm::Broken, Some(twist)) => twist.label(),
                _ => arm.label().into(),
            };
            let side = if arm == Arm::Exp { Side::Above } else { Side::Below };
            tags.push(Tag { arm, text, side });
        }
        curves.push(Curve::of(arm, Points::KeptMarks(points)));
    }
    Spec {
        // From one part in a million to another function altogether.
        include: Some([-6.0, 0.0]),
        zero: zero_height(session),
        curves,
        tags,
        empty: "The first comparison is on its way.",
        ..Spec::new(
            "Are they the same function?",
            "relative distance of logits to the weight-decay run, log scale",
            Scale::Log10,
        )
    }
}

/// Where an exact 0 is drawn, if an arm is bit for bit equal after the start: a decade below every other distance, and
/// below every one that could be.
fn zero_height(session: &Session) -> Option<f64> {
    let others = || Arm::ALL.into_iter().filter(|&arm| arm != Arm::Wd && session.experiment.arms.contains(arm));
    let points = || others().flat_map(|arm| session.arm(arm).distance.iter());
    points().find(|&&(step, distance)| step > 0 && distance == 0.0)?;
    let least: f64 = match session.engine.precision {
        Precision::F32 => -9.0,
        Precision::F64 => -18.0,
    };
    let seen = points().filter(|p| p.1 > 0.0).fold(f64::INFINITY, |low, p| low.min(p.1));
    Some(if seen.is_finite() { least.min(seen.log10().floor() - 1.0) } else { least })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::fake;

    #[test]
    fn an_exact_zero_has_a_line_of_its_own_below_all_others() {
        let session = fake::session(fake::State::Playing, 400);
        assert_eq!(zero_height(&session), None, "at step 0 everything is equal");
        let mut session = Session::new(session.experiment);
        let pair = |arm, distance| (arm, distance);
        for (step, control) in [(0, 0.0), (10, 1e-7), (20, 3e-11)] {
            session.apply(crate::trainer::Event::Evaluations(vec![crate::trainer::Evaluation {
                step,
                distance: vec![pair(Arm::Exp, 0.0), pair(Arm::Control, control)],
                test_accuracy: Vec::new(),
                samples: Vec::new(),
            }]));
        }
        assert_eq!(zero_height(&session), Some(-12.0));
    }
}
