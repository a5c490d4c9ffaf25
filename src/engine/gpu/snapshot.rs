//! Weights as they stand between two steps: copied aside on the device, in the order of everything else, and read with
//! the rest.

use super::device::Gpu;
use super::layout::Layout;
use super::readback::Stretch;
use crate::engine::{MAX_SNAPSHOTS, Output};
use crate::model::WeightId;

/// One snapshot: `[arm][layer]`, each layer as [`Layout`] has it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    step: u64,
    layers: Vec<WeightId>,
    /// f32 of all arms.
    len: usize,
}

impl Snapshot {
    /// What it shows, from its f32.
    pub fn output(self, packed: &[f32], layout: &Layout, arms: usize) -> Output {
        let mut rest = packed;
        let mut arm = || {
            let unpack = |&id: &WeightId| {
                let layer = &layout.layers[id];
                let (packed, after) = rest.split_at(layer.len);
                rest = after;
                layer.unpack(packed)
            };
            self.layers.iter().flat_map(unpack).collect()
        };
        let arms = (0..arms).map(|_| arm()).collect();
        Output::Weights { step: self.step, layers: self.layers, arms }
    }

    /// How many f32 it holds.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it shows nothing.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// The snapshots since the last collect. Each has a buffer of its own, made when first so many are taken and made anew
/// where more is asked for than it holds; they serve again after a collect.
#[derive(Debug, Default)]
pub struct Snapshots {
    buffers: Vec<wgpu::Buffer>,
    taken: Vec<Snapshot>,
}

impl Snapshots {
    /// Makes room for one more of `layers`; its place.
    ///
    /// # Panics
    /// After [`MAX_SNAPSHOTS`], or if a layer is not there.
    pub fn add(&mut self, gpu: &Gpu, layout: &Layout, arms: usize, step: u64, layers: &[WeightId]) -> usize {
        let place = self.taken.len();
        assert!(place < MAX_SNAPSHOTS, "collect after at most {MAX_SNAPSHOTS} snapshots");
        let len = arms * layers.iter().map(|&id| layout.layers[id].len).sum::<usize>();
        if self.buffers.get(place).is_none_or(|buffer| buffer.size() < 4 * len as u64) {
            let usage = wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC;
            // No copy into a buffer that is replaced here is under way: a place is taken once between two collects.
            let buffer = gpu.buffer("snapshot", len.max(1), usage);
            self.buffers.truncate(place);
            self.buffers.push(buffer);
        }
        self.taken.push(Snapshot { step, layers: layers.to_vec(), len });
        place
    }

    /// Copies what the snapshot at `place` shows of `weights`; between compute passes, so that it sees all before it.
    pub fn record(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        weights: &wgpu::Buffer,
        layout: &Layout,
        arms: usize,
        place: usize,
    ) {
        let mut to = 0;
        for arm in 0..arms {
            for &id in &self.taken[place].layers {
                let layer = &layout.layers[id];
                let (from, bytes) = (4 * (arm * layout.len + layer.first) as u64, 4 * layer.len as u64);
                encoder.copy_buffer_to_buffer(weights, from, &self.buffers[place], to, bytes);
                to += bytes;
            }
        }
    }

    /// Where those taken lie, in order.
    pub fn stretches(&self) -> impl Iterator<Item = Stretch<'_>> {
        self.buffers.iter().zip(&self.taken).map(|(buffer, taken)| Stretch { buffer, first: 0, len: taken.len })
    }

    /// Hands out those taken, in order, and begins again.
    pub fn take(&mut self) -> Vec<Snapshot> {
        std::mem::take(&mut self.taken)
    }
}
