//! What plots are drawn from.

use super::kept::{Id, Kept};
use super::{Curve, Points};
use crate::experiment::view::Layout;
use crate::experiment::{Arm, Precision};
use crate::session::recorded::{Recorded, RecordedArm};
use crate::session::{GroupSeries, Series, Session};
use crate::theory::Hyper;
use crate::trainer::Watched;
use std::borrow::Cow;
use std::rc::Rc;

/// What plots are drawn from.
pub struct Scene<'a> {
    /// What is known.
    pub session: &'a Session,
    /// η, λ, γ as the sliders show them, before they are let go.
    pub hyper: Hyper,
    /// Which invariance group is shown; a network with fewer shows its last.
    pub group: usize,
    /// Losses without the smoothed line.
    pub raw: bool,
    /// The trajectory without its radius.
    pub normalised: bool,
    /// Which filter is to be watched.
    pub watched: Watched,
    /// Overlaid or side by side.
    pub layout: Layout,
    /// The same run, recorded earlier, as long as it is ahead of the live one.
    pub recorded: Option<&'static Recorded>,
    /// The last step the axes show.
    pub end: f64,
    /// What is derived and kept.
    pub kept: &'a Kept,
}

impl<'a> Scene<'a> {
    /// The arms that train or trained, from back to front: the twin is drawn over the weight-decay run.
    pub fn arms(&self) -> impl Iterator<Item = Arm> + use<> {
        const BACK_TO_FRONT: [Arm; 5] = [Arm::Broken, Arm::Ablation, Arm::Control, Arm::Wd, Arm::Exp];
        let arms = self.session.experiment.arms;
        BACK_TO_FRONT.into_iter().filter(move |&arm| arms.contains(arm))
    }

    /// Weight decay and its twin, and behind them the broken twin if it trains.
    pub fn twins(&self) -> impl Iterator<Item = Arm> + use<> {
        self.arms().filter(|arm| matches!(arm, Arm::Wd | Arm::Exp | Arm::Broken))
    }

    /// What was recorded of the arms that train, faint and behind: `points` picks a series.
    pub fn recorded_curves(
        &self,
        points: impl Fn(&'static RecordedArm) -> Cow<'static, [(u64, f64)]>,
    ) -> Vec<Curve<'static>> {
        let Some(run) = self.recorded else { return Vec::new() };
        self.arms().map(|arm| Curve::recorded(arm, Points::At(points(run.arm(arm))))).collect()
    }

    /// The shown invariance group of an arm; empty series before the first step.
    pub fn group(&self, arm: Arm) -> &'a GroupSeries {
        static NONE: GroupSeries = GroupSeries {
            log10_weight_norm: Series::EMPTY,
            log10_gradient_norm: Series::EMPTY,
            cosine: Series::EMPTY,
            angle: Series::EMPTY,
        };
        self.session.arm(arm).groups.get(self.group).unwrap_or(&NONE)
    }

    /// "conv2, each filter alone": which group, and what of it is invariant.
    pub fn group_words(&self) -> String {
        match self.session.network.groups.get(self.group) {
            Some(group) if group.unit.is_empty() => group.name.clone(),
            Some(group) => format!("{} ({})", group.name, group.unit),
            None => "one invariance group".into(),
        }
    }

    /// The name of something derived of the shown group.
    pub fn id(&self, what: &'static str, arm: Arm) -> Id {
        Id { what, arm, group: self.group }
    }

    /// One value a step of an arm's shown group, derived and kept.
    pub fn derived(&self, what: &'static str, arm: Arm, len: usize, value: impl Fn(usize) -> f64) -> Rc<Series> {
        self.kept.series(self.id(what, arm), self.session.rows(), len, |i, _| value(i))
    }

    /// The same, where a value may depend on those before it.
    pub fn derived_from(
        &self,
        what: &'static str,
        arm: Arm,
        len: usize,
        next: impl Fn(usize, &[f64]) -> f64,
    ) -> Rc<Series> {
        self.kept.series(self.id(what, arm), self.session.rows(), len, next)
    }

    /// The deviation below which one sees rounding: in f32 and in f64.
    pub fn floor(&self, single: f64, double: f64) -> f64 {
        match self.session.engine.precision {
            Precision::F32 => single,
            Precision::F64 => double,
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A scene with everything as it is at the start.
    pub fn scene<'a>(session: &'a Session, kept: &'a Kept) -> Scene<'a> {
        Scene {
            session,
            hyper: session.hyper_now(),
            group: 1,
            raw: false,
            normalised: false,
            watched: Watched::default(),
            layout: Layout::Overlaid,
            recorded: None,
            end: crate::ui::plots::ticks::x_end(session.steps_done),
            kept,
        }
    }
}
