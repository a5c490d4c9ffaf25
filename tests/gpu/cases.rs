//! Summands, pooling and gathering, with the numbers they are tried on.

use crate::bench::{Case, Operand, plain_decode};
use crate::compare::randoms;
use explr::engine::cpu::reference as twin;
use explr::engine::gpu::calls::{self, Buf, Pool};
use explr::engine::gpu::program::{StepInputs, draw_words};
use explr::engine::gpu::reduction::Reduction;
use explr::model::{Draw, Shape};

/// Every case works on so many arms.
pub const ARMS: usize = 2;

/// The part of arm `a`.
pub fn of_arm(values: &[f64], a: usize) -> &[f64] {
    let len = values.len() / ARMS;
    &values[a * len..(a + 1) * len]
}

/// Each arm's result of `f`, one after another.
pub fn by_arm(f: impl Fn(usize) -> Vec<f64>) -> Vec<f64> {
    (0..ARMS).flat_map(f).collect()
}

/// The gradient of a summand.
pub fn summands() -> Vec<Case> {
    let len = 700;
    let operand = |buf, seed| Operand::plain(buf, randoms(seed, len));
    let mut cases = vec![];
    for accumulate in [false, true] {
        let [dy, dx] = [Buf::Gradient(0), Buf::Gradient(1)];
        let mut operands = vec![operand(dy, 3)];
        operands.extend(accumulate.then(|| operand(dx, 4)));
        cases.push(Case {
            name: format!("add_backward accumulate={accumulate}"),
            call: calls::add_backward(len, [dy, dx], accumulate),
            inputs: StepInputs::default(),
            operands,
            outputs: vec![(dx, len)],
            decode: plain_decode(),
            reference: Box::new(move |v| {
                let mut dx = v.get(1).cloned().unwrap_or(vec![0.0; len]);
                twin::add_backward(&v[0], &mut dx, accumulate);
                vec![dx]
            }),
        });
    }
    cases
}

/// The batch, and both ends of the network.
pub fn ends(reduction: Reduction) -> Vec<Case> {
    let (n, classes, features) = (7, 10, Shape { c: 70, h: 3, w: 2 });
    let image = Shape { c: 3, h: 4, w: 5 };
    let drawn = |(image, (dx, dy, flip))| Draw { image, dx, dy, flip };
    let moves =
        [(0, 0, false), (1, 0, false), (-2, 3, true), (0, 0, true), (-1, -1, false), (5, 0, true), (0, -128, false)];
    let draws: Vec<Draw> = [4, 0, 8, 8, 2, 5, 1].into_iter().zip(moves).map(drawn).collect();
    let labels: Vec<u32> = (0..9).map(|i| (i * 7 % 10) as u32).collect();
    // Slot 1 of the draws.
    let slots: Vec<u32> = vec![Draw::plain(3); n].iter().chain(&draws).flat_map(|&draw| draw_words(draw)).collect();
    let inputs = StepInputs { first_draw: n as u32, ring: 1, ..StepInputs::default() };
    let pool = Pool { n, features, classes };
    let x_len = n * features.len();
    let x = || Operand::plain(Buf::Map(0), randoms(1, ARMS * x_len));
    let head = || Operand::plain(Buf::Head, randoms(2, features.c * classes));

    let picked = draws.clone();
    let gather = Case {
        name: "gather".into(),
        call: calls::gather(n, image),
        inputs,
        operands: vec![Operand::plain(Buf::Images, randoms(3, 9 * image.len())), Operand::integers(Buf::Draws, &slots)],
        outputs: vec![(Buf::Batch, n * image.len())],
        decode: plain_decode(),
        reference: Box::new(move |v| {
            let mut out = vec![0.0; n * image.len()];
            twin::gather(&v[0], image, &picked, &mut out);
            vec![out]
        }),
    };
    let logits = Case {
        name: format!("pool_logits {reduction:?}"),
        call: calls::pool_logits(pool, ARMS, Buf::Map(0), reduction),
        inputs,
        operands: vec![x(), head()],
        outputs: vec![(Buf::Ring, 2 * ARMS * n * classes)],
        decode: Box::new(move |out| vec![out[0][ARMS * n * classes..].iter().map(|&z| f64::from(z)).collect()]),
        reference: Box::new(move |v| vec![by_arm(|a| twin::logits(of_arm(&v[0], a), features, n, &v[1], classes))]),
    };
    let (integers, table) = (Operand::integers(Buf::Draws, &slots), Operand::integers(Buf::Labels, &labels));
    let wanted: Vec<u8> = draws.iter().map(|draw| labels[draw.image as usize] as u8).collect();
    let head = Case {
        name: format!("pool_head {reduction:?}"),
        call: calls::pool_head(pool, ARMS, [Buf::Map(0), Buf::Gradient(0)], reduction),
        inputs,
        operands: vec![x(), head(), integers, table],
        outputs: vec![(Buf::Gradient(0), ARMS * x_len), (Buf::Losses, 2 * ARMS * n)],
        decode: Box::new(move |out| {
            let sum = |a: usize, part| out[1][2 * a * n..2 * (a + 1) * n].iter().skip(part).step_by(2).sum::<f32>();
            let gradient = out[0].iter().map(|&x| f64::from(x)).collect();
            vec![gradient, by_arm(|a| vec![f64::from(sum(a, 0)) / n as f64, f64::from(sum(a, 1))])]
        }),
        reference: Box::new(move |v| {
            let mut dx = vec![0.0; ARMS * x_len];
            let sums = by_arm(|a| {
                let mut scratch = vec![0.0; x_len];
                let sums = twin::pool_head(of_arm(&v[0], a), features, &wanted, &v[1], classes, &mut scratch);
                vec![sums.loss, f64::from(sums.correct)]
            });
            for (a, dx) in dx.chunks_mut(x_len).enumerate() {
                twin::pool_head(of_arm(&v[0], a), features, &wanted, &v[1], classes, dx);
            }
            vec![dx, sums]
        }),
    };
    vec![gather, logits, head]
}
