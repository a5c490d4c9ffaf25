//! Training loss: the overlay that starts the question.

use super::kept::Id;
use super::smooth::{self, Sums};
use super::{Curve, Points, Scene, Spec, ticks::Scale};
use crate::experiment::Arm;
use crate::experiment::view::Layout;

/// Per batch faint, smoothed bold.
pub fn spec<'a>(scene: &Scene<'a>) -> Spec<'a> {
    let session = scene.session;
    let mut curves = scene.recorded_curves(|arm| arm.loss.as_slice().into());
    if scene.raw {
        curves.extend(scene.arms().map(|arm| {
            let curve = Curve::of(arm, Points::Rows(&session.arm(arm).loss));
            Curve { width: 1.2, ..curve }
        }));
    } else {
        let faint = |arm| Curve::faint(arm, Points::Rows(&session.arm(arm).loss));
        // Overlaid, the two are one: drawn twice they would only be muddy.
        curves.push(faint(Arm::Wd));
        if scene.layout == Layout::SideBySide {
            curves.push(faint(Arm::Exp));
        }
        let half = smooth::half_window(session.steps_done);
        curves.extend(scene.arms().map(|arm| {
            let loss = &session.arm(arm).loss;
            let id = Id { what: "", arm, group: 0 };
            let sums = Sums::of(scene.kept, ["loss", "losses"], id, loss.rows(), loss.len(), |i| loss[i]);
            Curve::of(arm, Points::At(sums.points(half, |_, mean| mean).into()))
        }));
    }
    let subtitle = if scene.raw { "cross-entropy per batch" } else { "cross-entropy per batch, faint; smoothed, bold" };
    Spec { curves, ..Spec::new("Training loss", subtitle, Scale::Linear) }
}
