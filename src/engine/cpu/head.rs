//! Global average pooling, the frozen linear head and the loss: fast twin of [`super::reference::pool_head()`], without
//! allocations.

use super::reference::HeadSums;
use super::scalar::Scalar;
use super::sum::Sum;
use super::vector::{Kernel, Vector, dispatch};
use crate::model::Shape;

/// Logits `z` `[n, classes]` of the features `x` `[f, n, h, w]`; overwrites.
pub fn logits<T: Scalar>(x: &[T], features: Shape, head: &[T], z: &mut [T]) {
    dispatch(Logits { x, features, head, z });
}

struct Logits<'a, T> {
    x: &'a [T],
    features: Shape,
    head: &'a [T],
    z: &'a mut [T],
}

impl<T: Scalar> Kernel<T> for Logits<'_, T> {
    #[inline(always)]
    fn run<V: Vector<T>>(self) {
        let Self { x, features, head, z } = self;
        let (hw, classes) = (features.h * features.w, head.len() / features.c);
        let count = T::from_f64(hw as f64);
        z.fill(T::ZERO);
        let maps = x.chunks_exact(z.len() / classes * hw);
        for (maps, head) in maps.zip(head.chunks_exact(classes)) {
            for (map, z) in maps.chunks_exact(hw).zip(z.chunks_exact_mut(classes)) {
                let mut sum = Sum::<T, V>::new();
                sum.add(map);
                let pooled = sum.total() / count;
                z.iter_mut().zip(head).for_each(|(z, &head)| *z += pooled * head);
            }
        }
    }
}

/// Softmax cross-entropy of the features `x` `[f, n, h, w]` against `labels`, and its gradient `dx`. `z` is room for the
/// logits; it ends with the gradient at them.
pub fn pool_head<T: Scalar>(
    x: &[T],
    features: Shape,
    labels: &[u8],
    head: &[T],
    z: &mut [T],
    dx: &mut [T],
) -> HeadSums<T> {
    logits(x, features, head, z);
    let (n, hw, classes) = (labels.len(), features.h * features.w, head.len() / features.c);
    let (mut loss, mut correct) = (T::ZERO, 0);
    for (z, &label) in z.chunks_exact_mut(classes).zip(labels) {
        let label = label as usize;
        let largest = (1..classes).fold(0, |best, k| if z[k] > z[best] { k } else { best });
        let (top, own) = (z[largest], z[label]);
        z.iter_mut().for_each(|z| *z = (*z - top).exp());
        let sum = z.iter().copied().sum::<T>();
        loss += sum.ln() - (own - top);
        correct += u32::from(largest == label);
        z.iter_mut().for_each(|z| *z = *z / sum);
        z[label] -= T::ONE;
    }
    dispatch(Spread { classes, hw, n, head, z, dx });
    HeadSums { loss: loss / T::from_f64(n as f64), correct }
}

/// The gradient at the logits, spread over the features.
struct Spread<'a, T> {
    classes: usize,
    hw: usize,
    n: usize,
    head: &'a [T],
    z: &'a [T],
    dx: &'a mut [T],
}

impl<T: Scalar> Kernel<T> for Spread<'_, T> {
    #[inline(always)]
    fn run<V: Vector<T>>(self) {
        let Self { classes, hw, n, head, z, dx } = self;
        let count = T::from_f64((n * hw) as f64);
        for (maps, head) in dx.chunks_exact_mut(n * hw).zip(head.chunks_exact(classes)) {
            for (map, z) in maps.chunks_exact_mut(hw).zip(z.chunks_exact(classes)) {
                let gradient = z.iter().zip(head).fold(T::ZERO, |sum, (&z, &head)| sum + z * head) / count;
                let whole = hw / V::LEN * V::LEN;
                let vectors = map[..whole].chunks_exact_mut(V::LEN);
                vectors.for_each(|to| V::splat(gradient).store(to));
                map[whole..].iter_mut().for_each(|to| *to = gradient);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::cpu::reference;
    use crate::engine::cpu::reference::check::{assert_close, randoms};

    #[test]
    fn agrees_with_the_naive_twin() {
        for (h, w, classes) in [(7, 5, 10), (1, 1, 2), (4, 4, 3)] {
            let (features, labels) = (Shape { c: 6, h, w }, [1u8, 0, 1, 1, 0]);
            let x = randoms(1, labels.len() * features.len());
            let head = randoms(2, features.c * classes);
            let (mut got, mut want) = (vec![f64::NAN; x.len()], vec![f64::NAN; x.len()]);
            let mut z = vec![f64::NAN; labels.len() * classes];
            let sums = pool_head(&x, features, &labels, &head, &mut z, &mut got);
            let naive = reference::pool_head(&x, features, &labels, &head, classes, &mut want);
            assert_close(&got, &want, 1e-13);
            assert_close(&[sums.loss], &[naive.loss], 1e-14);
            assert_eq!(sums.correct, naive.correct);
            logits(&x, features, &head, &mut z);
            assert_close(&z, &reference::logits(&x, features, labels.len(), &head, classes), 1e-14);
        }
    }
}
