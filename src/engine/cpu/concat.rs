//! Channels behind channels. With the channel outermost in memory a concatenation is two copies, and its backward pass
//! hands each part of the gradient on.

use super::scalar::Scalar;

/// `output` is `a`, then `b`.
pub fn forward<T: Scalar>(a: &[T], b: &[T], output: &mut [T]) {
    let (first, second) = output.split_at_mut(a.len());
    first.copy_from_slice(a);
    second.copy_from_slice(b);
}

/// The gradient of one part, from its part of the output's gradient; overwrites, or adds.
pub fn backward<T: Scalar>(part: &[T], gradient: &mut [T], accumulate: bool) {
    if accumulate {
        gradient.iter_mut().zip(part).for_each(|(dx, &dy)| *dx += dy);
    } else {
        gradient.copy_from_slice(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::cpu::reference::check::{assert_close, randoms};
    use crate::engine::cpu::reference::{concat, concat_backward};

    #[test]
    fn agrees_with_the_naive_twin() {
        let (a, b) = (randoms(1, 30), randoms(2, 50));
        let (mut got, mut want) = (vec![0.0; 80], vec![0.0; 80]);
        forward(&a, &b, &mut got);
        concat(&a, &b, &mut want);
        assert_eq!(got, want);
        for accumulate in [false, true] {
            let (mut got, mut want) = (vec![0.5; 50], vec![0.5; 50]);
            backward(&want_part(&got, 30), &mut got, accumulate);
            concat_backward(&randoms(3, 80), 30, &mut want, accumulate);
            assert_close(&got, &want, 0.0);
        }
    }

    /// The gradient's part from `first` on, as long as `like`.
    fn want_part(like: &[f64], first: usize) -> Vec<f64> {
        randoms(3, 80)[first..first + like.len()].to_vec()
    }
}
