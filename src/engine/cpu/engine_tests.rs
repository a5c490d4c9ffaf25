//! Whole steps: what an engine hands back and in which order, and what a trained head changes.

use super::reference::check::{assert_close, randoms, relative_error};
use super::*;
use crate::model::{Activation, Net, Norm, Plan, Shape, init};
use pollster::block_on;

const IMAGES: usize = 30;
const BATCH: usize = 8;
const STEPS: u64 = 20;
const STEP: ArmInput = ArmInput::plain(0.05, 2e-3, 0.9);

/// A small network on random images, all arms from the same weights.
fn setup(trained_head: bool, arms: usize) -> Setup {
    let shape = Shape { c: 2, h: 6, w: 6 };
    let net = Net::convnet(shape, 10, &[(4, 1), (6, 2)], Norm::Batch, Activation::Gelu);
    let net = if trained_head { net.with_trained_head() } else { net };
    let images = |seed, n: usize| randoms(seed, n * shape.len()).into_iter().map(|x| x as f32).collect();
    let start = init::start(&Plan::new(&net, BATCH), 7, 10.0);
    Setup {
        net,
        batch: BATCH,
        train_images: images(1, IMAGES),
        train_labels: (0..IMAGES).map(|i| (i * 7 % 10) as u8).collect(),
        test_images: images(2, EVAL_CHUNK),
        weights: vec![start.weights.iter().map(|&w| f64::from(w)).collect(); arms],
        head: start.head,
    }
}

fn batch(step: u64) -> Vec<Draw> {
    (0..BATCH).map(|i| Draw::plain(((step as usize * 5 + i * 3) % IMAGES) as u32)).collect()
}

/// Trains; the losses of each arm, and the logits after it.
fn trained(setup: Setup, arms: &[ArmInput]) -> Vec<[Vec<f64>; 2]> {
    let mut engine = CpuEngine::<f64>::new(setup, 1);
    (0..STEPS).for_each(|step| engine.step(step, &batch(step), arms));
    engine.evaluate(STEPS, 0, arms);
    let mut results = vec![[vec![], vec![]]; arms.len()];
    for output in block_on(engine.collect()).unwrap() {
        for (arm, result) in results.iter_mut().enumerate() {
            match &output {
                Output::Row { arms, .. } => result[0].push(arms[arm].loss),
                Output::Logits { arms, .. } => result[1].clone_from(&arms[arm]),
                Output::Weights { .. } => unreachable!("none was asked for"),
            }
        }
    }
    results
}

#[test]
fn a_head_that_nobody_trains_changes_nothing_and_one_that_is_trained_parts() {
    let plain = trained(setup(false, 1), &[STEP]);
    let arms = trained(setup(true, 2), &[STEP, ArmInput { trains_head: true, ..STEP }]);
    for part in 0..2 {
        assert_close(&arms[0][part], &plain[0][part], 1e-12);
        assert!(relative_error(&arms[1][part], &plain[0][part]) > 1e-3, "{part}");
    }
    assert_eq!(arms[1][0][0], arms[0][0][0], "the first loss is measured before the first update");
}

#[test]
fn a_frozen_head_is_measured_and_takes_no_step() {
    let setup = setup(true, 2);
    let plan = setup.train_plan();
    let head = plan.head().unwrap();
    let start = setup.weights[0][head.offset..].to_vec();
    let mut engine = CpuEngine::<f64>::new(setup, 1);
    engine.step(0, &batch(0), &[STEP, ArmInput { trains_head: true, halvings: 1, ..STEP }]);
    let outputs = block_on(engine.collect()).unwrap();
    let Output::Row { arms, .. } = &outputs[0] else { unreachable!("a step gives a row") };
    let sums = |arm: usize| arms[arm].layers.last().unwrap();
    assert!((sums(0).weight_sq.sqrt() - 10.0).abs() < 1e-6 && sums(0).gradient_sq > 0.0);
    assert_eq!(sums(0).step_sq, 0.0);
    assert!(sums(1).step_sq > 0.0);
    assert_eq!(block_on(engine.weights(0)).unwrap()[head.offset..], start);
    assert_ne!(block_on(engine.weights(1)).unwrap()[head.offset..], start);
}

#[test]
fn a_step_is_as_long_as_it_says() {
    let setup = setup(false, 1);
    let before = setup.weights[0].clone();
    let mut engine = CpuEngine::<f64>::new(setup, 1);
    engine.step(0, &batch(0), &[STEP]);
    let Output::Row { arms, .. } = block_on(engine.collect()).unwrap().remove(0) else { unreachable!("a row") };
    let after = block_on(engine.weights(0)).unwrap();
    let moved: f64 = before.iter().zip(&after).map(|(a, b)| (a - b) * (a - b)).sum();
    let said: f64 = arms[0].layers.iter().map(|layer| layer.step_sq).sum();
    assert_close(&[said], &[moved], 1e-12);
}

#[test]
fn snapshots_stand_between_the_steps_they_were_asked_between() {
    let setup = setup(true, 2);
    let (plan, arms) = (setup.train_plan(), [STEP, ArmInput { weight_decay: 0.0, ..STEP }]);
    // The weights after 3 updates, in an engine that stops there.
    let mut stopped = CpuEngine::<f64>::new(setup.clone(), 1);
    (0..3).for_each(|step| stopped.step(step, &batch(step), &arms));
    block_on(stopped.collect()).unwrap();
    let want = [0, 1].map(|arm| block_on(stopped.weights(arm)).unwrap());

    let mut engine = CpuEngine::<f64>::new(setup, 2);
    engine.snapshot(0, &[1]);
    for step in 0..5 {
        if step == 3 {
            engine.snapshot(3, &[2, 0]);
        }
        engine.step(step, &batch(step), &arms);
    }
    let outputs = block_on(engine.collect()).unwrap();
    let steps: Vec<u64> = outputs
        .iter()
        .map(|output| match output {
            Output::Row { step, .. } | Output::Logits { step, .. } | Output::Weights { step, .. } => *step,
        })
        .collect();
    assert_eq!(steps, [0, 0, 1, 2, 3, 3, 4]);
    let Output::Weights { step: 3, layers, arms: got } = &outputs[4] else { panic!("{:?}", outputs[4]) };
    assert_eq!(*layers, [2, 0]);
    let of_layer = |weights: &[f64], id: usize| weights[plan.weights[id].offset..][..plan.weights[id].len()].to_vec();
    for (got, want) in got.iter().zip(&want) {
        assert_eq!(*got, [of_layer(want, 2), of_layer(want, 0)].concat());
    }
    assert_ne!(got[0], got[1]);
}

#[test]
fn moved_images_train_otherwise() {
    let loss = |draw: Draw| {
        let mut engine = CpuEngine::<f64>::new(setup(false, 1), 1);
        let mut images = batch(0);
        images[2] = draw;
        engine.step(0, &images, &[STEP]);
        let Output::Row { arms, .. } = block_on(engine.collect()).unwrap().remove(0) else { unreachable!("a row") };
        arms[0].loss
    };
    let plain = batch(0)[2];
    let losses = [plain, Draw { dx: 1, ..plain }, Draw { dy: 1, ..plain }, Draw { flip: true, ..plain }].map(loss);
    assert!((1..4).all(|i| losses[i] != losses[0]), "{losses:?}");
}

#[test]
fn threads_share_an_arm_where_it_is_large() {
    let threads = |batch, arms, threads| {
        let setup = Setup { batch, ..setup(false, arms) };
        let engine = CpuEngine::<f32>::new(setup, threads);
        engine.teams.iter().map(Team::threads).collect::<Vec<_>>()
    };
    // 4,536 multiply-adds an image.
    assert_eq!(threads(BATCH, 1, 3), [1]);
    assert_eq!(threads(500, 1, 3), [2]);
    assert_eq!(threads(1_000, 1, 3), [3]);
    assert_eq!(threads(1_000, 2, 3), [1, 1]);
    assert_eq!(threads(1_000, 2, 4), [2, 2]);
}
