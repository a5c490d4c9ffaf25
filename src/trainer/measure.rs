//! From an engine's sums to the numbers that are shown: pure functions.

use super::drive::Course;
use super::message::{ArmPoint, GroupPoint};
use crate::engine::{ArmRow, LayerSums};
use crate::experiment::Arm;
use std::f64::consts::LOG10_2;

/// An arm's sums of one step, kept until the next step says how far the weights turned.
#[derive(Clone, Debug, Default)]
pub struct Turned {
    /// Sums of all weights, then of each group.
    sums: Vec<LayerSums>,
    /// log10 of what the stored weights were multiplied by between the update and the next row.
    log10_scale: f64,
    /// Whether they were multiplied by more than the halvings: then no angle is told.
    converted: bool,
}

/// The point of one arm that follows `course`; `groups` lists the layers of each invariance group, `before` are its sums of
/// the step before.
pub fn arm_point(
    arm: Arm,
    row: &ArmRow,
    batch: usize,
    course: &Course,
    groups: &[Vec<usize>],
    before: &Turned,
) -> (ArmPoint, Turned) {
    let body: Vec<usize> = groups.iter().flatten().copied().collect();
    let sums: Vec<LayerSums> =
        std::iter::once(&body).chain(groups).map(|layers| together(&row.layers, layers)).collect();
    let shift = course.exponent as f64 * LOG10_2;
    let mut points = sums.iter().enumerate().map(|(i, now)| group_point(now, shift, before.angle(i, now)));
    let all = points.next().unwrap_or_default();
    let point = ArmPoint {
        arm,
        loss: row.loss,
        batch_accuracy: f64::from(row.correct) / batch as f64,
        log10_lr: course.log10_lr,
        log10_u: course.log10_u,
        all,
        groups: points.collect(),
    };
    let turned =
        Turned { sums, log10_scale: -f64::from(course.input.halvings) * LOG10_2, converted: course.log10_theta != 0.0 };
    (point, turned)
}

/// The sums over several layers.
fn together(layers: &[LayerSums], which: &[usize]) -> LayerSums {
    which.iter().filter_map(|&i| layers.get(i)).fold(LayerSums::default(), |a, b| LayerSums {
        weight_sq: a.weight_sq + b.weight_sq,
        gradient_sq: a.gradient_sq + b.gradient_sq,
        dot: a.dot + b.dot,
        step_sq: a.step_sq + b.step_sq,
    })
}

fn group_point(sums: &LayerSums, shift: f64, angle: Option<f64>) -> GroupPoint {
    GroupPoint {
        log10_weight_norm: 0.5 * sums.weight_sq.log10() + shift,
        log10_gradient_norm: 0.5 * sums.gradient_sq.log10() - shift,
        cosine: sums.dot / (sums.gradient_sq * sums.weight_sq).sqrt(),
        angle,
    }
}

impl Turned {
    /// The angle between the weights before and after the update: with sides a = ‖θ‖, b = ‖θ'‖ and d = ‖θ' − θ‖ it is
    /// 2 asin √((d² − (a − b)²) / 4ab), which keeps its digits where the angle is small.
    fn angle(&self, index: usize, now: &LayerSums) -> Option<f64> {
        let before = self.sums.get(index).filter(|_| !self.converted)?;
        let a = before.weight_sq.sqrt();
        let b = now.weight_sq.sqrt() * 10f64.powf(-self.log10_scale);
        let half = (before.step_sq - (a - b) * (a - b)) / (4.0 * a * b);
        let angle = 2.0 * half.clamp(0.0, 1.0).sqrt().asin();
        angle.is_finite().then_some(angle)
    }
}

/// ‖z − reference‖ / ‖reference‖ (Frobenius), in f64.
pub fn relative_distance(z: &[f64], reference: &[f64]) -> f64 {
    let square = |x: f64| x * x;
    let difference: f64 = z.iter().zip(reference).map(|(a, b)| square(a - b)).sum();
    let norm: f64 = reference.iter().map(|&b| square(b)).sum();
    (difference / norm).sqrt()
}

/// How many rows of `logits` `[n, classes]` have their first largest entry at the label; `n` is the number of labels.
pub fn count_correct(logits: &[f64], labels: &[u8]) -> usize {
    let classes = logits.len() / labels.len().max(1);
    let first_largest = |z: &[f64]| (1..z.len()).fold(0, |best, k| if z[k] > z[best] { k } else { best });
    logits
        .chunks_exact(classes.max(1))
        .zip(labels)
        .filter(|(z, label)| first_largest(z) == usize::from(**label))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ArmInput;

    fn course(exponent: i64, halvings: i32) -> Course {
        let input = ArmInput { halvings, ..ArmInput::plain(0.1, 0.0, 0.9) };
        Course { input, log10_lr: 5_000.25, log10_u: -3.0, exponent, rho: 1.0, log10_theta: 0.0 }
    }

    fn row(layers: Vec<LayerSums>) -> ArmRow {
        ArmRow { loss: 1.0, correct: 32, layers }
    }

    #[test]
    fn distance_is_relative_and_sees_a_perturbation() {
        let z = [3.0, 4.0];
        assert_eq!(relative_distance(&z, &z), 0.0);
        assert!((relative_distance(&[3.0, 4.5], &z) - 0.1).abs() < 1e-15);
        assert!(relative_distance(&[3.0, 4.0 + 1e-9], &z) > 1e-10);
    }

    #[test]
    fn counting() {
        let logits = [0.1, 0.9, 0.0, 2.0, 2.0, 1.0];
        assert_eq!(count_correct(&logits, &[1, 0]), 2);
        assert_eq!(count_correct(&logits, &[1, 1]), 1, "ties go to the first");
    }

    #[test]
    fn halvings_are_counted_in() {
        let layer = LayerSums { weight_sq: 100.0, gradient_sq: 4.0, dot: 2.0, step_sq: 0.0 };
        let (point, _) = arm_point(Arm::Exp, &row(vec![layer]), 64, &course(10, 0), &[vec![0]], &Turned::default());
        assert!((point.all.log10_weight_norm - (1.0 + 10.0 * LOG10_2)).abs() < 1e-15);
        assert!((point.groups[0].log10_gradient_norm - (2f64.log10() - 10.0 * LOG10_2)).abs() < 1e-15);
        assert_eq!((point.batch_accuracy, point.groups[0].cosine, point.log10_lr), (0.5, 0.1, 5_000.25));
        assert_eq!(point.all.angle, None);
    }

    #[test]
    fn groups_add_up_and_the_whole_is_all_of_them() {
        let layer = |w: f64| LayerSums { weight_sq: w, gradient_sq: 1.0, dot: 0.0, step_sq: 0.0 };
        let groups = [vec![0, 2], vec![1]];
        let row = row(vec![layer(9.0), layer(1e4), layer(16.0)]);
        let (point, _) = arm_point(Arm::Wd, &row, 64, &course(0, 0), &groups, &Turned::default());
        assert!((point.groups[0].log10_weight_norm - 5f64.log10()).abs() < 1e-15);
        assert!((point.groups[1].log10_weight_norm - 2.0).abs() < 1e-15);
        assert!((point.all.log10_weight_norm - 0.5 * 10_025f64.log10()).abs() < 1e-15);
    }

    #[test]
    fn the_angle_is_that_of_the_triangle_whatever_was_halved() {
        // (3, 4) → (3, 4) + (−0.4, 0.3)·t turns by atan(0.5 t / 5).
        for t in [1e-6, 0.1, 2.0] {
            let step_sq = 0.25 * t * t;
            let before = LayerSums { weight_sq: 25.0, gradient_sq: 1.0, dot: 0.0, step_sq };
            let after = LayerSums { weight_sq: (25.0 + step_sq) / 16.0, ..before };
            let groups = [vec![0]];
            let (_, turned) = arm_point(Arm::Exp, &row(vec![before]), 64, &course(0, 2), &groups, &Turned::default());
            let (point, _) = arm_point(Arm::Exp, &row(vec![after]), 64, &course(2, 0), &groups, &turned);
            let want = (0.1 * t).atan();
            let got = point.groups[0].angle.unwrap();
            assert!((got / want - 1.0).abs() < 1e-6, "{t}: {got} {want}");
        }
    }
}
