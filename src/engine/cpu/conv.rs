//! Convolutions as GEMMs: blocks of images are unfolded into columns that stay in the cache, and with the channel
//! outermost in memory the product lands in the output in place.

use super::scalar::Scalar;
use crate::model::ConvGeometry;
use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2, ShapeBuilder};

/// Columns of a block: large enough to keep a GEMM busy, small enough for a second-level cache.
const BLOCK_COLUMNS: usize = 256;

/// Images per block.
fn block_images(g: &ConvGeometry) -> usize {
    (BLOCK_COLUMNS / (g.output.h * g.output.w)).clamp(1, g.n)
}

/// Elements of scratch that [`forward`], [`input_gradient`] and [`weight_gradient`] need.
pub fn scratch_len(g: &ConvGeometry) -> usize {
    fan_in(g) * block_images(g) * g.output.h * g.output.w
}

fn fan_in(g: &ConvGeometry) -> usize {
    g.input.c * g.kernel * g.kernel
}

/// `output = weight ∗ input`; weight `[out, in, k, k]`, maps `[c, n, h, w]`.
pub fn forward<T: Scalar>(g: &ConvGeometry, input: &[T], weight: &[T], output: &mut [T], scratch: &mut [T]) {
    let weight = matrix(weight, g.output.c, fan_in(g));
    for images in blocks(g) {
        let columns = unfold(g, input, images.clone(), scratch);
        general_mat_mul(T::ONE, &weight, &columns, T::ZERO, &mut block_mut(g, output, images));
    }
}

/// Gradient with respect to the weights; overwrites. Blocks are added in order.
pub fn weight_gradient<T: Scalar>(
    g: &ConvGeometry,
    input: &[T],
    output_gradient: &[T],
    gradient: &mut [T],
    scratch: &mut [T],
) {
    let mut gradient = matrix_mut(gradient, g.output.c, fan_in(g));
    for images in blocks(g) {
        let beta = if images.start == 0 { T::ZERO } else { T::ONE };
        let columns = unfold(g, input, images.clone(), scratch);
        general_mat_mul(T::ONE, &block(g, output_gradient, images), &columns.t(), beta, &mut gradient);
    }
}

/// Gradient with respect to the input; overwrites, or adds.
pub fn input_gradient<T: Scalar>(
    g: &ConvGeometry,
    weight: &[T],
    output_gradient: &[T],
    gradient: &mut [T],
    accumulate: bool,
    scratch: &mut [T],
) {
    if !accumulate {
        gradient.fill(T::ZERO);
    }
    let weight = matrix(weight, g.output.c, fan_in(g));
    let pixels = g.output.h * g.output.w;
    for images in blocks(g) {
        let width = images.len() * pixels;
        let scratch = &mut scratch[..fan_in(g) * width];
        let mut columns = matrix_mut(scratch, fan_in(g), width);
        general_mat_mul(T::ONE, &weight.t(), &block(g, output_gradient, images.clone()), T::ZERO, &mut columns);
        fold(g, scratch, images, gradient);
    }
}

fn blocks(g: &ConvGeometry) -> impl Iterator<Item = std::ops::Range<usize>> {
    let (n, step) = (g.n, block_images(g));
    (0..n).step_by(step).map(move |start| start..(start + step).min(n))
}

fn matrix<T>(x: &[T], rows: usize, columns: usize) -> ArrayView2<'_, T> {
    ArrayView2::from_shape((rows, columns), x).expect("the plan's sizes")
}

fn matrix_mut<T>(x: &mut [T], rows: usize, columns: usize) -> ArrayViewMut2<'_, T> {
    ArrayViewMut2::from_shape((rows, columns), x).expect("the plan's sizes")
}

/// The columns of `images` in an output map `[c, n, h, w]`, as a matrix `[c, images·h·w]`.
fn block<'a, T>(g: &ConvGeometry, map: &'a [T], images: std::ops::Range<usize>) -> ArrayView2<'a, T> {
    let pixels = g.output.h * g.output.w;
    let shape = (g.output.c, images.len() * pixels).strides((g.n * pixels, 1));
    ArrayView2::from_shape(shape, &map[images.start * pixels..]).expect("the plan's sizes")
}

fn block_mut<'a, T>(g: &ConvGeometry, map: &'a mut [T], images: std::ops::Range<usize>) -> ArrayViewMut2<'a, T> {
    let pixels = g.output.h * g.output.w;
    let shape = (g.output.c, images.len() * pixels).strides((g.n * pixels, 1));
    ArrayViewMut2::from_shape(shape, &mut map[images.start * pixels..]).expect("the plan's sizes")
}

/// One row of the unfolded matrix belongs to one (channel, tap): which stretch of each output row reads inside the map.
struct Tap {
    /// Offset of the tap in the row index.
    row: usize,
    channel: usize,
    ky: usize,
    kx: usize,
}

fn taps(g: &ConvGeometry) -> impl Iterator<Item = Tap> {
    let k = g.kernel;
    (0..fan_in(g)).map(move |row| Tap { row, channel: row / (k * k), ky: row / k % k, kx: row % k })
}

/// The output positions `from..to` along one axis whose tap `offset` falls inside `0..input`.
fn inside(offset: usize, pad: usize, stride: usize, input: usize, output: usize) -> (usize, usize) {
    let from = pad.saturating_sub(offset).div_ceil(stride);
    let to = if input + pad > offset { ((input + pad - offset - 1) / stride + 1).min(output) } else { 0 };
    (from.min(to), to)
}

/// Unfolds `images` of an input map into `[in·k·k, images·h·w]`.
fn unfold<'a, T: Scalar>(
    g: &ConvGeometry,
    input: &[T],
    images: std::ops::Range<usize>,
    scratch: &'a mut [T],
) -> ArrayView2<'a, T> {
    let (oh, ow) = (g.output.h, g.output.w);
    let width = images.len() * oh * ow;
    let scratch = &mut scratch[..fan_in(g) * width];
    for tap in taps(g) {
        let (y0, y1) = inside(tap.ky, g.pad, g.stride, g.input.h, oh);
        let (x0, x1) = inside(tap.kx, g.pad, g.stride, g.input.w, ow);
        let row = &mut scratch[tap.row * width..(tap.row + 1) * width];
        for (image, out) in images.clone().zip(row.chunks_exact_mut(oh * ow)) {
            let map = &input[(tap.channel * g.n + image) * g.input.h * g.input.w..][..g.input.h * g.input.w];
            for (y, out) in out.chunks_exact_mut(ow).enumerate() {
                if !(y0..y1).contains(&y) {
                    out.fill(T::ZERO);
                    continue;
                }
                let line = &map[(y * g.stride + tap.ky - g.pad) * g.input.w..][..g.input.w];
                out[..x0].fill(T::ZERO);
                out[x1..].fill(T::ZERO);
                if x0 == x1 {
                    continue;
                }
                let first = x0 * g.stride + tap.kx - g.pad;
                if g.stride == 1 {
                    out[x0..x1].copy_from_slice(&line[first..first + (x1 - x0)]);
                } else {
                    for (o, &v) in out[x0..x1].iter_mut().zip(line[first..].iter().step_by(g.stride)) {
                        *o = v;
                    }
                }
            }
        }
    }
    matrix(scratch, fan_in(g), width)
}

/// Adds the unfolded `[in·k·k, images·h·w]` back onto the map it came from, tap by tap in order.
fn fold<T: Scalar>(g: &ConvGeometry, columns: &[T], images: std::ops::Range<usize>, gradient: &mut [T]) {
    let (oh, ow) = (g.output.h, g.output.w);
    let width = images.len() * oh * ow;
    for tap in taps(g) {
        let (y0, y1) = inside(tap.ky, g.pad, g.stride, g.input.h, oh);
        let (x0, x1) = inside(tap.kx, g.pad, g.stride, g.input.w, ow);
        if x0 == x1 {
            continue;
        }
        let row = &columns[tap.row * width..(tap.row + 1) * width];
        for (image, column) in images.clone().zip(row.chunks_exact(oh * ow)) {
            let start = (tap.channel * g.n + image) * g.input.h * g.input.w;
            let map = &mut gradient[start..start + g.input.h * g.input.w];
            for y in y0..y1 {
                let line = &mut map[(y * g.stride + tap.ky - g.pad) * g.input.w..][..g.input.w];
                let first = x0 * g.stride + tap.kx - g.pad;
                let source = &column[y * ow + x0..y * ow + x1];
                for (o, &v) in line[first..].iter_mut().step_by(g.stride).zip(source) {
                    *o += v;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::cpu::reference::check::{assert_close, randoms, relative_error};
    use crate::engine::cpu::reference::{conv_forward, conv_input_gradient, conv_weight_gradient};
    use crate::model::Shape;

    /// Every kernel and stride the lab knows, over several blocks with a ragged last one.
    fn geometries() -> impl Iterator<Item = ConvGeometry> {
        [(3, 1, 14, 14), (3, 2, 14, 7), (3, 2, 7, 4), (1, 2, 8, 4), (1, 1, 5, 5), (5, 1, 6, 6)].into_iter().map(
            |(kernel, stride, from, to)| ConvGeometry {
                n: 21,
                input: Shape { c: 3, h: from, w: from + 1 },
                output: Shape { c: 5, h: to, w: if stride == 2 { from / 2 + 1 } else { to + 1 } },
                kernel,
                stride,
                pad: kernel / 2,
            },
        )
    }

    #[test]
    fn agrees_with_the_naive_twin() {
        for g in geometries() {
            let x = randoms(1, g.n * g.input.len());
            let w = randoms(2, g.output.c * fan_in(&g));
            let dy = randoms(3, g.n * g.output.len());
            let mut scratch = vec![f64::NAN; scratch_len(&g)];
            let (mut want, mut got) = (vec![0.0; dy.len()], vec![f64::NAN; dy.len()]);
            conv_forward(&x, &w, &mut want, &g);
            forward(&g, &x, &w, &mut got, &mut scratch);
            assert_close(&got, &want, 1e-14);
            let (mut want, mut got) = (vec![0.0; w.len()], vec![f64::NAN; w.len()]);
            conv_weight_gradient(&x, &dy, &mut want, &g);
            weight_gradient(&g, &x, &dy, &mut got, &mut scratch);
            assert_close(&got, &want, 1e-14);
            for accumulate in [false, true] {
                let start = if accumulate { 0.5 } else { f64::NAN };
                let (mut want, mut got) = (vec![start; x.len()], vec![start; x.len()]);
                conv_input_gradient(&dy, &w, &mut want, &g, accumulate);
                input_gradient(&g, &w, &dy, &mut got, accumulate, &mut scratch);
                assert_close(&got, &want, 1e-14);
            }
        }
    }

    #[test]
    fn the_comparison_sees_one_wrong_element() {
        let mut x = randoms(1, 1_000);
        x[17] += 1e-6;
        assert!(relative_error(&x, &randoms(1, 1_000)) > 1e-9);
    }
}
