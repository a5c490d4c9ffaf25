//! Scale invariance, computed: the CPU engine in f64 with ε = 0 on every kind of network and norm the lab has, against
//! what the bookkeeping of degrees and groups says without computing.
#![cfg(not(target_arch = "wasm32"))]

mod forbidden;
mod groups;
mod whole;

use explr::engine::cpu::CpuEngine;
use explr::engine::{ArmInput, EVAL_CHUNK, Engine, Output, Setup};
use explr::model::{Activation, Architecture, Net, Norm, Plan, Shape, init};

/// The factor on the weights: no power of two, which would be exact whatever the network.
const FACTOR: f64 = 3.7;
/// What f64 rounding may do to logits.
const ROUNDING: f64 = 1e-12;

const NORMS: [Norm; 4] = [Norm::Batch, Norm::Group(2), Norm::Layer, Norm::Instance];

fn architectures() -> Vec<Architecture> {
    vec![
        Architecture::ConvNet { widths: vec![(4, 1), (8, 2), (8, 2)] },
        Architecture::PreResNet { depth: 8, widths: vec![4, 4, 8] },
        Architecture::PreResNet { depth: 20, widths: vec![4, 4, 8] },
        Architecture::DenseNet { blocks: 3, layers: 2, growth: 4 },
    ]
}

fn net(architecture: &Architecture, input: Shape, norm: Norm) -> Net {
    architecture.check(input, norm).expect("a network of the lab");
    architecture.net(input, 10, norm, Activation::Gelu)
}

/// Initial weights of `net`.
fn weights(net: &Net) -> Vec<f64> {
    init::weights(&Plan::new(net, 2), 6).into_iter().map(f64::from).collect()
}

/// The logits of [`EVAL_CHUNK`] random images for each of the weight vectors.
fn logits(net: &Net, weights: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let random = |seed, len| init::normals(&mut init::generator(seed, init::Stream::Batches), len);
    let images = random(1, EVAL_CHUNK * net.input.len()).into_iter().map(|x| x as f32).collect();
    let head = init::head(&Plan::new(net, 2), 6, 10.0);
    let arm = ArmInput::plain(0.1, 0.0, 0.0);
    let arms = vec![arm; weights.len()];
    let setup = Setup {
        net: net.clone(),
        batch: 2,
        train_images: vec![0.0; 2 * net.input.len()].into(),
        train_labels: vec![0, 1].into(),
        test_images: images,
        weights,
        head,
    };
    let mut engine = CpuEngine::<f64>::new(setup, 2);
    engine.evaluate(0, 0, &arms);
    match pollster::block_on(engine.collect()).expect("the CPU has no device to lose").pop() {
        Some(Output::Logits { arms, .. }) => arms,
        other => panic!("logits were asked for, {other:?} came"),
    }
}

/// ‖a − b‖ / ‖b‖; infinite where something is NaN.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let square = |x: &mut dyn Iterator<Item = f64>| x.map(|x| x * x).sum::<f64>();
    let difference = square(&mut a.iter().zip(b).map(|(a, b)| a - b));
    let distance = (difference / square(&mut b.iter().copied())).sqrt();
    if distance.is_nan() { f64::INFINITY } else { distance }
}

/// `weights` with those in `ranges` multiplied by [`FACTOR`].
fn scaled(weights: &[f64], ranges: &[std::ops::Range<usize>]) -> Vec<f64> {
    let mut scaled = weights.to_vec();
    for range in ranges {
        scaled[range.clone()].iter_mut().for_each(|w| *w *= FACTOR);
    }
    scaled
}

#[test]
fn a_perturbed_logit_is_seen() {
    let a: Vec<f64> = (1..100).map(f64::from).collect();
    let mut b = a.clone();
    assert_eq!(distance(&b, &a), 0.0);
    b[50] += 1e-6;
    assert!(distance(&b, &a) > ROUNDING);
    b[50] = f64::NAN;
    assert_eq!(distance(&b, &a), f64::INFINITY);
}
