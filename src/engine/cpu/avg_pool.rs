//! Means over 2 × 2 pixels, row by row, in maps that threads share out.

use super::scalar::Scalar;
use super::team::Team;
use crate::model::PoolGeometry;

/// `output[c, n, h, w]` is the mean of the four pixels from `input[c, n, 2h, 2w]` on.
pub fn forward<T: Scalar>(g: &PoolGeometry, input: &[T], output: &mut [T], team: &Team) {
    let (from, to, quarter) = (g.input, g.output(), T::from_f64(0.25));
    let [from_len, to_len] = [from, to].map(|map| map.h * map.w);
    let share = team.share(g.n * from.c);
    team.each(input.chunks(share * from_len).zip(output.chunks_mut(share * to_len)), |(input, output)| {
        for (x, y) in input.chunks_exact(from_len).zip(output.chunks_exact_mut(to_len)) {
            for (rows, y) in x.chunks_exact(2 * from.w).zip(y.chunks_exact_mut(to.w)) {
                let (upper, lower) = rows.split_at(from.w);
                for ((y, upper), lower) in y.iter_mut().zip(upper.chunks_exact(2)).zip(lower.chunks_exact(2)) {
                    *y = quarter * ((upper[0] + upper[1]) + (lower[0] + lower[1]));
                }
            }
        }
    });
}

/// The gradient of the input: a quarter of the output's for each pixel that was read, 0 for a dropped row or column;
/// overwrites, or adds.
pub fn backward<T: Scalar>(g: &PoolGeometry, output_gradient: &[T], gradient: &mut [T], accumulate: bool, team: &Team) {
    let (from, to, quarter) = (g.input, g.output(), T::from_f64(0.25));
    let [from_len, to_len] = [from, to].map(|map| map.h * map.w);
    let share = team.share(g.n * from.c);
    team.each(gradient.chunks_mut(share * from_len).zip(output_gradient.chunks(share * to_len)), |(dx, dy)| {
        if !accumulate {
            dx.fill(T::ZERO);
        }
        for (dx, dy) in dx.chunks_exact_mut(from_len).zip(dy.chunks_exact(to_len)) {
            for (rows, dy) in dx.chunks_exact_mut(2 * from.w).zip(dy.chunks_exact(to.w)) {
                for row in rows.chunks_exact_mut(from.w) {
                    for (dx, &dy) in row.chunks_exact_mut(2).zip(dy) {
                        dx[0] += quarter * dy;
                        dx[1] += quarter * dy;
                    }
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::cpu::reference::check::{assert_close, pools, randoms};
    use crate::engine::cpu::reference::{avg_pool, avg_pool_backward};

    #[test]
    fn agrees_with_the_naive_twin() {
        for (g, team) in pools().into_iter().flat_map(|g| [1, 3].map(|threads| (g, Team::new(threads)))) {
            let (x_len, y_len) = (g.n * g.input.len(), g.n * g.output().len());
            let (x, dy) = (randoms(1, x_len), randoms(2, y_len));
            let (mut got, mut want) = (vec![7.0; y_len], vec![8.0; y_len]);
            forward(&g, &x, &mut got, &team);
            avg_pool(&x, &mut want, &g);
            assert_close(&got, &want, 1e-15);
            for accumulate in [false, true] {
                let (mut got, mut want) = (vec![0.5; x_len], vec![0.5; x_len]);
                backward(&g, &dy, &mut got, accumulate, &team);
                avg_pool_backward(&dy, &mut want, &g, accumulate);
                assert_close(&got, &want, 1e-15);
            }
        }
    }
}
