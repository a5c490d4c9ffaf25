//! Bytes from the device: in the last submit, and one map, whatever is asked for.

use super::device::Gpu;
use crate::engine::EngineError;
use futures_channel::oneshot;

/// A stretch of a buffer, in elements of 4 bytes.
#[derive(Clone, Copy, Debug)]
pub struct Stretch<'a> {
    /// Where.
    pub buffer: &'a wgpu::Buffer,
    /// First element.
    pub first: usize,
    /// Elements.
    pub len: usize,
}

/// The buffer that results are mapped from; it grows when more is asked for than ever before.
#[derive(Debug, Default)]
pub struct Readback(Option<wgpu::Buffer>);

impl Readback {
    /// The f32 of all `stretches`, one after another, once the device has done what `encoder` holds and all before it.
    ///
    /// # Errors
    /// If the device was lost or refused anything before.
    pub async fn read(
        &mut self,
        gpu: &Gpu,
        mut encoder: wgpu::CommandEncoder,
        stretches: &[Stretch<'_>],
    ) -> Result<Vec<f32>, EngineError> {
        gpu.fault.check()?;
        let total: usize = stretches.iter().map(|s| s.len).sum();
        if total == 0 {
            // Nothing that computes leaves no result.
            return Ok(vec![]);
        }
        if self.0.as_ref().is_none_or(|buffer| buffer.size() < 4 * total as u64) {
            let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
            self.0 = Some(gpu.buffer("readback", total, usage));
        }
        let Some(target) = &self.0 else { return Ok(vec![]) };
        let mut at = 0;
        for stretch in stretches {
            let bytes = 4 * stretch.len as u64;
            encoder.copy_buffer_to_buffer(stretch.buffer, 4 * stretch.first as u64, target, at, bytes);
            at += bytes;
        }
        gpu.submit(encoder.finish());

        let (sender, receiver) = oneshot::channel();
        target.map_async(wgpu::MapMode::Read, 0..at, move |result| {
            // Nobody listens any more where the engine was dropped meanwhile.
            let _ = sender.send(result);
        });
        // Natively this is what waits; in a browser it does nothing and the promise is awaited below.
        let polled = gpu.device.poll(wgpu::PollType::wait_indefinitely());
        let mapped = receiver.await;
        gpu.fault.check()?;
        match (polled, mapped) {
            (Ok(_), Ok(Ok(()))) => {}
            (Err(error), _) => return Err(EngineError::DeviceLost(error.to_string())),
            (_, Ok(Err(error))) => return Err(EngineError::DeviceLost(error.to_string())),
            (_, Err(_)) => return Err(EngineError::DeviceLost("its results never came".to_owned())),
        }
        let values = {
            let view = target.get_mapped_range(0..at).map_err(|e| EngineError::Refused(e.to_string()))?;
            bytemuck::pod_collect_to_vec(&view[..])
        };
        target.unmap();
        Ok(values)
    }
}
