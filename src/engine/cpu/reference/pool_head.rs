//! Global average pooling, the frozen linear head and the loss.

use crate::engine::cpu::Real;
use crate::model::Shape;

/// What one batch came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeadSums<T> {
    /// Mean cross-entropy, nats.
    pub loss: T,
    /// Images whose first largest logit is that of their class.
    pub correct: u32,
}

/// `z[n, k] = Σ_f pooled[n, f] · head[f, k]` with `pooled` the mean over space: logits `[n, classes]`.
pub fn logits<T: Real>(x: &[T], features: Shape, n: usize, head: &[T], classes: usize) -> Vec<T> {
    let hw = features.h * features.w;
    let mut z = vec![T::ZERO; n * classes];
    for image in 0..n {
        for f in 0..features.c {
            let start = (f * n + image) * hw;
            let pooled = x[start..start + hw].iter().copied().sum::<T>() / T::from_f64(hw as f64);
            for k in 0..classes {
                z[image * classes + k] += pooled * head[f * classes + k];
            }
        }
    }
    z
}

/// Softmax cross-entropy of the features `x` `[f, n, h, w]` against `labels`, and its gradient `dx`:
/// `dx[f, n, ·] = Σ_k (softmax(z)[n, k] − [k = label]) · head[f, k] / (n · h · w)`.
pub fn pool_head<T: Real>(
    x: &[T],
    features: Shape,
    labels: &[u8],
    head: &[T],
    classes: usize,
    dx: &mut [T],
) -> HeadSums<T> {
    let (n, hw) = (labels.len(), features.h * features.w);
    let z = logits(x, features, n, head, classes);
    let (mut loss, mut correct) = (T::ZERO, 0);
    for (image, &label) in labels.iter().enumerate() {
        let z = &z[image * classes..][..classes];
        let (label, largest) = (label as usize, first_largest(z));
        let exps: Vec<T> = z.iter().map(|&z_k| (z_k - z[largest]).exp()).collect();
        let sum = exps.iter().copied().sum::<T>();
        loss += sum.ln() - (z[label] - z[largest]);
        correct += u32::from(largest == label);
        for f in 0..features.c {
            let mut gradient = T::ZERO;
            for k in 0..classes {
                let wanted = if k == label { T::ONE } else { T::ZERO };
                gradient += (exps[k] / sum - wanted) * head[f * classes + k];
            }
            let start = (f * n + image) * hw;
            dx[start..start + hw].fill(gradient / T::from_f64((n * hw) as f64));
        }
    }
    HeadSums { loss: loss / T::from_f64(n as f64), correct }
}

fn first_largest<T: Real>(z: &[T]) -> usize {
    (1..z.len()).fold(0, |best, k| if z[k] > z[best] { k } else { best })
}

#[cfg(test)]
mod tests {
    use super::super::check::{assert_close, randoms, slope};
    use super::*;

    const FEATURES: Shape = Shape { c: 4, h: 2, w: 3 };

    #[test]
    fn its_gradient_is_the_slope_of_the_loss() {
        let (labels, classes) = ([2u8, 0, 1, 2, 2], 3);
        let x = randoms(9, labels.len() * FEATURES.len());
        let head = randoms(10, FEATURES.c * classes);
        let mut dx = vec![5.0; x.len()];
        pool_head(&x, FEATURES, &labels, &head, classes, &mut dx);
        let mut scratch = dx.clone();
        let expected = slope(&x, |x| pool_head(x, FEATURES, &labels, &head, classes, &mut scratch).loss);
        assert_close(&dx, &expected, 1e-7);
    }

    #[test]
    fn two_classes_by_hand() {
        let one = Shape { c: 1, h: 1, w: 2 };
        // Pooled 2 and −1, logits (2, −2) and (−1, 1).
        let mut dx = [0.0f64; 4];
        let sums = pool_head(&[1.0, 3.0, -2.0, 0.0], one, &[0, 0], &[1.0, -1.0], 2, &mut dx);
        let expected = ((-4f64).exp().ln_1p() + 2f64.exp().ln_1p()) / 2.0;
        assert!((sums.loss - expected).abs() < 1e-14);
        assert_eq!(sums.correct, 1);
    }

    #[test]
    fn large_logits_stay_finite_and_ties_go_to_the_first() {
        let one = Shape { c: 1, h: 1, w: 1 };
        let mut dx = [0.0f32; 1];
        let sums = pool_head(&[1.0], one, &[1], &[3e4, -3e4], 2, &mut dx);
        assert_eq!((sums.loss, sums.correct), (6e4, 0));
        assert_eq!(pool_head(&[0.0f32], one, &[0], &[1.0, 1.0], 2, &mut dx).correct, 1);
        assert_eq!(pool_head(&[0.0f32], one, &[1], &[1.0, 1.0], 2, &mut dx).correct, 0);
    }
}
