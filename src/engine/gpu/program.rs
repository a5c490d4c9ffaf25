//! Calls → pipelines and bind groups, made once; then nothing but dispatches.

use super::calls::{Buf, Call};
use super::device::Gpu;
use super::kernels::{Access, Kernel};
use crate::engine::{ArmInput, MAX_ARMS};
use crate::model::Draw;
use std::collections::{BTreeMap, HashMap};

/// Bytes between two slots of the step inputs: a multiple of the 256 that dynamic offsets are aligned to.
pub const SLOT_BYTES: u32 = 512;

/// One arm's part of [`StepInputs`].
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, bytemuck::Pod, bytemuck::Zeroable)]
pub struct ArmInputs {
    /// η.
    pub lr: f32,
    /// λ.
    pub weight_decay: f32,
    /// γ.
    pub momentum: f32,
    /// Added to the buffer along θ.
    pub kick: f32,
    /// What the gradient is multiplied by.
    pub gradient: f32,
    /// What θ is multiplied by.
    pub theta: f32,
    /// ε of every norm.
    pub epsilon: f32,
    /// 2^−halvings.
    pub theta_scale: f32,
    /// 2^halvings.
    pub buffer_scale: f32,
    /// 0 for an arm that rests.
    pub live: u32,
    /// 0 where the head is frozen.
    pub trains_head: u32,
    /// Fills up to the 16 bytes that uniform arrays are aligned to.
    pub unused: u32,
}

/// What drives one step: twin of `shaders/step.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, bytemuck::Pod, bytemuck::Zeroable)]
pub struct StepInputs {
    /// Row of the ring that takes the results.
    pub ring: u32,
    /// First of this step's draws.
    pub first_draw: u32,
    /// Fills up to the 16 bytes that arrays are aligned to.
    pub unused: [u32; 2],
    /// One an arm.
    pub arms: [ArmInputs; MAX_ARMS],
}

const _: () = assert!(size_of::<StepInputs>() <= SLOT_BYTES as usize && MAX_ARMS == 8);

/// The step inputs of `arms`, for row `ring` and the draws from `first_draw` on.
pub fn step_inputs(ring: u32, first_draw: u32, arms: &[ArmInput]) -> StepInputs {
    let mut inputs = StepInputs { ring, first_draw, ..StepInputs::default() };
    for (to, from) in inputs.arms.iter_mut().zip(arms) {
        *to = ArmInputs {
            lr: from.lr as f32,
            weight_decay: from.weight_decay as f32,
            momentum: from.momentum as f32,
            kick: from.kick as f32,
            gradient: from.gradient as f32,
            theta: from.theta as f32,
            epsilon: from.epsilon as f32,
            theta_scale: 2f64.powi(from.halvings.saturating_neg()) as f32,
            buffer_scale: 2f64.powi(from.halvings) as f32,
            live: u32::from(from.live),
            trains_head: u32::from(from.trains_head),
            unused: 0,
        };
    }
    inputs
}

/// What `shaders/gather.wgsl` reads of a draw: the image; dx and dy in 8 bits each, with sign, and the mirror bit.
pub fn draw_words(draw: Draw) -> [u32; 2] {
    let [dx, dy] = [draw.dx, draw.dy].map(|d| u32::from(d as u8));
    [draw.image, dx | dy << 8 | u32::from(draw.flip) << 16]
}

/// Pipelines made so far: one for each kernel and set of constants, whatever network or batch asks for it.
pub struct Pipelines {
    inputs_layout: wgpu::BindGroupLayout,
    kernels: HashMap<&'static str, (wgpu::ShaderModule, wgpu::BindGroupLayout, wgpu::PipelineLayout)>,
    made: HashMap<String, wgpu::ComputePipeline>,
}

impl Pipelines {
    /// None yet.
    pub fn new(gpu: &Gpu) -> Self {
        let entry = layout_entry(0, wgpu::BufferBindingType::Uniform, true);
        let inputs_layout = bind_group_layout(gpu, "step inputs", &[entry]);
        Self { inputs_layout, kernels: HashMap::new(), made: HashMap::new() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.made.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.made.is_empty()
    }

    /// Group 0: the slots of step inputs in `buffer`.
    pub fn bind_inputs(&self, gpu: &Gpu, buffer: &wgpu::Buffer) -> wgpu::BindGroup {
        let binding =
            wgpu::BufferBinding { buffer, offset: 0, size: wgpu::BufferSize::new(size_of::<StepInputs>() as u64) };
        gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("step inputs"),
            layout: &self.inputs_layout,
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(binding) }],
        })
    }

    /// The pipeline of `call` and the layout of its group 1.
    pub fn get(&mut self, gpu: &Gpu, call: &Call) -> (wgpu::ComputePipeline, wgpu::BindGroupLayout) {
        let kernel = call.kernel;
        let (module, group, layout) = self.kernels.entry(kernel.name).or_insert_with(|| {
            let group = kernel_layout(gpu, kernel);
            let layout = gpu.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(kernel.name),
                bind_group_layouts: &[Some(&self.inputs_layout), Some(&group)],
                immediate_size: 0,
            });
            let module = gpu.device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(kernel.name),
                source: wgpu::ShaderSource::Wgsl(kernel.source().into()),
            });
            (module, group, layout)
        });
        let pipeline = self.made.entry(format!("{} {:?}", kernel.name, call.constants)).or_insert_with(|| {
            gpu.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(kernel.name),
                layout: Some(layout),
                module,
                entry_point: Some("main"),
                compilation_options: wgpu::PipelineCompilationOptions {
                    constants: &call.constants,
                    ..wgpu::PipelineCompilationOptions::default()
                },
                cache: None,
            })
        });
        (pipeline.clone(), group.clone())
    }
}

fn layout_entry(binding: u32, ty: wgpu::BufferBindingType, has_dynamic_offset: bool) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset, min_binding_size: None },
        count: None,
    }
}

fn bind_group_layout(gpu: &Gpu, label: &str, entries: &[wgpu::BindGroupLayoutEntry]) -> wgpu::BindGroupLayout {
    gpu.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(label), entries })
}

fn kernel_layout(gpu: &Gpu, kernel: &Kernel) -> wgpu::BindGroupLayout {
    let mut entries = vec![layout_entry(0, wgpu::BufferBindingType::Uniform, false)];
    entries.extend(kernel.buffers.iter().zip(1..).map(|(access, binding)| {
        let ty = wgpu::BufferBindingType::Storage { read_only: *access == Access::Read };
        layout_entry(binding, ty, false)
    }));
    bind_group_layout(gpu, kernel.name, &entries)
}

struct Dispatch {
    pipeline: wgpu::ComputePipeline,
    bind_group: wgpu::BindGroup,
    grid: [u32; 3],
}

/// A list of dispatches, ready to be recorded any number of times.
pub struct Program(Vec<Dispatch>);

impl Program {
    /// Makes what `calls` need, on `buffers`.
    ///
    /// # Panics
    /// If a call names a buffer that is not there.
    pub fn new(gpu: &Gpu, pipelines: &mut Pipelines, calls: &[Call], buffers: &BTreeMap<Buf, wgpu::Buffer>) -> Self {
        let dispatch = |call: &Call| {
            let (pipeline, layout) = pipelines.get(gpu, call);
            // Uniform bindings are sized in steps of 16 bytes.
            let mut words: Vec<u32> = call.sizes.iter().map(|&(_, size)| size as u32).collect();
            words.resize(words.len().next_multiple_of(4), 0);
            let usage = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
            let sizes = gpu.buffer("sizes", words.len(), usage);
            gpu.queue.write_buffer(&sizes, 0, bytemuck::cast_slice(&words));
            let bound = std::iter::once(&sizes).chain(call.buffers.iter().map(|buf| &buffers[buf]));
            let entries: Vec<_> = bound
                .zip(0..)
                .map(|(buffer, binding)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
                .collect();
            let bind_group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some(call.kernel.name),
                layout: &layout,
                entries: &entries,
            });
            Dispatch { pipeline, bind_group, grid: call.grid.map(|g| g as u32) }
        };
        Self(calls.iter().map(dispatch).collect())
    }

    /// How many dispatches.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Dispatches everything with the step inputs of `slot`.
    pub fn record(&self, pass: &mut wgpu::ComputePass<'_>, inputs: &wgpu::BindGroup, slot: u32) {
        pass.set_bind_group(0, inputs, &[slot * SLOT_BYTES]);
        for dispatch in &self.0 {
            pass.set_pipeline(&dispatch.pipeline);
            pass.set_bind_group(1, &dispatch.bind_group, &[]);
            let [x, y, z] = dispatch.grid;
            pass.dispatch_workgroups(x, y, z);
        }
    }

    /// One of the dispatches, `repeats` times, with the step inputs of the first slot.
    ///
    /// # Panics
    /// If there is no such dispatch.
    pub fn record_one(&self, pass: &mut wgpu::ComputePass<'_>, inputs: &wgpu::BindGroup, index: usize, repeats: usize) {
        let Dispatch { pipeline, bind_group, grid: [x, y, z] } = &self.0[index];
        pass.set_bind_group(0, inputs, &[0]);
        pass.set_pipeline(pipeline);
        pass.set_bind_group(1, bind_group, &[]);
        for _ in 0..repeats {
            pass.dispatch_workgroups(*x, *y, *z);
        }
    }
}
