//! Channels behind channels. With the channel outermost in memory a concatenation is two copies, and its backward pass
//! hands each part of the gradient on.

use super::add;
use super::scalar::Scalar;
use super::team::Team;

/// `output` is `a`, then `b`.
pub fn forward<T: Scalar>(a: &[T], b: &[T], output: &mut [T], team: &Team) {
    let share = team.share(output.len());
    let (first, second) = output.split_at_mut(a.len());
    let to = first.chunks_mut(share).chain(second.chunks_mut(share));
    team.each(to.zip(a.chunks(share).chain(b.chunks(share))), |(to, from)| to.copy_from_slice(from));
}

/// The gradient of one part, from its part of the output's gradient; overwrites, or adds.
pub fn backward<T: Scalar>(part: &[T], gradient: &mut [T], accumulate: bool, team: &Team) {
    add::backward(part, gradient, accumulate, team);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::cpu::reference::check::{assert_close, randoms};
    use crate::engine::cpu::reference::{concat, concat_backward};

    #[test]
    fn agrees_with_the_naive_twin() {
        let (a, b) = (randoms(1, 30), randoms(2, 50));
        for team in [1, 3].map(Team::new) {
            let (mut got, mut want) = (vec![0.0; 80], vec![0.0; 80]);
            forward(&a, &b, &mut got, &team);
            concat(&a, &b, &mut want);
            assert_eq!(got, want);
            for accumulate in [false, true] {
                let (mut got, mut want) = (vec![0.5; 50], vec![0.5; 50]);
                backward(&want_part(&got, 30), &mut got, accumulate, &team);
                concat_backward(&randoms(3, 80), 30, &mut want, accumulate);
                assert_close(&got, &want, 0.0);
            }
        }
    }

    /// The gradient's part from `first` on, as long as `like`.
    fn want_part(like: &[f64], first: usize) -> Vec<f64> {
        randoms(3, 80)[first..first + like.len()].to_vec()
    }
}
