//! The plots. To add one: a [`PlotKey`], a file with a function from [`Scene`] to [`Spec`] or [`Picture`], and a row in
//! [`PLOTS`].

mod accuracy;
mod ahead;
mod angle;
mod balance;
mod by_hand;
pub mod chooser;
mod curve;
pub mod decimate;
mod distance;
mod draw;
mod filters;
mod frame;
mod header;
mod identity;
mod kept;
mod learning_rate;
mod lemma;
mod loss;
mod phase;
mod picture;
mod predictions;
mod projection;
mod ratio;
mod scene;
mod schedule;
pub mod smooth;
mod straight;
pub mod strokes;
pub mod ticks;
mod toy;
mod trajectory;
mod weight_norm;

pub use curve::{Curve, Points, Side, Spec, Tag};
pub use frame::{PlotsState, plot_ui};
pub use picture::Picture;
pub use scene::Scene;

use crate::experiment::view::PlotKey;

/// A switch in a plot's corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corner {
    /// Nothing.
    Empty,
    /// Smoothed or raw.
    Raw,
    /// Which invariance group.
    Group,
}

/// How an instrument is drawn.
#[derive(Clone, Copy)]
pub enum Drawing {
    /// Curves over steps.
    Series(for<'a> fn(&Scene<'a>) -> Spec<'a>),
    /// Anything else.
    Picture(for<'a> fn(&Scene<'a>) -> Picture<'a>),
}

/// One row of the table of plots.
pub struct Plot {
    /// What it is called inside and in links.
    pub key: PlotKey,
    /// Its name among the instruments.
    pub name: &'static str,
    /// What it shows.
    pub drawing: Drawing,
    /// Its switch.
    pub corner: Corner,
}

const fn series(key: PlotKey, name: &'static str, spec: for<'a> fn(&Scene<'a>) -> Spec<'a>, corner: Corner) -> Plot {
    Plot { key, name, drawing: Drawing::Series(spec), corner }
}

const fn picture(key: PlotKey, name: &'static str, picture: for<'a> fn(&Scene<'a>) -> Picture<'a>) -> Plot {
    Plot { key, name, drawing: Drawing::Picture(picture), corner: Corner::Empty }
}

/// All plots, in reading order.
pub static PLOTS: [Plot; 20] = [
    series(PlotKey::Loss, "training loss", loss::spec, Corner::Raw),
    series(PlotKey::LearningRate, "learning rate", learning_rate::spec, Corner::Empty),
    series(PlotKey::Distance, "same function?", distance::spec, Corner::Empty),
    series(PlotKey::WeightNorm, "‖w‖", weight_norm::spec, Corner::Group),
    series(PlotKey::Ratio, "‖w‖² / η, ratio", ratio::spec, Corner::Group),
    series(PlotKey::Accuracy, "test accuracy", accuracy::spec, Corner::Empty),
    series(PlotKey::WeightNormSquared, "‖w‖²", weight_norm::squared, Corner::Group),
    series(PlotKey::NormPerLr, "‖w‖² / η", ratio::norm_per_lr, Corner::Group),
    series(PlotKey::Identity, "exact identity", identity::spec, Corner::Empty),
    series(PlotKey::Cosine, "cosine of g and w", lemma::cosine, Corner::Group),
    series(PlotKey::GradientRatio, "‖g̃‖ / ‖g‖", lemma::gradient_ratio, Corner::Group),
    series(PlotKey::Angle, "angle a step", angle::spec, Corner::Empty),
    series(PlotKey::EffectiveLr, "effective learning rate", angle::effective_lr, Corner::Empty),
    series(PlotKey::Schedule, "schedule ahead", schedule::spec, Corner::Empty),
    picture(PlotKey::Trajectory, "trajectory", trajectory::picture),
    picture(PlotKey::Filters, "filters", filters::picture),
    picture(PlotKey::Predictions, "predictions", predictions::picture),
    picture(PlotKey::Phase, "phase picture", phase::picture),
    picture(PlotKey::Toy, "toy: no convergence", toy::picture),
    picture(PlotKey::Lemma, "Lemma 1 by hand", by_hand::picture),
];

/// The row of an instrument.
pub fn plot_of(key: PlotKey) -> Option<&'static Plot> {
    PLOTS.iter().find(|plot| plot.key == key)
}

/// The order on a phone: what the page is about comes first.
pub fn narrow_order(shown: &[PlotKey]) -> Vec<PlotKey> {
    let first = [PlotKey::LearningRate, PlotKey::Distance];
    let mut order: Vec<PlotKey> = first.into_iter().filter(|plot| shown.contains(plot)).collect();
    order.extend(shown.iter().filter(|plot| !first.contains(plot)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_one_row_in_the_same_order() {
        assert_eq!(PLOTS.iter().map(|plot| plot.key).collect::<Vec<_>>(), PlotKey::ALL);
    }

    #[test]
    fn a_phone_begins_with_the_claim() {
        let order = narrow_order(&PlotKey::DEFAULT);
        assert_eq!(order[..3], [PlotKey::LearningRate, PlotKey::Distance, PlotKey::Loss]);
        assert_eq!(order.len(), PlotKey::DEFAULT.len());
        assert_eq!(narrow_order(&[PlotKey::Toy]), [PlotKey::Toy]);
    }
}
