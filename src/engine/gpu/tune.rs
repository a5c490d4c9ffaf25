//! Picks the fastest variant of each convolution, by trying them on the device.
//!
//! A kernel is repeated in one submit and waited for on the wall clock, because browsers round timestamps to 100 µs and many
//! devices have none. A variant whose trial differs from the first one's in any bit is not taken, so no choice changes a
//! result. What was chosen is remembered for an adapter while the process or page is open.

use super::calls::{Buf, Call};
use super::device::Gpu;
use super::encode::Encoded;
use super::program::{Pipelines, Program};
use super::readback::{Readback, Stretch};
use super::variants::Variant;
use super::{STORAGE, kernels, work};
use crate::engine::EngineError;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use web_time::{Duration, Instant};

/// When to measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tuning {
    /// On a real GPU; on a software one the first variant is known best.
    #[default]
    Gpus,
    /// Never.
    Never,
    /// On whatever there is, to the end however long it takes, and without remembering: for tests.
    Always,
}

/// What was chosen for one convolution.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The call that needs no measuring.
    plain: Call,
    /// Its kernel and shape, for people.
    pub name: String,
    /// The variant that is used.
    pub variant: Variant,
}

/// After so long no further variant is tried.
const BUDGET: Duration = Duration::from_millis(150);
/// Seconds that one measurement should take.
const WANTED: f64 = 0.002;
/// Most repetitions in one submit.
const MOST_REPEATS: f64 = 100.0;
/// Measurements of a variant; the fastest counts.
const ROUNDS: usize = 2;
/// Share of the first variant's time that another must save, or noise would choose.
const WORTH: f64 = 0.05;

static REMEMBERED: Mutex<BTreeMap<String, Variant>> = Mutex::new(BTreeMap::new());

/// Which of `times` to take, in seconds; `None` and what is no positive number was not measured or is wrong. The first
/// stays unless another saves 5 % of its time or it has none itself.
pub fn choose(times: &[Option<f64>]) -> usize {
    let seconds = |i: usize| times[i].filter(|t| t.is_finite() && *t > 0.0);
    let Some(first) = times.first().and_then(|_| seconds(0)) else { return 0 };
    let measured = (1..times.len()).filter_map(|i| Some((i, seconds(i)?)));
    let best = measured.min_by(|a, b| a.1.total_cmp(&b.1));
    best.filter(|(_, time)| *time < (1.0 - WORTH) * first).map_or(0, |(i, _)| i)
}

/// Whether two results are the same, bit for bit: −0 is not 0 here, and a NaN is itself.
pub fn same_bits(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}

/// What was chosen for `call`, if anything was.
pub fn chosen(choices: &[Choice], call: &Call) -> Option<Variant> {
    choices.iter().find(|choice| is_like(&choice.plain, call)).map(|choice| choice.variant)
}

/// Puts the chosen variants in place of the calls they were chosen for.
pub fn apply(choices: &[Choice], calls: &mut [Call]) {
    for call in calls {
        if let Some(other) = chosen(choices, call).and_then(|variant| variant.of(call)) {
            *call = other;
        }
    }
}

/// Measures the convolutions of `step`, the costliest first, and puts the fastest variants into it.
///
/// # Errors
/// If the device was lost or refused.
pub async fn tune(
    gpu: &Gpu,
    pipelines: &mut Pipelines,
    inputs: &wgpu::BindGroup,
    step: &mut Encoded,
    tuning: Tuning,
) -> Result<Vec<Choice>, EngineError> {
    let (start, always) = (Instant::now(), tuning == Tuning::Always);
    if !always && (tuning == Tuning::Never || gpu.report.software) {
        return Ok(vec![]);
    }
    let mut plain: Vec<&Call> = vec![];
    for call in &step.calls {
        if Variant::Wide.of(call).is_some() && !plain.iter().any(|other| is_like(other, call)) {
            plain.push(call);
        }
    }
    let flops = |call: &Call| work::of_call(call, &step.lens).flops;
    plain.sort_by(|a, b| flops(b).total_cmp(&flops(a)));
    let mut choices = vec![];
    for call in plain {
        let key = format!("{} {} {:?} {:?}", gpu.report.name, call.kernel.name, call.constants, call.grid);
        let known = REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
        let variant = match known.filter(|_| !always) {
            Some(variant) => variant,
            None if !always && start.elapsed() > BUDGET => continue,
            None => {
                let mut trial = Trial::new(gpu, inputs, call, &step.lens);
                let times = trial.times(pipelines, || always || start.elapsed() < BUDGET).await?;
                let variant = Variant::ALL[choose(&times)];
                if !always {
                    REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner).insert(key, variant);
                }
                variant
            }
        };
        let name = format!("{} {}", call.kernel.name, work::of_call(call, &step.lens).shape);
        choices.push(Choice { plain: call.clone(), name, variant });
    }
    apply(&choices, &mut step.calls);
    Ok(choices)
}

/// Whether two calls take the same time: one kernel, shape and grid, wherever their numbers lie.
fn is_like(a: &Call, b: &Call) -> bool {
    a.kernel == b.kernel && a.constants == b.constants && a.grid == b.grid
}

/// One convolution with buffers of its own, so that no training sees what was tried.
struct Trial<'a> {
    gpu: &'a Gpu,
    inputs: &'a wgpu::BindGroup,
    call: &'a Call,
    buffers: BTreeMap<Buf, wgpu::Buffer>,
    readback: Readback,
}

impl<'a> Trial<'a> {
    fn new(gpu: &'a Gpu, inputs: &'a wgpu::BindGroup, call: &'a Call, lens: &BTreeMap<Buf, usize>) -> Self {
        let room = |&buf: &Buf| (buf, gpu.buffer("trial", lens.get(&buf).copied().unwrap_or(4), STORAGE));
        Self { gpu, inputs, call, buffers: call.buffers.iter().map(room).collect(), readback: Readback::default() }
    }

    /// Fills every buffer with the same numbers again: results of one variant are not the start of the next.
    fn fill(&self) {
        for (seed, buffer) in (1u32..).zip(self.buffers.values()) {
            let number = |i: u32| {
                let hash = (i ^ seed << 27).wrapping_mul(0x9e37_79b1) ^ i >> 7;
                (hash.wrapping_mul(0x85eb_ca6b) >> 8) as f32 / (1 << 23) as f32 - 1.0
            };
            let numbers: Vec<f32> = (0..(buffer.size() / 4) as u32).map(number).collect();
            self.gpu.queue.write_buffer(buffer, 0, bytemuck::cast_slice(&numbers));
        }
    }

    /// Seconds of each variant; `None` where there is none, its bits differ, or `goes_on` said no.
    async fn times(
        &mut self,
        pipelines: &mut Pipelines,
        goes_on: impl Fn() -> bool,
    ) -> Result<[Option<f64>; Variant::ALL.len()], EngineError> {
        let mut times = [None; Variant::ALL.len()];
        let (mut expected, mut repeats) = (None, 1);
        for (time, variant) in times.iter_mut().zip(Variant::ALL) {
            let Some(call) = variant.of(self.call) else { continue };
            if expected.is_some() && !goes_on() {
                break;
            }
            let program = Program::new(self.gpu, pipelines, &[call], &self.buffers);
            self.fill();
            let got = self.results(&program).await?;
            let expected = expected.get_or_insert_with(|| got.clone());
            if !same_bits(&got, expected) {
                continue;
            }
            if variant == Variant::Wide {
                repeats = (WANTED / self.seconds(&program, 1).await?).clamp(1.0, MOST_REPEATS) as usize;
            }
            let mut best = f64::INFINITY;
            for _ in 0..ROUNDS {
                best = best.min(self.seconds(&program, repeats).await?);
            }
            *time = Some(best / repeats as f64);
        }
        Ok(times)
    }

    /// Everything that the kernel writes, after it ran once.
    async fn results(&mut self, program: &Program) -> Result<Vec<f32>, EngineError> {
        let encoder = self.record(program, 1);
        let written = self.call.buffers.iter().zip(self.call.kernel.buffers);
        let stretches: Vec<Stretch<'_>> = written
            .filter(|(_, access)| **access == kernels::Access::Write)
            .map(|(buf, _)| &self.buffers[buf])
            .map(|buffer| Stretch { buffer, first: 0, len: (buffer.size() / 4) as usize })
            .collect();
        self.readback.read(self.gpu, encoder, &stretches).await
    }

    /// Seconds until so many dispatches are submitted and done.
    async fn seconds(&mut self, program: &Program, repeats: usize) -> Result<f64, EngineError> {
        let start = Instant::now();
        let encoder = self.record(program, repeats);
        let buffer = &self.buffers[&self.call.buffers[0]];
        self.readback.read(self.gpu, encoder, &[Stretch { buffer, first: 0, len: 1 }]).await?;
        Ok(start.elapsed().as_secs_f64())
    }

    fn record(&self, program: &Program, repeats: usize) -> wgpu::CommandEncoder {
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        program.record_one(&mut pass, self.inputs, 0, repeats);
        drop(pass);
        encoder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fastest_is_taken_where_it_saves_enough() {
        assert_eq!(choose(&[Some(1.0), Some(0.8), Some(0.7)]), 2);
        assert_eq!(choose(&[Some(1.0), Some(0.5), Some(0.7)]), 1);
        assert_eq!(choose(&[Some(1.0), Some(0.96), Some(1.2)]), 0, "less than 5 %");
        assert_eq!(choose(&[Some(1.0), Some(1.0)]), 0);
    }

    #[test]
    fn what_was_not_measured_is_not_taken() {
        assert_eq!(choose(&[]), 0);
        assert_eq!(choose(&[None, Some(1.0)]), 0);
        assert_eq!(choose(&[Some(1.0), None, Some(0.5)]), 2);
        assert_eq!(choose(&[Some(1.0), Some(f64::NAN), Some(0.0)]), 0);
    }

    #[test]
    fn one_changed_bit_is_seen() {
        let a: Vec<f32> = (0..100).map(|i| i as f32 / 7.0).collect();
        let mut b = a.clone();
        assert!(same_bits(&a, &b));
        b[50] = f32::from_bits(b[50].to_bits() ^ 1);
        assert!(!same_bits(&a, &b));
        assert!(!same_bits(&a, &a[1..]));
        assert!(!same_bits(&[0.0], &[-0.0]));
    }
}
