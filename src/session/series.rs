//! What one arm measured, one entry a step.

use super::rows::Rows;
use super::thin::{Marks, Series};
use crate::trainer::{ArmPoint, ArmWeights, GroupPoint};

/// The measurements of one arm, one entry a step from step 0 on, until it stops.
#[derive(Clone, Debug, Default)]
pub struct ArmSeries {
    /// Mean cross-entropy of the batch, nats.
    pub loss: Series,
    /// Fraction of the batch classified correctly.
    pub batch_accuracy: Series,
    /// log10 of the learning rate.
    pub log10_lr: Series,
    /// log10 u: the plain weight-decay run's weights over this arm's.
    pub log10_u: Series,
    /// All trained weights.
    pub all: GroupSeries,
    /// Per invariance group.
    pub groups: Vec<GroupSeries>,
    /// (step, relative distance of the probe logits to the WD run).
    pub distance: Marks,
    /// The step from which on the distance was [`PARTED`] or more, if it is: exact, whatever was thinned.
    pub parted_at: Option<u64>,
    /// (step, test accuracy).
    pub test_accuracy: Marks,
    /// The newest logits `[n, classes]` of the sample images.
    pub sample_logits: Vec<f32>,
    /// The newest weights of the first convolution, `[out, in, k, k]`, up to a common factor.
    pub first_filters: Vec<f32>,
    /// Where the watched filter went.
    pub path: Vec<Waypoint>,
}

/// One invariance group, one entry a step.
#[derive(Clone, Debug, Default)]
pub struct GroupSeries {
    /// log10 ‖θ‖.
    pub log10_weight_norm: Series,
    /// log10 ‖g‖.
    pub log10_gradient_norm: Series,
    /// ⟨g, θ⟩ / (‖g‖ ‖θ‖).
    pub cosine: Series,
    /// Angle that the update before the step turned θ by, radians; NaN where it is not known.
    pub angle: Series,
}

/// The watched filter at one step.
#[derive(Clone, Debug, PartialEq)]
pub struct Waypoint {
    /// The step.
    pub step: u64,
    /// log10 of its norm.
    pub log10_norm: f64,
    /// Its direction: a vector of norm 1.
    pub direction: Vec<f32>,
}

/// Waypoints that are kept; beyond that every second one is dropped.
const MAX_WAYPOINTS: usize = 400;

/// From this relative distance on the nets are not called the same function, 1 %.
pub const PARTED: f64 = 1e-2;

impl ArmSeries {
    /// Takes in one step.
    pub(super) fn push(&mut self, point: ArmPoint) {
        self.loss.push(point.loss);
        self.batch_accuracy.push(point.batch_accuracy);
        self.log10_lr.push(point.log10_lr);
        self.log10_u.push(point.log10_u);
        self.all.push(&point.all);
        self.groups.resize_with(point.groups.len(), GroupSeries::default);
        self.groups.iter_mut().zip(&point.groups).for_each(|(series, group)| series.push(group));
    }

    /// Takes in a comparison with the weight-decay run.
    pub(super) fn compare(&mut self, step: u64, distance: f64, bounded: bool) {
        let away = distance.is_nan() || distance >= PARTED;
        self.parted_at = away.then(|| self.parted_at.unwrap_or(step));
        self.distance.push(step, distance, bounded);
    }

    /// Keeps the rows of `to` only.
    pub(super) fn thin(&mut self, to: Rows) {
        let own = [&mut self.loss, &mut self.batch_accuracy, &mut self.log10_lr, &mut self.log10_u];
        own.into_iter().for_each(|series| series.thin(to));
        std::iter::once(&mut self.all).chain(&mut self.groups).for_each(|group| group.thin(to));
    }

    /// Takes in weights seen at `step`.
    pub(super) fn see(&mut self, step: u64, weights: ArmWeights) {
        self.first_filters = weights.first;
        let norm = weights.watched.iter().map(|w| w * w).sum::<f64>().sqrt();
        if norm > 0.0 && norm.is_finite() {
            let direction = weights.watched.iter().map(|w| (w / norm) as f32).collect();
            self.path.push(Waypoint { step, log10_norm: norm.log10() + weights.log10_scale, direction });
        }
        if self.path.len() > MAX_WAYPOINTS {
            let mut keep = false;
            self.path.retain(|_| {
                keep = !keep;
                keep
            });
        }
    }
}

impl GroupSeries {
    fn push(&mut self, point: &GroupPoint) {
        self.log10_weight_norm.push(point.log10_weight_norm);
        self.log10_gradient_norm.push(point.log10_gradient_norm);
        self.cosine.push(point.cosine);
        self.angle.push(point.angle.unwrap_or(f64::NAN));
    }

    fn thin(&mut self, to: Rows) {
        let all = [&mut self.log10_weight_norm, &mut self.log10_gradient_norm, &mut self.cosine, &mut self.angle];
        all.into_iter().for_each(|series| series.thin(to));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Arm;

    #[test]
    fn a_path_keeps_its_start_and_its_end_and_never_grows_for_ever() {
        let mut series = ArmSeries::default();
        for step in 0..5_000 {
            let watched = vec![3.0, 4.0];
            series.see(step, ArmWeights { arm: Arm::Wd, log10_scale: 2.0, first: vec![], watched });
        }
        assert!(series.path.len() <= MAX_WAYPOINTS && series.path.len() > MAX_WAYPOINTS / 2);
        assert_eq!(series.path[0].step, 0);
        assert!((series.path[0].log10_norm - (5f64.log10() + 2.0)).abs() < 1e-12);
        assert_eq!(series.path[0].direction, [0.6, 0.8]);
        assert!(series.path.windows(2).all(|w| w[0].step < w[1].step));
    }
}
