//! Sums of two maps, in parts that threads share out.

use super::scalar::Scalar;
use super::team::Team;

/// `output = a + b`.
pub fn forward<T: Scalar>(a: &[T], b: &[T], output: &mut [T], team: &Team) {
    let share = team.share(output.len());
    team.each(output.chunks_mut(share).zip(a.chunks(share).zip(b.chunks(share))), |(y, (a, b))| {
        y.iter_mut().zip(a.iter().zip(b)).for_each(|(y, (&a, &b))| *y = a + b);
    });
}

/// The gradient of a summand, which is that of the sum; overwrites, or adds.
pub fn backward<T: Scalar>(output_gradient: &[T], gradient: &mut [T], accumulate: bool, team: &Team) {
    let share = team.share(gradient.len());
    team.each(gradient.chunks_mut(share).zip(output_gradient.chunks(share)), |(dx, dy)| {
        if accumulate {
            dx.iter_mut().zip(dy).for_each(|(dx, &dy)| *dx += dy);
        } else {
            dx.copy_from_slice(dy);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::cpu::reference::check::randoms;
    use crate::engine::cpu::reference::{add, add_backward};

    #[test]
    fn agrees_with_the_naive_twin() {
        let (a, b, dy) = (randoms(1, 50), randoms(2, 50), randoms(3, 50));
        for team in [1, 3].map(Team::new) {
            let (mut got, mut want) = (vec![7.0; 50], vec![8.0; 50]);
            forward(&a, &b, &mut got, &team);
            add(&a, &b, &mut want);
            assert_eq!(got, want);
            for accumulate in [false, true] {
                let (mut got, mut want) = (vec![0.5; 50], vec![0.5; 50]);
                backward(&dy, &mut got, accumulate, &team);
                add_backward(&dy, &mut want, accumulate);
                assert_eq!(got, want);
            }
        }
    }
}
