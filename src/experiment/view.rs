//! What is shown, as opposed to what is trained: the `view=` part of a link.

/// How the two runs are laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Layout {
    /// All runs in one plot.
    #[default]
    Overlaid,
    /// The weight-decay run left, its twin right.
    SideBySide,
}

/// An instrument of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum PlotKey {
    /// Training loss.
    Loss,
    /// Learning rates on a logarithmic axis.
    LearningRate,
    /// Distance of the functions.
    Distance,
    /// ‖w‖ of an invariance group.
    WeightNorm,
    /// (‖w̃‖²/η̃) ÷ (‖w‖²/η) as a deviation from 1.
    Ratio,
    /// Test accuracy.
    Accuracy,
    /// ‖w‖² of an invariance group.
    WeightNormSquared,
    /// ‖w‖²/η and ‖w̃‖²/η̃ themselves.
    NormPerLr,
    /// The two-sided identity of theory 7, as a deviation.
    Identity,
    /// Lemma 1.1: cosine of gradient and weights.
    Cosine,
    /// Lemma 1.2: ratio of the gradient norms against u.
    GradientRatio,
    /// Angle a step turns the weights by.
    Angle,
    /// η/‖w‖².
    EffectiveLr,
    /// The schedule to the end of the run, and its exponential twin.
    Schedule,
    /// Paths of one filter on a plane.
    Trajectory,
    /// First-layer filters.
    Filters,
    /// Test images with both nets' answers.
    Predictions,
    /// The (λη, γ) plane with its border.
    Phase,
    /// The two-dimensional toy.
    Toy,
    /// Lemma 1 by hand.
    Lemma,
}

impl PlotKey {
    /// All, in reading order.
    pub const ALL: [Self; 20] = [
        Self::Loss,
        Self::LearningRate,
        Self::Distance,
        Self::WeightNorm,
        Self::Ratio,
        Self::Accuracy,
        Self::WeightNormSquared,
        Self::NormPerLr,
        Self::Identity,
        Self::Cosine,
        Self::GradientRatio,
        Self::Angle,
        Self::EffectiveLr,
        Self::Schedule,
        Self::Trajectory,
        Self::Filters,
        Self::Predictions,
        Self::Phase,
        Self::Toy,
        Self::Lemma,
    ];

    /// Shown unless somebody chooses.
    pub const DEFAULT: [Self; 6] =
        [Self::Loss, Self::LearningRate, Self::Distance, Self::WeightNorm, Self::Ratio, Self::Accuracy];

    /// The name in links; it never changes.
    pub fn key(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::LearningRate => "learning_rate",
            Self::Distance => "distance",
            Self::WeightNorm => "weight_norm",
            Self::Ratio => "ratio",
            Self::Accuracy => "accuracy",
            Self::WeightNormSquared => "weight_norm_squared",
            Self::NormPerLr => "norm_per_lr",
            Self::Identity => "identity",
            Self::Cosine => "cosine",
            Self::GradientRatio => "gradient_ratio",
            Self::Angle => "angle",
            Self::EffectiveLr => "effective_lr",
            Self::Schedule => "schedule",
            Self::Trajectory => "trajectory",
            Self::Filters => "filters",
            Self::Predictions => "predictions",
            Self::Phase => "phase",
            Self::Toy => "toy",
            Self::Lemma => "lemma",
        }
    }

    /// The instrument of that name.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plot| plot.key() == key)
    }
}

/// What is shown.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct View {
    /// Overlaid or side by side.
    pub layout: Layout,
    /// Raw per-batch losses only, without the smoothed line.
    pub raw: bool,
    /// The trajectory with every weight vector divided by its norm.
    pub normalised: bool,
    /// Which invariance group the plots of one group show; a network with fewer shows its last.
    pub group: usize,
    /// The chosen instruments, none twice; empty for the usual ones. Set by [`View::choose`].
    pub plots: Vec<PlotKey>,
}

impl Default for View {
    fn default() -> Self {
        // The middle convolution: its norm is as long as the run is interesting.
        Self { layout: Layout::Overlaid, raw: false, normalised: false, group: 1, plots: Vec::new() }
    }
}

impl View {
    /// The largest [`View::group`] that a link may ask for.
    pub const MAX_GROUP: usize = 999;

    /// The instruments on the page, in order; never none.
    pub fn shown(&self) -> &[PlotKey] {
        if self.plots.is_empty() { &PlotKey::DEFAULT } else { &self.plots }
    }

    /// Whether `plot` is on the page.
    pub fn shows(&self, plot: PlotKey) -> bool {
        self.shown().contains(&plot)
    }

    /// Whether somebody chose other instruments than the usual ones.
    pub fn is_chosen(&self) -> bool {
        !self.plots.is_empty()
    }

    /// Chooses the instruments, in order; the second of two equal ones is passed over, and none means the usual ones.
    pub fn choose(&mut self, plots: impl IntoIterator<Item = PlotKey>) {
        self.plots.clear();
        for plot in plots {
            if !self.plots.contains(&plot) {
                self.plots.push(plot);
            }
        }
        if self.plots == PlotKey::DEFAULT {
            self.plots.clear();
        }
    }

    /// Puts an instrument at the end of the page, or takes it away; the last one stays.
    pub fn show(&mut self, plot: PlotKey, on: bool) {
        let mut plots = self.shown().to_vec();
        plots.retain(|&p| p != plot);
        if on {
            plots.push(plot);
        }
        if !plots.is_empty() {
            self.choose(plots);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique_and_are_found_again() {
        for plot in PlotKey::ALL {
            assert_eq!(PlotKey::of_key(plot.key()), Some(plot));
            assert!(plot.key().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "nothing to escape in a link");
        }
        assert_eq!(PlotKey::of_key("nothing"), None);
    }

    #[test]
    fn choosing_the_usual_ones_is_no_choice() {
        let mut view = View::default();
        view.show(PlotKey::Toy, true);
        assert_eq!(view.shown().len(), 7);
        assert_eq!(view.shown().last(), Some(&PlotKey::Toy));
        view.show(PlotKey::Toy, false);
        assert_eq!(view, View::default());
        view.choose([PlotKey::Toy, PlotKey::Loss, PlotKey::Toy]);
        assert_eq!(view.shown(), [PlotKey::Toy, PlotKey::Loss]);
        view.show(PlotKey::Toy, false);
        view.show(PlotKey::Loss, false);
        assert_eq!(view.shown(), [PlotKey::Loss], "a page without instruments is none");
    }
}
