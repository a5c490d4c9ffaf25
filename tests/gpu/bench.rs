//! Runs single kernels on given numbers.

use explr::engine::ArmInput;
use explr::engine::EngineError;
use explr::engine::gpu::calls::{Buf, Call};
use explr::engine::gpu::device::Gpu;
use explr::engine::gpu::program::{Pipelines, Program, StepInputs};
use explr::engine::gpu::readback::{Readback, Stretch};
use std::collections::BTreeMap;

/// An input of a kernel: what the reference sees, and what lies on the device.
pub struct Operand {
    pub buf: Buf,
    /// Exact in f32. Empty for integers, which are not perturbed.
    pub values: Vec<f64>,
    pub bytes: Vec<u8>,
}

impl Operand {
    /// The same numbers in the same order on both sides.
    pub fn plain(buf: Buf, values: Vec<f64>) -> Self {
        let device: Vec<f32> = values.iter().map(|&x| x as f32).collect();
        Self { buf, values, bytes: bytemuck::cast_slice(&device).to_vec() }
    }

    /// Indices, labels and tables.
    pub fn integers(buf: Buf, values: &[u32]) -> Self {
        Self { buf, values: vec![], bytes: bytemuck::cast_slice(values).to_vec() }
    }
}

type Decode = Box<dyn Fn(&[Vec<f32>]) -> Vec<Vec<f64>>>;
type Reference = Box<dyn Fn(&[Vec<f64>]) -> Vec<Vec<f64>>>;

/// One kernel against its twin.
pub struct Case {
    pub name: String,
    pub call: Call,
    pub inputs: StepInputs,
    pub operands: Vec<Operand>,
    /// Buffers to look at, with their elements.
    pub outputs: Vec<(Buf, usize)>,
    /// Output buffers → what the reference computes.
    pub decode: Decode,
    /// Values of the operands → results.
    pub reference: Reference,
}

/// f32 → f64, buffer by buffer.
pub fn plain_decode() -> Decode {
    Box::new(|outputs| outputs.iter().map(|o| o.iter().map(|&x| f64::from(x)).collect()).collect())
}

/// A device with its pipelines.
pub struct Bench {
    gpu: Gpu,
    pipelines: Pipelines,
}

impl Bench {
    pub async fn open() -> Result<Self, EngineError> {
        let gpu = Gpu::open(0).await?;
        let pipelines = Pipelines::new(&gpu);
        Ok(Self { gpu, pipelines })
    }

    /// Runs `case` once; buffers that are no operands hold NaN before.
    pub async fn run(&mut self, case: &Case) -> Result<Vec<Vec<f64>>, EngineError> {
        let gpu = &self.gpu;
        let storage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC;
        let mut buffers = BTreeMap::new();
        for operand in &case.operands {
            let buffer = gpu.buffer("operand", operand.bytes.len() / 4, storage);
            gpu.queue.write_buffer(&buffer, 0, &operand.bytes);
            buffers.insert(operand.buf, buffer);
        }
        for &(buf, len) in &case.outputs {
            buffers.entry(buf).or_insert_with(|| {
                let buffer = gpu.buffer("output", len, storage);
                gpu.queue.write_buffer(&buffer, 0, bytemuck::cast_slice(&vec![f32::NAN; len]));
                buffer
            });
        }
        let inputs = gpu.buffer("inputs", size_of::<StepInputs>() / 4, storage | wgpu::BufferUsages::UNIFORM);
        gpu.queue.write_buffer(&inputs, 0, bytemuck::bytes_of(&case.inputs));
        let group = self.pipelines.bind_inputs(gpu, &inputs);
        let program = Program::new(gpu, &mut self.pipelines, std::slice::from_ref(&case.call), &buffers);
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        program.record(&mut encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default()), &group, 0);
        let stretches: Vec<_> =
            case.outputs.iter().map(|&(buf, len)| Stretch { buffer: &buffers[&buf], first: 0, len }).collect();
        let values = Readback::default().read(gpu, encoder, &stretches).await?;
        let mut rest = &values[..];
        let outputs: Vec<Vec<f32>> = case
            .outputs
            .iter()
            .map(|&(_, len)| {
                let (output, after) = rest.split_at(len);
                rest = after;
                output.to_vec()
            })
            .collect();
        Ok((case.decode)(&outputs))
    }
}

/// An arm that trains like any.
pub fn arm(lr: f64) -> ArmInput {
    ArmInput::plain(lr, 2e-3, 0.9)
}
