//! The gradient of a convolution with respect to its input.

use super::conv_forward::each_product;
use crate::engine::cpu::Real;
use crate::model::ConvGeometry;

/// `dx[c, n, ih, iw] = Σ dy[o, n, oh, ow] · w[o, c, kh, kw]` over all (o, kh, kw) that read this pixel; added to `dx`
/// with `accumulate`, overwriting it without.
pub fn conv_input_gradient<T: Real>(dy: &[T], w: &[T], dx: &mut [T], geometry: &ConvGeometry, accumulate: bool) {
    if !accumulate {
        dx.fill(T::ZERO);
    }
    each_product(geometry, |i, k, o| dx[i] += dy[o] * w[k]);
}

#[cfg(test)]
mod tests {
    use super::super::check::{assert_close, convolutions, dot, randoms, slope};
    use super::super::conv_forward;
    use super::*;

    #[test]
    fn it_is_the_slope_of_the_forward_pass() {
        for g in convolutions() {
            let (x_len, y_len) = (g.n * g.input.len(), g.n * g.output.len());
            let (x, dy) = (randoms(1, x_len), randoms(2, y_len));
            let w = randoms(3, g.output.c * g.input.c * g.kernel * g.kernel);
            let mut dx = vec![7.0; x_len];
            conv_input_gradient(&dy, &w, &mut dx, &g, false);
            let expected = slope(&x, |x| {
                let mut y = vec![0.0; y_len];
                conv_forward(x, &w, &mut y, &g);
                dot(&y, &dy)
            });
            assert_close(&dx, &expected, 1e-8);
            let before = dx.clone();
            conv_input_gradient(&dy, &w, &mut dx, &g, true);
            let twice: Vec<f64> = before.iter().map(|x| 2.0 * x).collect();
            assert_close(&dx, &twice, 1e-13);
        }
    }
}
