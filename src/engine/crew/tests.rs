//! A crew in one thread, against one engine with all arms: the same bits.

use super::*;
use crate::engine::EVAL_CHUNK;
use crate::engine::cpu::reference::check::randoms;
use crate::engine::cpu::{CpuEngine, Scalar};
use crate::model::{Activation, Net, Norm, Plan, init};
use pollster::block_on;
use std::collections::VecDeque;

const BATCH: usize = 6;
const IMAGES: usize = 40;
const ARMS: usize = 5;

/// A member that obeys at once; orders and answers go through their binary form, as between Workers.
#[derive(Default)]
struct Near {
    mate: Mate,
    answers: VecDeque<Result<Answer, EngineError>>,
}

impl Member for Near {
    fn send(&mut self, order: &Order, images: &[f32]) {
        let order = postcard::from_bytes(&postcard::to_stdvec(order).unwrap()).unwrap();
        self.answers.push_back(self.mate.obey(order, images.to_vec()));
    }

    fn answer(&mut self) -> LocalBoxFuture<'_, Result<Answer, EngineError>> {
        let answer = self.answers.pop_front().unwrap();
        let bytes = answer.map(|answer| postcard::to_stdvec(&answer).unwrap());
        std::future::ready(bytes.map(|bytes| postcard::from_bytes(&bytes).unwrap())).boxed_local()
    }
}

fn setup() -> Setup {
    let shape = Shape { c: 2, h: 6, w: 5 };
    let net = Net::convnet(shape, 10, &[(4, 1), (6, 2)], Norm::Batch, Activation::Gelu);
    let images = |seed, n: usize| randoms(seed, n * shape.len()).into_iter().map(|x| x as f32).collect();
    let start = init::start(&Plan::new(&net, BATCH), 7, 10.0);
    Setup {
        net,
        batch: BATCH,
        train_images: images(1, IMAGES),
        train_labels: (0..IMAGES).map(|i| (i * 7 % 10) as u8).collect(),
        test_images: images(2, 2 * EVAL_CHUNK),
        weights: vec![start.weights.iter().map(|&w| f64::from(w)).collect(); ARMS],
        head: start.head,
    }
}

/// Each arm with a learning rate of its own, so that no two may be confused.
fn arms() -> Vec<ArmInput> {
    (0..ARMS).map(|arm| ArmInput::plain(0.02 * (arm + 1) as f64, 1e-3, 0.9)).collect()
}

/// Two chunks of steps with evaluations, a snapshot, and the weights at the end.
fn drive(engine: &mut dyn Engine) -> (Vec<Output>, Vec<Vec<f64>>) {
    let mut outputs = Vec::new();
    for chunk in 0..2u64 {
        for step in chunk * 3..(chunk + 1) * 3 {
            let draw = |i: usize| Draw {
                image: ((step as usize * 11 + i * 3) % IMAGES) as u32,
                dx: (i % 3) as i8 - 1,
                dy: (step % 3) as i8 - 1,
                flip: i.is_multiple_of(2),
            };
            engine.evaluate(step, step as usize * 50, &arms());
            engine.step(step, &(0..BATCH).map(draw).collect::<Vec<_>>(), &arms());
        }
        engine.snapshot(chunk * 3 + 3, &[1]);
        outputs.extend(block_on(engine.collect()).unwrap());
    }
    (outputs, (0..ARMS).map(|arm| block_on(engine.weights(arm)).unwrap()).collect())
}

fn alone<T: Scalar>() -> (Vec<Output>, Vec<Vec<f64>>) {
    drive(&mut CpuEngine::<T>::new(setup(), 1))
}

fn crew(double: bool, members: usize) -> (Vec<Output>, Vec<Vec<f64>>) {
    let members = (0..members).map(|_| Near::default()).collect();
    drive(&mut block_on(Crew::new(setup(), double, members)).unwrap())
}

#[test]
fn a_crew_of_any_size_has_the_bits_of_one_engine() {
    for members in 1..=ARMS {
        assert_eq!(crew(false, members), alone::<f32>(), "{members} members");
    }
    assert_eq!(crew(true, 2), alone::<f64>());
    assert_ne!(crew(true, 2), alone::<f32>(), "the comparison sees the precision");
}

#[test]
fn shares_are_even_and_in_order() {
    assert_eq!(shares(4, 2).collect::<Vec<_>>(), [0..2, 2..4]);
    assert_eq!(shares(5, 3).collect::<Vec<_>>(), [0..1, 1..3, 3..5]);
    assert_eq!(shares(2, 2).collect::<Vec<_>>(), [0..1, 1..2]);
}

#[test]
fn a_member_that_was_not_started_says_so() {
    assert!(
        matches!(Mate::default().obey(Order::Weights(0), vec![]), Err(EngineError::WorkerStopped(why)) if why.contains("before it was told what"))
    );
}
