//! Convolution without bias.

use crate::engine::cpu::Real;
use crate::model::ConvGeometry;

/// Calls `visit(x, w, y)` with the flat indices of every product of the convolution, each output's in the order of
/// input channel, kernel row, kernel column: `y[y] += x[x] · w[w]`.
pub(super) fn each_product(g: &ConvGeometry, mut visit: impl FnMut(usize, usize, usize)) {
    let (input, output) = (g.input, g.output);
    let inside =
        |position: usize, tap: usize, len: usize| (position * g.stride + tap).checked_sub(g.pad).filter(|&i| i < len);
    for o in 0..output.c {
        for n in 0..g.n {
            for oh in 0..output.h {
                for ow in 0..output.w {
                    let y = ((o * g.n + n) * output.h + oh) * output.w + ow;
                    for c in 0..input.c {
                        for kh in 0..g.kernel {
                            let Some(ih) = inside(oh, kh, input.h) else { continue };
                            for kw in 0..g.kernel {
                                let Some(iw) = inside(ow, kw, input.w) else { continue };
                                let x = ((c * g.n + n) * input.h + ih) * input.w + iw;
                                visit(x, ((o * input.c + c) * g.kernel + kh) * g.kernel + kw, y);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// `y[o, n, oh, ow] = Σ_{c, kh, kw} x[c, n, oh·stride + kh − pad, ow·stride + kw − pad] · w[o, c, kh, kw]`, zero outside.
pub fn conv_forward<T: Real>(x: &[T], w: &[T], y: &mut [T], geometry: &ConvGeometry) {
    y.fill(T::ZERO);
    each_product(geometry, |i, k, o| y[o] += x[i] * w[k]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Shape;

    #[test]
    fn a_box_filter_by_hand() {
        let shape = Shape { c: 1, h: 3, w: 3 };
        let mut g = ConvGeometry { n: 1, input: shape, output: shape, kernel: 3, stride: 1, pad: 1 };
        let x: Vec<f64> = (1..=9).map(f64::from).collect();
        let mut y = [0.0; 9];
        conv_forward(&x, &[1.0; 9], &mut y, &g);
        assert_eq!(y, [12.0, 21.0, 16.0, 27.0, 45.0, 33.0, 24.0, 39.0, 28.0]);
        g.stride = 2;
        g.output = Shape { c: 1, h: 2, w: 2 };
        let mut y = [0.0; 4];
        conv_forward(&x, &[1.0; 9], &mut y, &g);
        assert_eq!(y, [12.0, 16.0, 24.0, 28.0]);
    }

    #[test]
    fn each_channel_has_its_place() {
        // Two images of two channels and one pixel; a 1×1 kernel is a matrix.
        let shape = Shape { c: 2, h: 1, w: 1 };
        let g = ConvGeometry { n: 2, input: shape, output: shape, kernel: 1, stride: 1, pad: 0 };
        let mut y = [0.0; 4];
        conv_forward(&[1.0, 2.0, 10.0, 20.0], &[1.0, 2.0, 3.0, 4.0], &mut y, &g);
        assert_eq!(y, [21.0, 42.0, 43.0, 86.0]);
    }
}
