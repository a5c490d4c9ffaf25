//! How long each operation of a training step takes on one thread, and what that thread can do at best.

use super::watch::Pass;
use super::{CpuEngine, Scalar};
use crate::engine::profile::{Part, Roofline, median};
use crate::engine::{ArmInput, Engine};
use crate::model::plan::INPUT;

use crate::model::{Draw, Op, Plan};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, LinalgScalar};
use std::collections::BTreeMap;
use web_time::Instant;

/// Side of the matrices whose product stands for the most arithmetic.
const SIDE: usize = 384;
/// Bytes that are copied: more than most caches hold.
const COPIED: usize = 64 << 20;
/// Measurements, of which the fastest counts: a limit is what is possible at best.
const ROUNDS: usize = 12;

impl<T: Scalar> CpuEngine<T> {
    /// The parts of a step of the first arm, each the median of `steps` steps on the images `batch`.
    pub fn profile(&mut self, batch: &[Draw], arms: &[ArmInput], steps: usize) -> Vec<Part> {
        let mut seconds: BTreeMap<(usize, Pass), Vec<f64>> = BTreeMap::new();
        for step in 0..steps {
            self.lanes[0].train.watch.start();
            self.step(step as u64, batch, arms);
            self.run_jobs();
            for (key, time) in self.lanes[0].train.watch.stop() {
                seconds.entry(key).or_default().push(time);
            }
        }
        let plan = self.shared.setup.train_plan();
        let part = |((op, pass), times): (&(usize, Pass), &Vec<f64>)| {
            let Work { name, shape, flops, elements } = work(&plan, *op, *pass);
            Part { name, shape, flops, bytes: (size_of::<T>() * elements) as f64, seconds: median(times) }
        };
        seconds.iter().map(part).collect()
    }
}

/// What one thread does at best: the product of two matrices of side 384 by matrixmultiply, and a copy of 64 MB.
pub fn roofline<T: Scalar + LinalgScalar>() -> Roofline {
    let [a, b] = [0.5, 0.25].map(|x| Array2::from_elem((SIDE, SIDE), T::from_f64(x)));
    let mut c = Array2::from_elem((SIDE, SIDE), T::ZERO);
    let product = timed(|| general_mat_mul(T::ONE, &a, &b, T::ZERO, &mut c));
    let (from, mut to) = (vec![1u8; COPIED], vec![0u8; COPIED]);
    let copy = timed(|| to.copy_from_slice(std::hint::black_box(&from)));
    std::hint::black_box((c, to));
    Roofline { flops_per_second: 2.0 * (SIDE as f64).powi(3) / product, bytes_per_second: 2.0 * COPIED as f64 / copy }
}

fn timed(mut task: impl FnMut()) -> f64 {
    let mut seconds = || {
        let start = Instant::now();
        task();
        start.elapsed().as_secs_f64()
    };
    // The first touches the memory.
    seconds();
    (0..ROUNDS).map(|_| seconds()).fold(f64::INFINITY, f64::min)
}

struct Work {
    name: String,
    shape: String,
    flops: f64,
    elements: usize,
}

/// The least work of one pass of an operation.
fn work(plan: &Plan, index: usize, pass: Pass) -> Work {
    let op = &plan.ops[index];
    let len = |tensor| plan.tensor_len(tensor);
    let weights: usize = plan.weights.iter().map(|w| w.len()).sum();
    let ends: usize = op.inputs().chain(op.output()).map(len).sum();
    let (mut shape, mut flops) = (format!("{ends} elements"), 0.0);
    let (name, elements) = match *op {
        _ if pass == Pass::Gather => {
            shape = format!("{} elements", len(INPUT));
            ("", 2 * len(INPUT))
        }
        // Weights and buffer are read and written, the gradient is read.
        _ if pass == Pass::Update => {
            shape = format!("{weights} weights");
            ("", 5 * weights)
        }
        Op::Conv { weight, ref geometry, .. } => {
            let (g, weight) = (geometry, &plan.weights[weight]);
            flops = 2.0 * g.multiply_adds() as f64;
            shape =
                format!("{}→{} {k}×{k}/{} {}×{}", g.input.c, g.output.c, g.stride, g.input.h, g.input.w, k = g.kernel);
            ("conv", ends + weight.len())
        }
        // Backward it reads what it kept of its input, and the gradient of its output.
        Op::NormAct { input, .. } => ("norm", if pass == Pass::Forward { ends } else { ends + len(input) }),
        Op::Add { .. } => ("add", ends),
        Op::Concat { .. } => ("concat", ends),
        Op::AvgPool { .. } => ("pool", ends),
        Op::Affine { .. } => ("affine", ends),
        Op::PoolHead { .. } => ("head", 2 * ends),
    };
    let pass = match (op, pass) {
        (Op::NormAct { .. } | Op::Add { .. } | Op::Concat { .. } | Op::AvgPool { .. }, Pass::Backward) => "backward",
        (Op::PoolHead { .. }, Pass::Forward) => "and loss",
        _ => pass.label(),
    };
    let name = format!("{name} {pass}").trim().to_owned();
    Work { name, shape, flops, elements }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::EVAL_CHUNK;
    use crate::engine::Setup;
    use crate::model::{Activation, Net, Norm, Shape};

    #[test]
    fn a_profile_names_every_pass_once_and_counts_the_arithmetic_of_a_step() {
        let input = Shape { c: 1, h: 6, w: 6 };
        let net = Net::preresnet(input, 3, 8, &[2, 4], Norm::Batch, Activation::Relu);
        let plan = Plan::new(&net, 2);
        let weights = (0..plan.weight_count()).map(|i| (i as f64).sin()).collect();
        let setup = Setup {
            net,
            batch: 2,
            train_images: (0..72).map(|i| i as f32 / 72.0).collect(),
            train_labels: vec![0, 2].into(),
            test_images: vec![0.0; EVAL_CHUNK * 36].into(),
            weights: vec![weights],
            head: vec![0.5; plan.features().c * 3],
        };
        let mut engine = CpuEngine::<f32>::new(setup, 1);
        let parts = engine.profile(&[0, 1].map(Draw::plain), &[ArmInput::plain(0.1, 0.0, 0.9)], 3);
        let passes = |op: &Op| match *op {
            Op::Conv { input, .. } if input == INPUT => 2,
            Op::Conv { .. } => 3,
            Op::PoolHead { .. } => 1,
            _ => 2,
        };
        assert_eq!(parts.len(), plan.ops.iter().map(passes).sum::<usize>() + 2, "and gather and update");
        let want: f64 = plan
            .ops
            .iter()
            .map(|op| match op {
                Op::Conv { geometry, .. } => (passes(op) * 2 * geometry.multiply_adds()) as f64,
                _ => 0.0,
            })
            .sum();
        assert_eq!(parts.iter().map(|part| part.flops).sum::<f64>(), want);
        assert!(parts.iter().all(|part| part.seconds > 0.0 && part.bytes > 0.0), "{parts:?}");
    }
}
