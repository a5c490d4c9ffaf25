//! How long each dispatch of a training step takes, and what the device can do at best.
//!
//! A dispatch is repeated many times in one pass and the pass is waited for, because browsers round timestamps to 100 µs
//! and many devices have none. What a repeated dispatch computes is of no use: a profile consumes its engine.

use super::calls::{Buf, Call};
use super::kernels::{Access, Kernel};
use super::program::{Pipelines, Program};
use super::readback::Stretch;
use super::work::{self, Work};
use super::{GpuEngine, STORAGE, encode, tune};
use crate::engine::EngineError;
use crate::engine::profile::{Part, Roofline, median};
use crate::model::Plan;
use std::collections::BTreeMap;
use web_time::Instant;

/// Seconds that one measurement should take, so that a submit and a wait weigh little.
const WANTED: f64 = 0.03;
/// Most repetitions of a dispatch in one submit.
const MOST_REPEATS: f64 = 500.0;
/// Measurements: of a part the median counts, of a limit the fastest.
const ROUNDS: usize = 3;

static COMPUTE: Kernel = Kernel {
    name: "roofline_compute",
    parts: &[include_str!(concat!(env!("OUT_DIR"), "/shaders/roofline_compute.wgsl"))],
    buffers: &[Access::Write],
};
static COPY: Kernel = Kernel {
    name: "roofline_copy",
    parts: &[include_str!(concat!(env!("OUT_DIR"), "/shaders/roofline_copy.wgsl"))],
    buffers: &[Access::Read, Access::Write],
};
/// Workgroups of 64 and multiply-adds a thread and round, as the shader has them.
const COMPUTE_GROUPS: usize = 1 << 12;
const COMPUTE_ROUNDS: usize = 256;
const CHAINS: usize = 32;
/// Elements that are copied: 16 MB in, 16 MB out, more than most caches hold.
const COPIED: usize = 1 << 22;

impl GpuEngine {
    /// The parts of a step of `plan`, which is that of the engine's setup, and the device's limits.
    ///
    /// # Errors
    /// If the device was lost or refused.
    pub async fn profile(mut self, plan: &Plan) -> Result<(Vec<Part>, Roofline), EngineError> {
        let encoded = encode::training_step(plan, &self.layout, self.arms, self.reduction);
        let mut parts = Vec::new();
        for (index, call) in encoded.calls.iter().enumerate() {
            let Work { shape, flops, bytes } = work::of_call(call, &encoded.lens);
            let seconds = median(&self.times(None, index).await?);
            let variant = tune::chosen(&self.choices, call).map(|variant| format!(" ({})", variant.name()));
            let name = format!("{}{}", call.kernel.name, variant.unwrap_or_default());
            parts.push(Part { name, shape, flops, bytes, seconds });
        }
        let roofline = self.roofline().await?;
        Ok((parts, roofline))
    }

    async fn roofline(&mut self) -> Result<Roofline, EngineError> {
        let threads = COMPUTE_GROUPS * 64;
        let call = |kernel, sizes, buffers, groups| Call {
            kernel,
            constants: vec![],
            sizes: vec![sizes],
            buffers,
            grid: [groups, 1, 1],
        };
        let calls = [
            call(&COMPUTE, ("rounds", COMPUTE_ROUNDS), vec![Buf::Map(0)], COMPUTE_GROUPS),
            call(&COPY, ("len", COPIED / 4), vec![Buf::Map(0), Buf::Map(1)], COPIED / 4 / 256),
        ];
        let room = |_| self.gpu.buffer("roofline", COPIED.max(4 * threads), STORAGE);
        let buffers = BTreeMap::from([0, 1].map(|i| (Buf::Map(i), room(i))));
        let program = Program::new(&self.gpu, &mut Pipelines::new(&self.gpu), &calls, &buffers);
        // A limit is what is possible at best.
        let best = |times: [f64; ROUNDS]| times.into_iter().fold(f64::INFINITY, f64::min);
        let flops = (2 * CHAINS * COMPUTE_ROUNDS * threads) as f64;
        Ok(Roofline {
            flops_per_second: flops / best(self.times(Some(&program), 0).await?),
            bytes_per_second: (8 * COPIED) as f64 / best(self.times(Some(&program), 1).await?),
        })
    }

    /// Seconds of one dispatch, measured several times, of `program`, which is the training step where none is given.
    async fn times(&mut self, program: Option<&Program>, index: usize) -> Result<[f64; ROUNDS], EngineError> {
        // The first pays for what is made on first use.
        self.repeated(program, index, 1).await?;
        let once = self.repeated(program, index, 1).await?;
        let repeats = (WANTED / once).clamp(1.0, MOST_REPEATS) as usize;
        let mut rounds = [0.0; ROUNDS];
        for round in &mut rounds {
            let nothing = self.repeated(program, index, 0).await?;
            // A dispatch of less than a nanosecond was not measured but lost in the wait.
            *round = ((self.repeated(program, index, repeats).await? - nothing) / repeats as f64).max(1e-9);
        }
        Ok(rounds)
    }

    /// Seconds until so many dispatches are submitted and done.
    async fn repeated(&mut self, program: Option<&Program>, index: usize, repeats: usize) -> Result<f64, EngineError> {
        let start = Instant::now();
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            let program = program.unwrap_or(&self.training.program);
            program.record_one(&mut pass, &self.inputs_group, index, repeats);
        }
        let stretch = Stretch { buffer: &self.training.buffers[&Buf::Ring], first: 0, len: 1 };
        self.readback.read(&self.gpu, encoder, &[stretch]).await?;
        Ok(start.elapsed().as_secs_f64())
    }
}
