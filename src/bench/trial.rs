//! An engine under way through the peers' batches, with a watch beside it.

use super::peers::{BATCHES, INPUT, PeerNet};
use crate::engine::cpu::CpuEngine;
use crate::engine::gpu::{GpuEngine, probe_adapter};
use crate::engine::{Engine, EngineError, GpuCalls, Output};
use crate::model::Draw;
use web_time::Instant;

/// Steps between two waits for the engine, as the peers' pages read the loss.
const READ_EVERY: u64 = 10;

/// Which engine trains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// f32 on the CPU, with up to so many threads.
    Cpu(usize),
    /// f64 on the CPU, with up to so many threads.
    CpuExact(usize),
    /// f32 on the GPU.
    Gpu,
}

impl Kind {
    /// How many threads it may use; `None` on a GPU.
    pub fn threads(self) -> Option<usize> {
        match self {
            Self::Cpu(threads) | Self::CpuExact(threads) => Some(threads),
            Self::Gpu => None,
        }
    }

    /// The GPU where the machine offers an adapter, even one in software; else one thread of the CPU.
    pub async fn whatever_there_is() -> Self {
        if probe_adapter().await.is_some() { Self::Gpu } else { Self::Cpu(1) }
    }
}

/// What a number of steps took.
#[derive(Clone, Debug, PartialEq)]
pub struct Round {
    /// Milliseconds a step, all arms together, everything waited for.
    pub ms_per_step: f64,
    /// Those of them until the step was enqueued. A CPU engine computes when it is waited for.
    pub enqueue_ms_per_step: f64,
    /// The first arm's loss in every tenth step and in the last.
    pub losses: Vec<f64>,
}

/// An engine under way through the four batches.
pub struct Trial {
    engine: Box<dyn Engine>,
    batch: usize,
    arms: usize,
    step: u64,
}

impl Trial {
    /// Builds the engine, at step 0; all arms alike.
    ///
    /// # Errors
    /// Where there is no GPU, or it cannot hold the network.
    pub async fn start(net: PeerNet, batch: usize, arms: usize, kind: Kind) -> Result<Self, EngineError> {
        let setup = net.setup(batch, arms);
        let engine: Box<dyn Engine> = match kind {
            Kind::Cpu(threads) => Box::new(CpuEngine::<f32>::new(setup, threads)),
            Kind::CpuExact(threads) => Box::new(CpuEngine::<f64>::new(setup, threads)),
            Kind::Gpu => Box::new(GpuEngine::new(&setup).await?),
        };
        Ok(Self::on(engine, batch, arms))
    }

    /// On an engine that stands at step 0 of [`PeerNet::setup`].
    pub fn on(engine: Box<dyn Engine>, batch: usize, arms: usize) -> Self {
        Self { engine, batch, arms, step: 0 }
    }

    /// The device's name.
    pub fn device(&self) -> &str {
        self.engine.device_name()
    }

    /// What was asked of a GPU so far, `None` on the CPU.
    pub fn gpu_calls(&self) -> Option<GpuCalls> {
        self.engine.gpu_calls()
    }

    /// Trains `steps` steps, waiting after every tenth and the last.
    ///
    /// # Errors
    /// If the device was lost or refused.
    pub async fn train(&mut self, steps: u64) -> Result<Round, EngineError> {
        let inputs = vec![INPUT; self.arms];
        let (start, mut enqueue, mut losses) = (Instant::now(), 0.0, Vec::new());
        for done in 1..=steps {
            let before = Instant::now();
            let first = (self.step % BATCHES as u64) as u32 * self.batch as u32;
            let images: Vec<Draw> = (first..first + self.batch as u32).map(Draw::plain).collect();
            self.engine.step(self.step, &images, &inputs);
            self.step += 1;
            enqueue += before.elapsed().as_secs_f64();
            if (done % READ_EVERY == 0 || done == steps)
                && let Some(Output::Row { arms, .. }) = self.engine.collect().await?.last()
            {
                losses.push(arms[0].loss);
            }
        }
        let each = 1e3 / steps.max(1) as f64;
        let ms_per_step = start.elapsed().as_secs_f64() * each;
        Ok(Round { ms_per_step, enqueue_ms_per_step: enqueue * each, losses })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_are_read_every_tenth_step_and_at_the_end() {
        pollster::block_on(async {
            let mut trial = Trial::start(PeerNet::N0, 32, 2, Kind::Cpu(2)).await.unwrap();
            let first = trial.train(1).await.unwrap();
            assert!((first.losses[0] - 2.32369).abs() < 1e-4, "{first:?}");
            let next = trial.train(22).await.unwrap();
            assert_eq!(next.losses.len(), 3);
            assert!(next.ms_per_step > next.enqueue_ms_per_step && trial.gpu_calls().is_none());
        });
    }
}
