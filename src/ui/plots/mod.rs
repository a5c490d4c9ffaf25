//! The plots. To add one: a file with a function from [`Scene`] to [`Spec`], and a row in [`PLOTS`].

mod accuracy;
mod curve;
pub mod decimate;
mod distance;
mod draw;
mod frame;
mod learning_rate;
mod loss;
mod ratio;
pub mod smooth;
pub mod ticks;
mod weight_norm;

pub use curve::{Curve, Points, Side, Spec, Tag};
pub use frame::{PlotsState, plot_ui};

use crate::experiment::Arm;
use crate::experiment::view::Layout;
use crate::session::Session;
use crate::session::recorded::{Recorded, RecordedArm};
use crate::theory::Hyper;
use std::borrow::Cow;

/// What plots are drawn from.
pub struct Scene<'a> {
    /// What is known.
    pub session: &'a Session,
    /// η, λ, γ as the sliders show them, before they are let go.
    pub hyper: Hyper,
    /// Which convolution's norm is shown.
    pub layer: usize,
    /// Losses without the smoothed line.
    pub raw: bool,
    /// Overlaid or side by side.
    pub layout: Layout,
    /// The same run, recorded earlier, as long as it is ahead of the live one.
    pub recorded: Option<&'static Recorded>,
    /// The last step the axes show.
    pub end: f64,
}

impl Scene<'_> {
    /// The arms that train or trained, from back to front: the twin is drawn over the weight-decay run.
    pub fn arms(&self) -> impl Iterator<Item = Arm> + '_ {
        const BACK_TO_FRONT: [Arm; 5] = [Arm::Broken, Arm::Ablation, Arm::Control, Arm::Wd, Arm::Exp];
        BACK_TO_FRONT.into_iter().filter(|&arm| self.session.experiment.arms.contains(arm))
    }

    /// What was recorded of the arms that train, faint and behind: `points` picks a series.
    pub fn recorded_curves(
        &self,
        points: impl Fn(&'static RecordedArm) -> Cow<'static, [(u64, f64)]>,
    ) -> Vec<Curve<'static>> {
        let Some(run) = self.recorded else { return Vec::new() };
        self.arms().map(|arm| Curve::recorded(arm, Points::At(points(run.arm(arm))))).collect()
    }
}

/// A switch in a plot's corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corner {
    /// Nothing.
    Empty,
    /// Smoothed or raw.
    Raw,
    /// Which convolution.
    Layer,
}

/// One row of the table of plots.
pub struct Plot {
    /// What it is called inside.
    pub key: &'static str,
    /// What it shows.
    pub spec: for<'a> fn(&Scene<'a>) -> Spec<'a>,
    /// Its switch.
    pub corner: Corner,
}

/// All plots, in reading order.
pub const PLOTS: [Plot; 6] = [
    Plot { key: "loss", spec: loss::spec, corner: Corner::Raw },
    Plot { key: "learning_rate", spec: learning_rate::spec, corner: Corner::Empty },
    Plot { key: "distance", spec: distance::spec, corner: Corner::Empty },
    Plot { key: "weight_norm", spec: weight_norm::spec, corner: Corner::Layer },
    Plot { key: "ratio", spec: ratio::spec, corner: Corner::Empty },
    Plot { key: "accuracy", spec: accuracy::spec, corner: Corner::Empty },
];

/// The order on a phone: what the page is about comes first.
pub const NARROW_ORDER: [usize; 6] = [1, 2, 0, 3, 4, 5];
