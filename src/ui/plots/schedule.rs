//! The whole schedule and its exponential twin, before they are trained and while they are.

use super::ahead::ahead;
use super::kept::fingerprint;
use super::{Curve, Points, Scene, Spec, ticks::Scale};
use crate::experiment::Arm;
use crate::theory::Ghost;

/// How often in a run the future is computed again, while nobody touches anything.
const LOOKS: u64 = 50;

/// log10 η and log10 η̃ up to the last step of the run.
pub fn spec<'a>(scene: &Scene<'a>) -> Spec<'a> {
    let session = scene.session;
    let now = session.steps_done;
    let end = session.experiment.steps.max(now);
    let mut curves: Vec<Curve<'_>> =
        [Arm::Wd, Arm::Exp].map(|arm| Curve::of(arm, Points::Rows(&session.arm(arm).log10_lr))).into();
    let h = scene.hyper;
    let schedule = session.experiment.with_present_values(now).schedule;
    let per_epoch = session.steps_per_epoch.max(1);
    let from = vec![
        now / (end / LOOKS).max(1),
        end,
        per_epoch,
        fingerprint(&(h, &schedule, session.experiment.changes.len(), session.stops.len())),
    ];
    let future = scene.kept.whole("schedule", from, || {
        let ghost = session.ghost.unwrap_or_else(|| Ghost::new(session.experiment.rescaling));
        ahead(ghost, h, &schedule, per_epoch, [now, end], 600)
    });
    curves.push(Curve { fitted: true, ..Curve::predicted(Arm::Wd, future.wd.clone()) });
    if session.stop_of(Arm::Exp).is_none() {
        curves.push(Curve { fitted: true, ..Curve::theory(future.twin.clone()) });
    }
    Spec {
        x: Some([0.0, end as f64]),
        curves,
        ..Spec::new(
            "Where will the learning rates go?",
            "to the end of the run, log scale; thin dashes: ahead, as things stand",
            Scale::Log10,
        )
    }
}
