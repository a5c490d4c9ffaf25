//! Other ways to compute the same convolution, bit for bit.
//!
//! Every variant adds up an output's products in one order, tap by tap and then by source channel; they differ in how many
//! pixels a thread keeps in registers, and in where it reads weights from. So a choice between them changes no result. A
//! driver's compiler may still fuse multiply-adds differently: the tuner compares bits for that reason.

use super::calls::Call;
use super::kernels;

/// How a convolution's forward pass and its input's gradient are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// Up to 8 pixels × 8 channels a thread, no barrier: what is called where nothing was measured.
    Wide,
    /// Up to 4 pixels × 8 channels a thread, no barrier: more threads, fewer registers. Only for rows that are several tiles
    /// anyway: where a row is one tile its border is known to the compiler, and llvmpipe was seen to leave out the products
    /// with 0 and so to fuse, and round, the others differently.
    Narrow,
    /// As [`Variant::Wide`], with the weights of a sweep staged in workgroup memory between two barriers.
    Staged,
}

/// vec4s that `stage.wgsl` holds.
const STAGED: usize = 512;

impl Variant {
    /// All, the one that needs no measuring first.
    pub const ALL: [Self; 3] = [Self::Wide, Self::Narrow, Self::Staged];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wide => "8 pixels",
            Self::Narrow => "4 pixels",
            Self::Staged => "staged weights",
        }
    }

    /// `call`, which is as `calls` makes it, in this variant. `None` where it is no convolution with such variants, or the
    /// variant cannot hold it, or would be the same as the first.
    pub fn of(self, call: &Call) -> Option<Call> {
        let forward = call.kernel == &kernels::CONV_FORWARD;
        if !forward && call.kernel != &kernels::CONV_BACKWARD {
            return None;
        }
        let constant = |name| Some(call.constants.iter().find(|(key, _)| *key == name)?.1 as usize);
        let size = |name| Some(call.sizes.iter().find(|(key, _)| *key == name)?.1);
        let (n, stride, wide) = (size("n")?, constant("STRIDE")?, constant("TILE")?);
        let (rows, columns, phases, source) = if forward {
            (constant("OUT_H")?, constant("OUT_W")?, 1, constant("IN_C")?)
        } else {
            let [h, w] = [constant("IN_H")?, constant("IN_W")?].map(|pixels| pixels.div_ceil(stride));
            (h, w, stride * stride, constant("OUT_C")?)
        };
        let tile = match self {
            Self::Wide => return Some(call.clone()),
            Self::Narrow if columns <= wide => return None,
            Self::Narrow => columns.div_ceil(columns.div_ceil(4)),
            Self::Staged => wide,
        };
        let staged = self == Self::Staged;
        let fits = !staged || 2 * constant("TAPS")? * source <= STAGED;
        if !fits || !staged && tile == wide {
            return None;
        }
        let mut call = call.clone();
        for (name, value) in &mut call.constants {
            if *name == "TILE" {
                *value = tile as f64;
            }
        }
        let threads = n * rows * columns.div_ceil(tile);
        if forward {
            call.grid[0] = threads.div_ceil(64);
            call.kernel = if staged { &kernels::CONV_FORWARD_STAGED } else { call.kernel };
        } else {
            let sets = phases * constant("IN_C")?.div_ceil(8);
            let groups = if staged { threads.div_ceil(64) * sets } else { (threads * sets).div_ceil(64) };
            call.grid[0] = size("weight_groups")? + groups;
            call.kernel = if staged { &kernels::CONV_BACKWARD_STAGED } else { call.kernel };
        }
        // A dispatch has at most so many workgroups a side.
        (call.grid[0] <= 65_535).then_some(call)
    }
}

/// `call` in every variant it has; itself alone where it has none.
pub fn all(call: &Call) -> Vec<Call> {
    let others = Variant::ALL.into_iter().skip(1).filter_map(|variant| variant.of(call));
    std::iter::once(call.clone()).chain(others).collect()
}
