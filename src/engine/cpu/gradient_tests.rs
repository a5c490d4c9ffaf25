//! The gradient of whole networks: every operation's backward pass, and how they are put together.

use super::*;
use crate::engine::cpu::reference::check::{dot, randoms};
use crate::model::{Activation, Architecture, Layer, Net, Norm, Shape, Shortcut, init};

const BATCH: usize = 6;

fn setup(net: Net) -> Setup {
    let images = |seed, n: usize| randoms(seed, n * net.input.len()).into_iter().map(|x| x as f32).collect();
    let (train_images, test_images) = (images(1, BATCH), images(2, EVAL_CHUNK));
    let mut setup = Setup {
        net,
        batch: BATCH,
        train_images,
        train_labels: [3, 1, 4, 1, 0, 2].into(),
        test_images,
        weights: vec![],
        head: vec![],
    };
    let plan = setup.train_plan();
    let theta: Vec<f64> = init::weights(&plan, 6).into_iter().map(f64::from).collect();
    // Off the special values of scales and shifts.
    let theta = theta.iter().zip(randoms(3, theta.len())).map(|(w, x)| w + 0.05 * x).collect();
    setup.head = init::head(&plan, 6, 3.0);
    setup.weights = vec![theta];
    setup
}

/// Losses of the arms before a step, and their weights after it with a learning rate of 1 and nothing else.
fn step(setup: Setup) -> (Vec<f64>, Vec<Vec<f64>>) {
    let input = ArmInput::plain(1.0, 0.0, 0.0);
    let arms = vec![input; setup.weights.len()];
    let batch: Vec<crate::model::Draw> = (0..BATCH as u32).map(crate::model::Draw::plain).collect();
    let mut engine = CpuEngine::<f64>::new(setup, 1);
    engine.step(0, &batch, &arms);
    let outputs = engine.run_jobs();
    let Some(Output::Row { arms: rows, .. }) = outputs.into_iter().next() else { panic!("a step gives a row") };
    let weights = engine.lanes.iter().map(|lane| lane.state.weights.clone()).collect();
    (rows.iter().map(|row| row.loss).collect(), weights)
}

fn networks() -> Vec<Net> {
    let input = Shape { c: 2, h: 7, w: 6 };
    let norms = [Norm::Batch, Norm::Group(2), Norm::Layer, Norm::Instance];
    let mut nets = vec![];
    for norm in norms {
        for architecture in [
            Architecture::PreResNet { depth: 8, widths: vec![4, 6] },
            Architecture::DenseNet { blocks: 2, layers: 2, growth: 4 },
        ] {
            nets.push(architecture.net(input, 5, norm, Activation::Gelu));
        }
        // What no network of the lab has: scales in the middle and at the end, a raw shortcut, images that are pooled and
        // joined to their convolution.
        let conv = |name: &str, stride| Layer::Conv { name: name.into(), out: 4, kernel: 3, stride };
        let affine = |name: &str| Layer::Affine { name: name.into() };
        let block = Layer::Residual {
            pre: vec![Layer::NormAct],
            body: vec![conv("long", 2)],
            shortcut: Shortcut::Raw(Box::new(conv("short", 2))),
        };
        let layers = vec![
            Layer::AvgPool,
            Layer::Dense { body: vec![conv("grown", 1)] },
            affine("early"),
            block,
            Layer::NormAct,
            affine("last"),
        ];
        nets.push(Net { input, classes: 5, layers, norm, activation: Activation::Gelu });
    }
    nets
}

#[test]
fn it_is_the_slope_of_the_loss_in_random_directions() {
    for net in networks() {
        let mut setup = setup(net);
        let theta = setup.weights[0].clone();
        let directions: Vec<Vec<f64>> = (10..16).map(|seed| randoms(seed, theta.len())).collect();
        // Central differences: truncation ∝ step², rounding ∝ 1/step.
        let h = 1e-5;
        for direction in &directions {
            for sign in [h, -h] {
                setup.weights.push(theta.iter().zip(direction).map(|(w, d)| w + sign * d).collect());
            }
        }
        let what = format!("{:?}, {} weights", setup.net.norm, theta.len());
        let (losses, after) = step(setup);
        let gradient: Vec<f64> = theta.iter().zip(&after[0]).map(|(before, after)| before - after).collect();
        let size = dot(&gradient, &gradient).sqrt();
        assert!(size > 1e-3, "{what}: the gradient is {size:e}");
        for (direction, loss) in directions.iter().zip(losses[1..].chunks(2)) {
            let (slope, expected) = (dot(&gradient, direction), (loss[0] - loss[1]) / (2.0 * h));
            assert!((slope - expected).abs() < 1e-6 * size, "{what}: {slope} for {expected}");
        }
    }
}

#[test]
fn threads_change_no_bit() {
    // Weights after the first step, and what the arms know of the test images then.
    let results = |net: &Net, threads| {
        let arm = ArmInput { epsilon: 1e-3, ..ArmInput::plain(0.1, 0.0, 0.0) };
        let batch: Vec<crate::model::Draw> = (0..BATCH as u32).map(crate::model::Draw::plain).collect();
        let mut engine = CpuEngine::<f32>::with_teams(setup(net.clone()), threads, threads);
        assert_eq!(engine.teams[0].threads(), threads);
        engine.step(0, &batch, &[arm]);
        engine.step(1, &batch, &[arm]);
        engine.evaluate(2, 0, &[arm]);
        let Some(Output::Logits { arms: mut logits, .. }) = engine.run_jobs().pop() else { panic!("logits come last") };
        (engine.lanes[0].state.weights.clone(), logits.remove(0))
    };
    for net in networks() {
        let (weights, logits) = results(&net, 1);
        assert!(logits.iter().all(|z| z.is_finite()) && logits.iter().any(|&z| z != 0.0));
        for threads in [2, 3] {
            assert_eq!(results(&net, threads), (weights.clone(), logits.clone()), "{:?}, {threads} threads", net.norm);
        }
    }
}
