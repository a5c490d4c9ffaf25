//! The gradient of a convolution with respect to its weights.

use super::conv_forward::each_product;
use crate::engine::cpu::Real;
use crate::model::ConvGeometry;

/// `dw[o, c, kh, kw] = Σ_{n, oh, ow} dy[o, n, oh, ow] · x[c, n, oh·stride + kh − pad, ow·stride + kw − pad]`.
pub fn conv_weight_gradient<T: Real>(x: &[T], dy: &[T], dw: &mut [T], geometry: &ConvGeometry) {
    dw.fill(T::ZERO);
    each_product(geometry, |i, k, o| dw[k] += dy[o] * x[i]);
}

#[cfg(test)]
mod tests {
    use super::super::check::{assert_close, convolutions, dot, randoms, slope};
    use super::super::conv_forward;
    use super::*;

    #[test]
    fn it_is_the_slope_of_the_forward_pass() {
        for g in convolutions() {
            let y_len = g.n * g.output.len();
            let (x, dy) = (randoms(1, g.n * g.input.len()), randoms(2, y_len));
            let w = randoms(3, g.output.c * g.input.c * g.kernel * g.kernel);
            let mut dw = vec![7.0; w.len()];
            conv_weight_gradient(&x, &dy, &mut dw, &g);
            let expected = slope(&w, |w| {
                let mut y = vec![0.0; y_len];
                conv_forward(&x, w, &mut y, &g);
                dot(&y, &dy)
            });
            assert_close(&dw, &expected, 1e-8);
        }
    }
}
