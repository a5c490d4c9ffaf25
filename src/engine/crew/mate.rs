//! The far end of a member: an engine that does as it is told.

use super::order::{Answer, Call, Order};
use crate::engine::cpu::{CpuEngine, scalar::Scalar};
use crate::engine::{Engine, EngineError};
use crate::model::Draw;
use futures_util::FutureExt;

/// Obeys a [`super::Crew`]. A CPU engine never waits, so neither does this.
#[derive(Default)]
pub struct Mate {
    engine: Option<Box<dyn Fed>>,
}

/// An engine whose training images are those that came along.
trait Fed: Engine {
    fn feed(&mut self, images: Vec<f32>, labels: Vec<u8>);
}

impl<T: Scalar> Fed for CpuEngine<T> {
    fn feed(&mut self, images: Vec<f32>, labels: Vec<u8>) {
        self.set_train(images.into(), labels.into());
    }
}

impl Mate {
    /// Does what `order` says with its images.
    ///
    /// # Errors
    /// When it is told to train before it was told what.
    pub fn obey(&mut self, order: Order, images: Vec<f32>) -> Result<Answer, EngineError> {
        match (order, &mut self.engine) {
            (Order::Start(start), engine) => {
                let double = start.double;
                let setup = start.into_setup(images);
                *engine = Some(match double {
                    true => Box::new(CpuEngine::<f64>::new(setup, 1)),
                    false => Box::new(CpuEngine::<f32>::new(setup, 1)),
                });
                Ok(Answer::Ready)
            }
            (Order::Run { labels, calls }, Some(engine)) => {
                let steps = calls.iter().filter(|call| matches!(call, Call::Step { .. })).count();
                let batch = labels.len() / steps.max(1);
                engine.feed(images, labels);
                run(engine.as_mut(), calls, batch)
            }
            (Order::Weights(arm), Some(engine)) => now(engine.weights(arm)).map(Answer::Weights),
            (Order::Run { .. } | Order::Weights(_), None) => {
                Err(EngineError::WorkerStopped("it was told to train before it was told what".into()))
            }
        }
    }
}

/// Executes calls; the i-th step trains on the i-th batch of `batch` images.
fn run(engine: &mut dyn Fed, calls: Vec<Call>, batch: usize) -> Result<Answer, EngineError> {
    let mut first = 0;
    for call in calls {
        match call {
            Call::Step { step, arms } => {
                let draws: Vec<Draw> = (first..first + batch).map(|i| Draw::plain(i as u32)).collect();
                first += batch;
                engine.step(step, &draws, &arms);
            }
            Call::Evaluate { step, start, arms } => engine.evaluate(step, start, &arms),
            Call::Snapshot { step, layers } => engine.snapshot(step, &layers),
        }
    }
    now(engine.collect()).map(Answer::Outputs)
}

/// What a future that is ready holds.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("a CPU engine never waits")
}
