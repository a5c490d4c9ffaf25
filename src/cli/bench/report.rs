//! What `explr bench` says.

use crate::engine::GpuCalls;
use serde::Serialize;

/// What a step asks of a GPU.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct GpuReport {
    /// Kernels dispatched in a step.
    pub dispatches_per_step: f64,
    /// Submits in a step: less than one where a submit holds several steps.
    pub submits_per_step: f64,
    /// Pipelines compiled, evaluation's included.
    pub pipelines: u64,
    /// Bytes of buffers, evaluation's included.
    pub bytes: u64,
}

impl GpuReport {
    /// From the counts before and after `steps` steps.
    pub fn new(before: GpuCalls, after: GpuCalls, steps: u64) -> Self {
        let a_step = |before: u64, after: u64| (after - before) as f64 / steps as f64;
        Self {
            dispatches_per_step: a_step(before.dispatches, after.dispatches),
            submits_per_step: a_step(before.submits, after.submits),
            pipelines: after.pipelines,
            bytes: after.bytes,
        }
    }
}

/// What was measured, as `--json` prints it.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The network's name.
    pub net: &'static str,
    /// Images per step and arm.
    pub batch: usize,
    /// What trained.
    pub device: String,
    /// In which precision: f32 or f64.
    pub precision: &'static str,
    /// Threads it may use; null on a GPU.
    pub threads: Option<usize>,
    /// How many arms in lockstep.
    pub arms: usize,
    /// Steps of a round.
    pub steps: u64,
    /// Median over the rounds of milliseconds a step, all arms together.
    pub ms_per_step: f64,
    /// Each round's.
    pub rounds_ms: Vec<f64>,
    /// Building the engine.
    pub setup_ms: f64,
    /// The first step, with everything that is made on first use.
    pub first_ms: f64,
    /// Arithmetic of the convolutions of a step, all arms together, 10⁹ operations.
    pub gflop_per_step: f64,
    /// That over the median.
    pub gflop_per_second: f64,
    /// Images a second of each arm.
    pub images_per_second: f64,
    /// What a step asks of a GPU; null on the CPU.
    pub gpu: Option<GpuReport>,
    /// Losses of the first steps of the first arm: the peers' to four digits.
    pub first_losses: Vec<f64>,
    /// The loss of the last step.
    pub last_loss: f64,
}

impl Report {
    /// For people.
    pub fn text(&self) -> String {
        let r = self;
        let list = |values: &[f64], digits: usize| {
            values.iter().map(|x| format!("{x:.digits$}")).collect::<Vec<_>>().join(", ")
        };
        let gpu = r.gpu.map_or_else(String::new, |gpu| {
            format!(
                "{:.0} dispatches and {:.2} submits a step, {} pipelines, {:.1} MB of buffers\n",
                gpu.dispatches_per_step,
                gpu.submits_per_step,
                gpu.pipelines,
                gpu.bytes as f64 / 1e6
            )
        });
        let threads = match r.threads {
            Some(1) => ", 1 thread".to_owned(),
            Some(threads) => format!(", {threads} threads"),
            None => String::new(),
        };
        let arms = if r.arms == 1 { "1 arm".to_owned() } else { format!("{} arms", r.arms) };
        format!(
            "{}, batch {}, {arms}, {} on {}{threads}\n\
         {:.3} ms a step, median of {} rounds of {} steps ({}); set-up {:.1} ms, the first step {:.1} ms\n\
         {:.3} GFLOP a step, {:.2} GFLOP/s, {:.0} images/s an arm\n{gpu}\
         first losses {}; last {:.4}\n",
            r.net,
            r.batch,
            r.precision,
            r.device,
            r.ms_per_step,
            r.rounds_ms.len(),
            r.steps,
            list(&r.rounds_ms, 3),
            r.setup_ms,
            r.first_ms,
            r.gflop_per_step,
            r.gflop_per_second,
            r.images_per_second,
            list(&r.first_losses, 5),
            r.last_loss,
        )
    }
}
