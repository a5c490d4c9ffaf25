//! Concatenations and poolings, with the numbers they are tried on.

use crate::bench::{Case, Operand, plain_decode};
use crate::cases::{ARMS, by_arm, of_arm};
use crate::compare::randoms;
use explr::engine::cpu::reference as twin;
use explr::engine::gpu::calls::{self, Buf};
use explr::engine::gpu::program::StepInputs;
use explr::model::{PoolGeometry, Shape};

/// Parts shorter and longer than a workgroup, and the gradient of each.
pub fn concats() -> Vec<Case> {
    [[40, 330], [500, 60]].into_iter().flat_map(concat_cases).collect()
}

fn concat_cases([len_a, len_b]: [usize; 2]) -> Vec<Case> {
    let whole = len_a + len_b;
    let operand = |buf, seed, len: usize| Operand::plain(buf, randoms(seed, ARMS * len));
    let mut cases = vec![Case {
        name: format!("concat {len_a} + {len_b}"),
        call: calls::concat([len_a, len_b], ARMS, [Buf::Map(0), Buf::Map(1), Buf::Map(2)]),
        inputs: StepInputs::default(),
        operands: vec![operand(Buf::Map(0), 1, len_a), operand(Buf::Map(1), 2, len_b)],
        outputs: vec![(Buf::Map(2), ARMS * whole)],
        decode: plain_decode(),
        reference: Box::new(move |v| {
            vec![by_arm(|a| {
                let mut y = vec![0.0; whole];
                twin::concat(of_arm(&v[0], a), of_arm(&v[1], a), &mut y);
                y
            })]
        }),
    }];
    for (first, part) in [(0, len_a), (len_a, len_b)] {
        for accumulate in [false, true] {
            let [dy, dx] = [Buf::Gradient(0), Buf::Gradient(1)];
            // The reference reads only its part of dy: what it does not read is no operand whose change must be seen.
            let values = randoms(3, ARMS * whole);
            let read = by_arm(|a| of_arm(&values, a)[first..first + part].to_vec());
            let bytes = Operand::plain(dy, values).bytes;
            let mut operands = vec![Operand { buf: dy, values: read, bytes }];
            operands.extend(accumulate.then(|| operand(dx, 4, part)));
            cases.push(Case {
                name: format!("concat_backward {first}..{} of {whole} accumulate={accumulate}", first + part),
                call: calls::concat_backward([whole, first, part], ARMS, [dy, dx], accumulate),
                inputs: StepInputs::default(),
                operands,
                outputs: vec![(dx, ARMS * part)],
                decode: plain_decode(),
                reference: Box::new(move |v| {
                    vec![by_arm(|a| {
                        let mut dy = vec![f64::NAN; whole];
                        dy[first..first + part].copy_from_slice(of_arm(&v[0], a));
                        let mut dx = v.get(1).map_or(vec![0.0; part], |dx| of_arm(dx, a).to_vec());
                        twin::concat_backward(&dy, first, &mut dx, accumulate);
                        dx
                    })]
                }),
            });
        }
    }
    cases
}

/// Even and odd sizes.
pub fn pools() -> Vec<Case> {
    [(3, Shape { c: 4, h: 8, w: 6 }), (2, Shape { c: 5, h: 7, w: 7 }), (2, Shape { c: 3, h: 4, w: 5 })]
        .into_iter()
        .flat_map(|(n, input)| pool_cases(PoolGeometry { n, input }))
        .collect()
}

fn pool_cases(g: PoolGeometry) -> Vec<Case> {
    let (x_len, y_len) = (g.n * g.input.len(), g.n * g.output().len());
    let operand = |buf, seed, len: usize| Operand::plain(buf, randoms(seed, ARMS * len));
    let size = format!("{} × {}", g.input.h, g.input.w);
    let mut cases = vec![Case {
        name: format!("avg_pool {size}"),
        call: calls::avg_pool(&g, ARMS, [Buf::Map(0), Buf::Map(1)]),
        inputs: StepInputs::default(),
        operands: vec![operand(Buf::Map(0), 1, x_len)],
        outputs: vec![(Buf::Map(1), ARMS * y_len)],
        decode: plain_decode(),
        reference: Box::new(move |v| {
            vec![by_arm(|a| {
                let mut y = vec![0.0; y_len];
                twin::avg_pool(of_arm(&v[0], a), &mut y, &g);
                y
            })]
        }),
    }];
    for accumulate in [false, true] {
        let [dy, dx] = [Buf::Gradient(0), Buf::Gradient(1)];
        let mut operands = vec![operand(dy, 2, y_len)];
        operands.extend(accumulate.then(|| operand(dx, 3, x_len)));
        cases.push(Case {
            name: format!("avg_pool_backward {size} accumulate={accumulate}"),
            call: calls::avg_pool_backward(&g, ARMS, [dy, dx], accumulate),
            inputs: StepInputs::default(),
            operands,
            outputs: vec![(dx, ARMS * x_len)],
            decode: plain_decode(),
            reference: Box::new(move |v| {
                vec![by_arm(|a| {
                    let mut dx = v.get(1).map_or(vec![0.0; x_len], |dx| of_arm(dx, a).to_vec());
                    twin::avg_pool_backward(of_arm(&v[0], a), &mut dx, &g, accumulate);
                    dx
                })]
            }),
        });
    }
    cases
}
