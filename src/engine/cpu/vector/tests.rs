//! Every vector type against plain numbers, NaN and signs included.

use super::*;
use crate::engine::cpu::reference::check::randoms;

/// All operations of `V`: on random numbers and a NaN, lane by lane, and on squares.
struct AsNumbers;

impl<T: Scalar> Kernel<T> for AsNumbers {
    #[inline(always)]
    fn run<V: Vector<T>>(self) {
        lane_by_lane::<T, V>();
        lane_by_lane::<T, Pair<V>>();
        transposes::<T, V>();
        transposes::<T, Pair<V>>();
    }
}

#[inline(always)]
fn lane_by_lane<T: Scalar, V: Vector<T>>() {
    let random = |seed| -> Vec<T> { randoms(seed, V::LEN).into_iter().map(T::from_f64).collect() };
    let (mut a, b, c) = (random(1), random(2), random(3));
    let same = |got: V, want: &dyn Fn(T, T, T) -> T, a: &[T]| {
        let mut lanes = vec![T::ZERO; V::LEN];
        got.store(&mut lanes);
        for i in 0..V::LEN {
            let want = want(a[i], b[i], c[i]);
            let both_nan = lanes[i].to_f64().is_nan() && want.to_f64().is_nan();
            assert!(lanes[i] == want || both_nan, "lane {i}: {:?} for {want:?}", lanes[i]);
        }
    };
    for nan in [false, true] {
        if nan {
            a[V::LEN - 1] = T::from_f64(f64::NAN);
        }
        let (x, y, zero) = (V::load(&a), V::load(&b), V::splat(T::ZERO));
        same(x.add(y), &|a, b, _| a + b, &a);
        same(x.sub(y), &|a, b, _| a - b, &a);
        same(x.mul(y), &|a, b, _| a * b, &a);
        same(x.div(y), &|a, b, _| a / b, &a);
        same(x.larger(y), &|a, b, _| if a > b { a } else { b }, &a);
        same(y.larger(x), &|a, b, _| if b > a { b } else { a }, &a);
        same(x.smaller(y), &|a, b, _| if a < b { a } else { b }, &a);
        same(x.is_positive(), &|a, _, _| if a > T::ZERO { T::ONE } else { T::ZERO }, &a);
        same(zero.is_positive(), &|_, _, _| T::ZERO, &a);
        same(x.map(|x| x * x), &|a, _, _| a * a, &a);
    }
    // Small integers: rounded once or twice, the result is the same.
    let small: Vec<T> = (0..V::LEN).map(|i| T::from_f64(i as f64 - 1.0)).collect();
    let x = V::load(&small);
    same(x.plus_product(x, V::splat(T::from_f64(3.0))), &|a, _, _| a + a * T::from_f64(3.0), &small);
    let sum = (0..V::LEN).map(|i| i as f64 - 1.0).sum();
    assert_eq!(x.sum(), T::from_f64(sum));
    for n in [-60.0, -1.0, 0.0, 5.0] {
        let shifted = V::splat(T::from_f64(n) + T::ROUNDER);
        same(V::load(&b).times_two_to(shifted), &|_, b, _| b * T::from_f64(f64::exp2(n)), &small);
    }
}

/// `transpose` over rows and columns that are whole vectors and not, added to what was there and not.
#[inline(always)]
fn transposes<T: Scalar, V: Vector<T>>() {
    let sizes = [[V::LEN, V::LEN], [2 * V::LEN, V::LEN + 1], [3 * V::LEN - 1, 2 * V::LEN], [1, 3], [V::LEN, 0]];
    for ([rows, columns], accumulate) in sizes.into_iter().flat_map(|size| [(size, false), (size, true)]) {
        let (from_row, to_row) = (columns + 3, rows + 2);
        let from: Vec<T> = (0..rows * from_row).map(|i| T::from_f64(i as f64)).collect();
        let before = T::from_f64(-0.5);
        let mut to = vec![before; columns * to_row];
        transpose::<T, V>(&from, from_row, &mut to, to_row, [rows, columns], accumulate);
        for (at, &to) in to.iter().enumerate() {
            let (j, i) = (at / to_row, at % to_row);
            let want = match (i < rows, accumulate) {
                (false, _) => before,
                (true, false) => from[i * from_row + j],
                (true, true) => before + from[i * from_row + j],
            };
            assert!(to == want, "{rows} × {columns}: [{j}, {i}] is {to:?} and not {want:?}");
        }
    }
}

#[test]
fn vectors_compute_as_numbers_do() {
    dispatch::<f32>(AsNumbers);
    dispatch::<f64>(AsNumbers);
    AsNumbers.run::<f32>();
    <AsNumbers as Kernel<f32>>::run::<<f32 as Scalar>::Plain>(AsNumbers);
    <AsNumbers as Kernel<f64>>::run::<<f64 as Scalar>::Plain>(AsNumbers);
}
