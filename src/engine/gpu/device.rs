//! The adapter and the device: asking for them, and what becomes of their errors.

use crate::engine::{EngineError, GpuCalls};
use std::cell::Cell;
use std::sync::{Arc, Mutex, PoisonError};

/// What is known of the machine's GPU before it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterReport {
    /// For people; browsers may keep it to themselves.
    pub name: String,
    /// The interface it is reached by: "Vulkan", "WebGPU", …
    pub backend: String,
    /// Whether it is the CPU in disguise: correct, but never the faster engine.
    pub software: bool,
}

impl AdapterReport {
    fn new(info: &wgpu::AdapterInfo) -> Self {
        let software = info.device_type == wgpu::DeviceType::Cpu || is_software_name(&info.name);
        let backend = match info.backend {
            wgpu::Backend::BrowserWebGpu => "WebGPU".to_owned(),
            other => format!("{other:?}"),
        };
        let name = match (info.name.is_empty(), software) {
            (false, _) => info.name.clone(),
            (true, true) => "software GPU".to_owned(),
            (true, false) => "GPU".to_owned(),
        };
        Self { name, backend, software }
    }
}

/// Software renderers that a browser may hand out without marking them as its fallback.
fn is_software_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["swiftshader", "llvmpipe", "lavapipe", "basic render"].iter().any(|part| name.contains(part))
}

/// The machine's preferred adapter, `None` where there is none. Costs no device.
pub async fn probe_adapter() -> Option<AdapterReport> {
    let adapter = request_adapter().await.ok()?;
    Some(AdapterReport::new(&adapter.get_info()))
}

/// A fresh adapter: each serves for one device only.
async fn request_adapter() -> Result<wgpu::Adapter, EngineError> {
    let backends =
        wgpu::Backends::BROWSER_WEBGPU | wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
    let descriptor = wgpu::InstanceDescriptor { backends, ..wgpu::InstanceDescriptor::new_without_display_handle() };
    let options = wgpu::RequestAdapterOptions {
        power_preference: wgpu::PowerPreference::HighPerformance,
        ..wgpu::RequestAdapterOptions::default()
    };
    wgpu::Instance::new(descriptor)
        .request_adapter(&options)
        .await
        .map_err(|error| EngineError::Refused(format!("there is no GPU to compute on ({error})")))
}

/// The first thing that went wrong on a device, where errors arrive whenever they like. A lost device outdoes refusals,
/// which may be its consequences.
#[derive(Clone, Debug, Default)]
pub struct Fault(Arc<Mutex<Option<EngineError>>>);

impl Fault {
    /// Keeps `error` unless something worse is kept.
    pub fn set(&self, error: EngineError) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (&*kept, &error) {
            (None, _) | (Some(EngineError::Refused(_)), EngineError::DeviceLost(_)) => *kept = Some(error),
            _ => {}
        }
    }

    /// Fails if something went wrong so far.
    pub fn check(&self) -> Result<(), EngineError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone().map_or(Ok(()), Err)
    }
}

/// A device with its queue.
#[derive(Debug)]
pub struct Gpu {
    /// What it runs on.
    pub report: AdapterReport,
    /// Makes buffers and pipelines.
    pub device: wgpu::Device,
    /// Takes work.
    pub queue: wgpu::Queue,
    /// What went wrong.
    pub fault: Fault,
    /// What was asked of it; whoever compiles or dispatches counts that here.
    pub calls: Cell<GpuCalls>,
}

impl Gpu {
    /// Opens a device whose largest buffer has `largest_buffer` bytes; otherwise WebGPU's guaranteed limits suffice.
    ///
    /// # Errors
    /// Where there is no adapter, or it cannot do that.
    pub async fn open(largest_buffer: u64) -> Result<Self, EngineError> {
        let adapter = request_adapter().await?;
        let report = AdapterReport::new(&adapter.get_info());
        let (mut limits, most) = (wgpu::Limits::default(), adapter.limits());
        let possible = most.max_buffer_size.min(most.max_storage_buffer_binding_size);
        if largest_buffer > possible {
            let sentence = format!("a buffer of {largest_buffer} bytes is needed, {possible} are possible");
            return Err(EngineError::Refused(sentence));
        }
        limits.max_buffer_size = limits.max_buffer_size.max(largest_buffer);
        limits.max_storage_buffer_binding_size = limits.max_storage_buffer_binding_size.max(largest_buffer);
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("explr"),
            required_limits: limits,
            ..wgpu::DeviceDescriptor::default()
        };
        let opened = adapter.request_device(&descriptor).await;
        let (device, queue) = opened.map_err(|error| EngineError::Refused(error.to_string()))?;

        let fault = Fault::default();
        let lost = fault.clone();
        device.set_device_lost_callback(move |reason, message| {
            lost.set(EngineError::DeviceLost(format!("{message} ({reason:?})")));
        });
        let refused = fault.clone();
        device.on_uncaptured_error(Arc::new(move |error| refused.set(EngineError::Refused(error.to_string()))));
        Ok(Self { report, device, queue, fault, calls: Cell::default() })
    }

    /// Submits a command buffer.
    pub fn submit(&self, commands: wgpu::CommandBuffer) {
        self.calls.update(|calls| GpuCalls { submits: calls.submits + 1, ..calls });
        self.queue.submit([commands]);
    }

    /// A buffer of `len` elements of 4 bytes, all zero.
    pub fn buffer(&self, label: &str, len: usize, usage: wgpu::BufferUsages) -> wgpu::Buffer {
        self.calls.update(|calls| GpuCalls { bytes: calls.bytes + 4 * len as u64, ..calls });
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size: 4 * len as u64,
            usage,
            mapped_at_creation: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_device_outdoes_refusals() {
        let fault = Fault::default();
        assert_eq!(fault.check(), Ok(()));
        let (refused, lost) = (EngineError::Refused("a".into()), EngineError::DeviceLost("b".into()));
        fault.set(refused.clone());
        fault.set(EngineError::Refused("c".into()));
        assert_eq!(fault.check(), Err(refused.clone()));
        fault.set(lost.clone());
        fault.set(refused);
        assert_eq!(fault.check(), Err(lost));
    }

    #[test]
    fn software_is_known_by_name() {
        assert!(is_software_name("Google SwiftShader") && is_software_name("llvmpipe (LLVM 15.0.6, 256 bits)"));
        assert!(!is_software_name("NVIDIA GeForce RTX 4070") && !is_software_name(""));
    }
}
