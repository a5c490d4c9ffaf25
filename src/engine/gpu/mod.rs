//! The GPU engine: f32 on WebGPU, in the page and natively.
//!
//! Everything is made once, in [`GpuEngine::new`]: [`encode`] turns the plan into [`calls`], [`program`] makes their
//! pipelines and bind groups. A step is then a write of its inputs and the same dispatches again, in one compute pass;
//! all arms share each dispatch (grid z = arm). Results go to a ring on the device and are mapped once for many steps.
//!
//! A kernel is one row of [`kernels`], one file of `shaders/` and one twin in `engine::cpu::reference`.

pub mod arena;
pub mod calls;
pub mod device;
pub mod encode;
pub mod epilogues;
pub mod kernels;
pub mod layout;
pub mod moments;
pub mod norms;
pub mod pace;
mod profile;
pub mod program;
pub mod readback;
pub mod reduction;
pub mod snapshot;
pub mod tune;
pub mod variants;
mod wishes;
pub mod work;

pub use device::{AdapterReport, probe_adapter};
pub use wishes::Wishes;

use super::{
    ArmInput, ArmRow, EVAL_CHUNK, Engine, EngineError, GpuCalls, LayerSums, MAX_ARMS, MAX_ENQUEUED, Output, Setup,
};
use crate::model::{Draw, WeightId};
use calls::Buf;
use device::Gpu;
use encode::Encoded;
use futures_util::future::LocalBoxFuture;
use layout::Layout;
use pace::Pace;
use program::{Pipelines, Program, SLOT_BYTES, draw_words, step_inputs};
use readback::{Readback, Stretch};
use reduction::Reduction;
use snapshot::Snapshots;
use std::collections::BTreeMap;
use tune::Choice;
use web_time::Instant;

const STORAGE: wgpu::BufferUsages =
    wgpu::BufferUsages::STORAGE.union(wgpu::BufferUsages::COPY_DST).union(wgpu::BufferUsages::COPY_SRC);

/// One of the things that are enqueued.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Job {
    Step {
        step: u64,
    },
    Evaluation {
        step: u64,
        start: usize,
    },
    /// The snapshot at this place.
    Snapshot(usize),
}

/// A program with its buffers.
struct Half {
    program: Program,
    buffers: BTreeMap<Buf, wgpu::Buffer>,
    /// Elements of the ring that one job fills, all arms together.
    ring_len: usize,
    /// Multiply-adds of one job, all arms together.
    multiply_adds: usize,
}

/// Trains on a GPU.
pub struct GpuEngine {
    gpu: Gpu,
    layout: Layout,
    arms: usize,
    batch: usize,
    reduction: Reduction,
    classes: usize,
    training: Half,
    evaluation: Half,
    inputs: wgpu::Buffer,
    inputs_group: wgpu::BindGroup,
    pipelines: usize,
    choices: Vec<Choice>,
    readback: Readback,
    snapshots: Snapshots,
    /// Enqueued since the last collect; the place of a job among those that compute is its slot.
    jobs: Vec<Job>,
    /// How many of them are submitted.
    submitted: usize,
    pace: Pace,
    /// When the first of them was submitted.
    begun: Option<Instant>,
}

impl GpuEngine {
    /// Opens a device and makes everything that `setup` needs. In software this takes seconds, on a GPU a fraction.
    ///
    /// # Errors
    /// Where there is no GPU, or it cannot hold the network, or the network has an operation without a kernel.
    pub async fn new(setup: &Setup) -> Result<Self, EngineError> {
        Self::wished(setup, Wishes::default()).await
    }

    /// The same, as `wishes` say.
    ///
    /// # Errors
    /// As [`GpuEngine::new`].
    pub async fn wished(setup: &Setup, wishes: Wishes) -> Result<Self, EngineError> {
        let (train, eval) = (setup.train_plan(), setup.eval_plan());
        encode::check(&train).map_err(EngineError::Refused)?;
        let (arms, layout) = (setup.weights.len(), Layout::new(&train));
        if !(1..=MAX_ARMS).contains(&arms) {
            return Err(EngineError::Refused(format!("{arms} arms are asked for, 1 to {MAX_ARMS} are possible")));
        }
        let encoded = |reduction| {
            (
                encode::training_step(&train, &layout, arms, reduction),
                encode::evaluation(&eval, &layout, arms, reduction),
            )
        };
        // With all buffers that there may be.
        let (training, evaluation) = encoded(Reduction::Shared);
        let lens = training.lens.values().chain(evaluation.lens.values()).copied();
        let largest = lens.chain([setup.train_images.len(), setup.test_images.len()]).max().unwrap_or(0);
        let gpu = Gpu::open(4 * largest as u64).await?;
        let reduction = wishes.reduction.unwrap_or(Reduction::of(gpu.report.software));
        let (mut training, evaluation) = encoded(reduction);

        let scopes = [wgpu::ErrorFilter::Validation, wgpu::ErrorFilter::OutOfMemory, wgpu::ErrorFilter::Internal]
            .map(|filter| gpu.device.push_error_scope(filter));
        let usage = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        let inputs = gpu.buffer("step inputs", MAX_ENQUEUED * SLOT_BYTES as usize / 4, usage);
        let mut pipelines = Pipelines::new(&gpu);
        let inputs_group = pipelines.bind_inputs(&gpu, &inputs);

        let choices = tune::tune(&gpu, &mut pipelines, &inputs_group, &mut training, wishes.tuning).await?;
        let shared = shared_buffers(&gpu, setup, &layout);
        let train_images = upload(&gpu, "images", bytemuck::cast_slice(&setup.train_images));
        let mut half = |encoded: Encoded, images, plan: &crate::model::Plan, passes, ring_len| {
            let mut buffers = shared.clone();
            buffers.insert(Buf::Images, images);
            for (&buf, &len) in &encoded.lens {
                buffers.entry(buf).or_insert_with(|| gpu.buffer(&format!("{buf:?}"), len, STORAGE));
            }
            let program = Program::new(&gpu, &mut pipelines, &encoded.calls, &buffers);
            let multiply_adds = arms * passes * forward_multiply_adds(plan);
            Half { program, buffers, ring_len: arms * ring_len, multiply_adds }
        };
        // Forward, and the gradients of inputs and weights.
        let training = half(training, train_images, &train, 3, encode::row_len(&train));
        let test_images = upload(&gpu, "test images", bytemuck::cast_slice(&setup.test_images));
        let evaluation = half(evaluation, test_images, &eval, 1, encode::logits_len(&eval));
        let write = |buf, bytes: &[u8]| gpu.queue.write_buffer(&training.buffers[&buf], 0, bytes);
        write(Buf::Blocks, bytemuck::cast_slice(&layout.blocks()));
        write(Buf::Bounds, bytemuck::cast_slice(&layout.bounds()));
        let transposed: Vec<f32> = setup.weights.iter().flat_map(|arm| layout.transpose(arm)).collect();
        write(Buf::Transposed, bytemuck::cast_slice(&transposed));
        for scope in scopes.into_iter().rev() {
            if let Some(error) = scope.pop().await {
                return Err(EngineError::Refused(error.to_string()));
            }
        }
        Ok(Self {
            arms,
            batch: setup.batch,
            reduction,
            classes: train.classes,
            training,
            evaluation,
            inputs,
            inputs_group,
            pipelines: pipelines.len(),
            readback: Readback::default(),
            snapshots: Snapshots::default(),
            jobs: vec![],
            submitted: 0,
            pace: Pace::new(gpu.report.software),
            begun: None,
            layout,
            choices,
            gpu,
        })
    }

    /// What it runs on.
    pub fn report(&self) -> &AdapterReport {
        &self.gpu.report
    }

    /// Lets `pace` say how much one submit holds.
    pub fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
    }

    /// The variants that were chosen by measuring, the costliest convolution first; none where nothing was measured.
    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// Pipelines that were compiled.
    pub fn pipelines(&self) -> usize {
        self.pipelines
    }

    fn enqueue(&mut self, job: Job, draws: &[Draw], arms: &[ArmInput]) {
        let slot = slots(&self.jobs);
        assert!(slot < MAX_ENQUEUED, "collect after at most {MAX_ENQUEUED} steps and evaluations");
        assert_eq!(arms.len(), self.arms, "one input an arm");
        let kind = std::mem::discriminant(&job);
        let ring = self.jobs.iter().filter(|other| std::mem::discriminant(*other) == kind).count();
        let first_draw = slot * draws.len();
        let inputs = step_inputs(ring as u32, first_draw as u32, arms);
        let queue = &self.gpu.queue;
        queue.write_buffer(&self.inputs, (slot * SLOT_BYTES as usize) as u64, bytemuck::bytes_of(&inputs));
        let half = if matches!(job, Job::Step { .. }) { &self.training } else { &self.evaluation };
        let words: Vec<[u32; 2]> = draws.iter().map(|&draw| draw_words(draw)).collect();
        queue.write_buffer(&half.buffers[&Buf::Draws], 8 * first_draw as u64, bytemuck::cast_slice(&words));
        // Before it joins those that wait: the last ones go with the reading of their results.
        let waiting = self.multiply_adds(&self.jobs[self.submitted..]);
        if waiting > 0 && waiting + half.multiply_adds > self.pace.multiply_adds() {
            let encoder = self.record();
            self.gpu.submit(encoder.finish());
        }
        self.jobs.push(job);
    }

    /// What computes a job; nothing computes a snapshot.
    fn half(&self, job: &Job) -> Option<&Half> {
        match job {
            Job::Step { .. } => Some(&self.training),
            Job::Evaluation { .. } => Some(&self.evaluation),
            Job::Snapshot(_) => None,
        }
    }

    fn multiply_adds(&self, jobs: &[Job]) -> usize {
        jobs.iter().filter_map(|job| self.half(job)).map(|half| half.multiply_adds).sum()
    }

    /// What waits, to be submitted: in one compute pass, but for the copies of snapshots between.
    fn record(&mut self) -> wgpu::CommandEncoder {
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut slot = slots(&self.jobs[..self.submitted]) as u32;
        let computes = |job: &Job| !matches!(job, Job::Snapshot(_));
        for jobs in self.jobs[self.submitted..].chunk_by(|a, b| computes(a) && computes(b)) {
            if let [Job::Snapshot(place)] = *jobs {
                let weights = &self.training.buffers[&Buf::Weights];
                self.snapshots.record(&mut encoder, weights, &self.layout, self.arms, place);
                continue;
            }
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for half in jobs.iter().filter_map(|job| self.half(job)) {
                half.program.record(&mut pass, &self.inputs_group, slot);
                slot += 1;
                let dispatches = half.program.len() as u64;
                self.gpu.calls.update(|calls| GpuCalls { dispatches: calls.dispatches + dispatches, ..calls });
            }
        }
        self.begun.get_or_insert_with(Instant::now);
        self.submitted = self.jobs.len();
        encoder
    }

    async fn collect_all(&mut self) -> Result<Vec<Output>, EngineError> {
        let encoder = self.record();
        self.submitted = 0;
        let jobs = std::mem::take(&mut self.jobs);
        let steps = jobs.iter().filter(|job| matches!(job, Job::Step { .. })).count();
        let steps_len = steps * self.training.ring_len;
        let logits_len = (slots(&jobs) - steps) * self.evaluation.ring_len;
        let rings = [
            Stretch { buffer: &self.training.buffers[&Buf::Ring], first: 0, len: steps_len },
            Stretch { buffer: &self.evaluation.buffers[&Buf::Ring], first: 0, len: logits_len },
        ];
        let stretches: Vec<Stretch<'_>> = rings.into_iter().chain(self.snapshots.stretches()).collect();
        let values = self.readback.read(&self.gpu, encoder, &stretches).await;
        if let Some(begun) = self.begun.take() {
            self.pace.note(self.multiply_adds(&jobs), begun.elapsed().as_secs_f64());
        }
        let mut snapshots = self.snapshots.take().into_iter();
        let values = values?;
        let (rows, values) = values.split_at(steps_len);
        let (logits, mut weights) = values.split_at(logits_len);
        let (mut rows, mut logits) =
            (rows.chunks(self.training.ring_len / self.arms), logits.chunks(EVAL_CHUNK * self.classes));
        let outputs = jobs.into_iter().map(|job| match job {
            Job::Step { step } => Output::Row { step, arms: rows.by_ref().take(self.arms).map(arm_row).collect() },
            Job::Evaluation { step, start } => {
                let arms = logits.by_ref().take(self.arms);
                Output::Logits { step, start, arms: arms.map(|z| z.iter().map(|&z| f64::from(z)).collect()).collect() }
            }
            Job::Snapshot(_) => {
                let snapshot = snapshots.next().expect("one for each such job");
                let (packed, after) = weights.split_at(snapshot.len());
                weights = after;
                snapshot.output(packed, &self.layout, self.arms)
            }
        });
        Ok(outputs.collect())
    }

    async fn read_weights(&mut self, arm: usize) -> Result<Vec<f64>, EngineError> {
        assert!(arm < self.arms, "arm {arm} of {}", self.arms);
        let encoder = self.record();
        let buffer = &self.training.buffers[&Buf::Weights];
        let stretch = Stretch { buffer, first: arm * self.layout.len, len: self.layout.len };
        let packed = self.readback.read(&self.gpu, encoder, &[stretch]).await?;
        Ok(self.layout.unpack(&packed))
    }
}

impl Engine for GpuEngine {
    fn device_name(&self) -> &str {
        &self.gpu.report.name
    }

    fn step(&mut self, step: u64, batch: &[Draw], arms: &[ArmInput]) {
        assert_eq!(batch.len(), self.batch, "as many images as the plan's batch");
        self.enqueue(Job::Step { step }, batch, arms);
    }

    fn evaluate(&mut self, step: u64, start: usize, arms: &[ArmInput]) {
        let draws: Vec<Draw> = (start..start + EVAL_CHUNK).map(|i| Draw::plain(i as u32)).collect();
        self.enqueue(Job::Evaluation { step, start }, &draws, arms);
    }

    fn snapshot(&mut self, step: u64, layers: &[WeightId]) {
        self.jobs.push(Job::Snapshot(self.snapshots.add(&self.gpu, &self.layout, self.arms, step, layers)));
    }

    fn collect(&mut self) -> LocalBoxFuture<'_, Result<Vec<Output>, EngineError>> {
        Box::pin(self.collect_all())
    }

    fn weights(&mut self, arm: usize) -> LocalBoxFuture<'_, Result<Vec<f64>, EngineError>> {
        Box::pin(self.read_weights(arm))
    }

    fn gpu_calls(&self) -> Option<GpuCalls> {
        Some(GpuCalls { pipelines: self.pipelines as u64, ..self.gpu.calls.get() })
    }

    fn lose_device(&mut self) {
        self.gpu.device.destroy();
        // The browser says so only later: until then nothing may look as if it had worked.
        self.gpu.fault.set(EngineError::DeviceLost("it was destroyed on request".to_owned()));
    }
}

/// How many of `jobs` compute, and have a slot.
fn slots(jobs: &[Job]) -> usize {
    jobs.iter().filter(|job| !matches!(job, Job::Snapshot(_))).count()
}

fn arm_row(row: &[f32]) -> ArmRow {
    let layer = |sums: &[f32]| LayerSums {
        weight_sq: f64::from(sums[0]),
        gradient_sq: f64::from(sums[1]),
        dot: f64::from(sums[2]),
        step_sq: f64::from(sums[3]),
    };
    // A count of images is exact in f32; a stopped arm's row may hold anything.
    ArmRow { loss: f64::from(row[0]), correct: row[1] as u32, layers: row[2..].chunks(4).map(layer).collect() }
}

fn forward_multiply_adds(plan: &crate::model::Plan) -> usize {
    let conv = |op: &crate::model::Op| match op {
        crate::model::Op::Conv { geometry, .. } => geometry.multiply_adds(),
        _ => 0,
    };
    plan.ops.iter().map(conv).sum()
}

/// What training and evaluation both read.
fn shared_buffers(gpu: &Gpu, setup: &Setup, layout: &Layout) -> BTreeMap<Buf, wgpu::Buffer> {
    let labels: Vec<u32> = setup.train_labels.iter().map(|&label| u32::from(label)).collect();
    let weights: Vec<f32> = setup.weights.iter().flat_map(|arm| layout.pack(arm)).collect();
    BTreeMap::from([
        (Buf::Labels, upload(gpu, "labels", bytemuck::cast_slice(&labels))),
        (Buf::Head, upload(gpu, "head", bytemuck::cast_slice(&setup.head))),
        (Buf::Weights, upload(gpu, "weights", bytemuck::cast_slice(&weights))),
    ])
}

fn upload(gpu: &Gpu, label: &str, bytes: &[u8]) -> wgpu::Buffer {
    let buffer = gpu.buffer(label, bytes.len() / 4, STORAGE);
    gpu.queue.write_buffer(&buffer, 0, bytes);
    buffer
}
