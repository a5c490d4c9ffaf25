//! From an engine's sums to the numbers that are shown: pure functions.

use super::message::{ArmPoint, LayerPoint};
use crate::engine::{ArmRow, LayerSums};
use crate::experiment::Arm;
use std::f64::consts::LOG10_2;

/// The point of one arm. `halvings` is K before the step: the true weights are 2^K times the stored ones, the true
/// gradients 2^−K times.
pub fn arm_point(arm: Arm, row: &ArmRow, batch: usize, log10_lr: f64, halvings: u64) -> ArmPoint {
    let shift = halvings as f64 * LOG10_2;
    let all = row.layers.iter().map(|l| l.weight_sq).sum::<f64>();
    ArmPoint {
        arm,
        loss: row.loss,
        batch_accuracy: f64::from(row.correct) / batch as f64,
        log10_lr,
        log10_weight_norm: 0.5 * all.log10() + shift,
        layers: row.layers.iter().map(|l| layer_point(l, shift)).collect(),
    }
}

fn layer_point(sums: &LayerSums, shift: f64) -> LayerPoint {
    LayerPoint {
        log10_weight_norm: 0.5 * sums.weight_sq.log10() + shift,
        log10_gradient_norm: 0.5 * sums.gradient_sq.log10() - shift,
        cosine: sums.dot / (sums.gradient_sq * sums.weight_sq).sqrt(),
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
        let layer = LayerSums { weight_sq: 100.0, gradient_sq: 4.0, dot: 2.0, step_sq: 1.0 };
        let row = ArmRow { loss: 1.0, correct: 32, layers: vec![layer] };
        let point = arm_point(Arm::Exp, &row, 64, 5_000.25, 10);
        assert!((point.log10_weight_norm - (1.0 + 10.0 * LOG10_2)).abs() < 1e-15);
        assert!((point.layers[0].log10_gradient_norm - (2f64.log10() - 10.0 * LOG10_2)).abs() < 1e-15);
        assert_eq!((point.batch_accuracy, point.layers[0].cosine, point.log10_lr), (0.5, 0.1, 5_000.25));
    }
}
