//! Against the naive twin, and with any number of threads.

use super::*;
use crate::engine::cpu::reference::check::{assert_close, randoms, relative_error};
use crate::engine::cpu::reference::{conv_forward, conv_input_gradient, conv_weight_gradient};
use crate::model::Shape;
use ndarray::{Array2, LinalgScalar};

/// Every kernel and stride the lab knows, over several blocks with a ragged last one, and maps smaller than a vector.
fn geometries() -> impl Iterator<Item = ConvGeometry> {
    let sizes = [
        (3, 1, 14, 13),
        (3, 2, 14, 15),
        (3, 2, 7, 8),
        (1, 2, 8, 9),
        (1, 1, 5, 6),
        (5, 1, 6, 7),
        (5, 2, 9, 6),
        (3, 1, 1, 1),
        (3, 2, 2, 3),
        (3, 1, 2, 2),
        (1, 3, 7, 8),
        (3, 3, 7, 8),
        (7, 1, 3, 4),
        (3, 1, 28, 27),
    ];
    let channels = [(3, 5), (1, 4), (8, 9)];
    sizes.into_iter().flat_map(move |(kernel, stride, h, w)| {
        channels.map(|(input, output)| ConvGeometry {
            n: 21,
            input: Shape { c: input, h, w },
            output: Shape { c: output, h: h.div_ceil(stride), w: w.div_ceil(stride) },
            kernel,
            stride,
            pad: kernel / 2,
        })
    })
}

/// Output, gradient of the weights and gradient of the input, added to a half and not.
fn all(g: ConvGeometry, threads: usize, [x, w, dy]: [&[f64]; 3]) -> [Vec<f64>; 4] {
    let (conv, team) = (Convolution::new(g), Team::new(threads));
    let mut room = Room::new([&conv].into_iter(), threads);
    room.parts.fill(f64::NAN);
    let (mut y, mut dw) = (vec![f64::NAN; dy.len()], vec![f64::NAN; w.len()]);
    conv.forward(x, w, &mut y, &mut room, &team);
    conv.weight_gradient(x, dy, &mut dw, &mut room, &team);
    let dx = [false, true].map(|accumulate| {
        let mut dx = vec![if accumulate { 0.5 } else { f64::NAN }; x.len()];
        conv.input_gradient(w, dy, &mut dx, accumulate, &mut room, &team);
        dx
    });
    let [dx, added] = dx;
    [y, dw, dx, added]
}

#[test]
fn agrees_with_the_naive_twin() {
    for g in geometries() {
        let x = randoms(1, g.n * g.input.len());
        let w = randoms(2, g.output.c * g.input.c * g.kernel * g.kernel);
        let dy = randoms(3, g.n * g.output.len());
        let got = all(g, 1, [&x, &w, &dy]);
        let mut want = [vec![0.0; dy.len()], vec![0.0; w.len()], vec![f64::NAN; x.len()], vec![0.5; x.len()]];
        conv_forward(&x, &w, &mut want[0], &g);
        conv_weight_gradient(&x, &dy, &mut want[1], &g);
        conv_input_gradient(&dy, &w, &mut want[2], &g, false);
        conv_input_gradient(&dy, &w, &mut want[3], &g, true);
        for (what, (got, want)) in got.iter().zip(&want).enumerate() {
            let error = relative_error(got, want);
            assert!(error < 1e-14, "{g:?}, result {what}: {error:e}");
        }
    }
}

/// Every output position a column, every weight of an output channel a row: `[in·k·k, n·h·w]`.
fn unfolded<T: Scalar>(g: &ConvGeometry, x: &[T]) -> Array2<T> {
    let taps = g.kernel * g.kernel;
    Array2::from_shape_fn((g.input.c * taps, g.n * g.output.h * g.output.w), |(row, column)| {
        let (image, y, x_out) =
            (column / (g.output.h * g.output.w), column / g.output.w % g.output.h, column % g.output.w);
        let inside = |out: usize, k: usize, len: usize| (out * g.stride + k).checked_sub(g.pad).filter(|&at| at < len);
        let (y, at_x) = (inside(y, row / g.kernel % g.kernel, g.input.h), inside(x_out, row % g.kernel, g.input.w));
        match (y, at_x) {
            (Some(y), Some(at_x)) => x[((row / taps * g.n + image) * g.input.h + y) * g.input.w + at_x],
            _ => T::ZERO,
        }
    })
}

/// Output and gradient of the weights against the GEMM of ndarray.
fn agrees_with_gemm<T: Scalar + LinalgScalar>(tolerance: f64) {
    for g in geometries() {
        let random = |seed, len| -> Vec<T> { randoms(seed, len).into_iter().map(T::from_f64).collect() };
        let (fan_in, positions) = (g.input.c * g.kernel * g.kernel, g.n * g.output.h * g.output.w);
        let x = random(1, g.n * g.input.len());
        let (w, dy) = (random(2, g.output.c * fan_in), random(3, g.output.c * positions));
        let columns = unfolded(&g, &x);
        let matrix = |rows: usize, columns: usize, x: &[T]| {
            Array2::from_shape_vec((rows, columns), x.to_vec()).expect("the plan's sizes")
        };
        let want_y = matrix(g.output.c, fan_in, &w).dot(&columns);
        let want_dw = matrix(g.output.c, positions, &dy).dot(&columns.t());
        let (conv, team) = (Convolution::new(g), Team::new(1));
        let mut room = Room::new([&conv].into_iter(), 1);
        let (mut y, mut dw) = (dy.clone(), w.clone());
        conv.forward(&x, &w, &mut y, &mut room, &team);
        conv.weight_gradient(&x, &dy, &mut dw, &mut room, &team);
        for (got, want) in [(&y, want_y), (&dw, want_dw)] {
            let got: Vec<f64> = got.iter().map(|x| x.to_f64()).collect();
            let want: Vec<f64> = want.iter().map(|x| x.to_f64()).collect();
            assert_close(&got, &want, tolerance);
        }
    }
}

#[test]
fn agrees_with_the_gemm_of_ndarray() {
    agrees_with_gemm::<f32>(1e-6);
    agrees_with_gemm::<f64>(1e-14);
}

#[test]
fn threads_change_no_bit() {
    for g in geometries() {
        let x = randoms(1, g.n * g.input.len());
        let w = randoms(2, g.output.c * g.input.c * g.kernel * g.kernel);
        let dy = randoms(3, g.n * g.output.len());
        let want = all(g, 1, [&x, &w, &dy]);
        for threads in [2, 3] {
            assert_eq!(all(g, threads, [&x, &w, &dy]), want, "{g:?}");
        }
    }
}

#[test]
fn the_comparison_sees_one_wrong_element() {
    let mut x = randoms(1, 1_000);
    x[17] += 1e-6;
    assert!(relative_error(&x, &randoms(1, 1_000)) > 1e-9);
    assert_close(&x, &x, 0.0);
}
