//! Other ways to compute the same convolution, bit for bit.
//!
//! Every variant adds up an output's products in one order, tap by tap and then by source channel; they differ in how many
//! pixels a thread keeps in registers, and in where it reads weights from. So a choice between them changes no result. A
//! driver's compiler may still fuse multiply-adds differently: the tuner compares bits for that reason.

use super::calls::Call;
use super::kernels::{self, Kernel};

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

    /// `call`, which is as `calls` and `moments` make it, in this variant. `None` where it is no convolution with such variants,
    /// or the variant cannot hold it, or would be the same as the first.
    pub fn of(self, call: &Call) -> Option<Call> {
        let family = FAMILIES.into_iter().find(|family| family.plain == call.kernel)?;
        let constant = |name| Some(call.constants.iter().find(|(key, _)| *key == name)?.1 as usize);
        match self {
            Self::Wide => Some(call.clone()),
            Self::Narrow => (!family.leaves_sums).then(|| narrow(call, family.forward))?,
            Self::Staged => {
                let source = constant(if family.forward { "IN_C" } else { "OUT_C" })?;
                let fits = 2 * constant("TAPS")? * source <= STAGED;
                fits.then(|| Call { kernel: family.staged, ..call.clone() })
            }
        }
    }
}

/// Kernels that compute the same.
struct Family {
    plain: &'static Kernel,
    staged: &'static Kernel,
    forward: bool,
    /// Whether its workgroups leave sums, the order of which follows from the grid.
    leaves_sums: bool,
}

static FAMILIES: [&Family; 4] = [
    &Family { plain: &kernels::CONV_FORWARD, staged: &kernels::CONV_FORWARD_STAGED, forward: true, leaves_sums: false },
    &Family {
        plain: &kernels::CONV_FORWARD_MOMENTS,
        staged: &kernels::CONV_FORWARD_MOMENTS_STAGED,
        forward: true,
        leaves_sums: true,
    },
    &Family {
        plain: &kernels::CONV_BACKWARD,
        staged: &kernels::CONV_BACKWARD_STAGED,
        forward: false,
        leaves_sums: false,
    },
    &Family {
        plain: &kernels::CONV_BACKWARD_SUMS,
        staged: &kernels::CONV_BACKWARD_SUMS_STAGED,
        forward: false,
        leaves_sums: true,
    },
];

/// `call` with up to 4 pixels a thread.
fn narrow(call: &Call, forward: bool) -> Option<Call> {
    let constant = |name| Some(call.constants.iter().find(|(key, _)| *key == name)?.1 as usize);
    let size = |name| Some(call.sizes.iter().find(|(key, _)| *key == name)?.1);
    let stride = constant("STRIDE")?;
    let [rows, columns] = if forward {
        [constant("OUT_H")?, constant("OUT_W")?]
    } else {
        [constant("IN_H")?, constant("IN_W")?].map(|pixels| pixels.div_ceil(stride))
    };
    let (wide, tile) = (constant("TILE")?, columns.div_ceil(columns.div_ceil(4)));
    if columns <= wide || tile == wide {
        return None;
    }
    let mut call = call.clone();
    call.constants.iter_mut().filter(|(name, _)| *name == "TILE").for_each(|(_, value)| *value = tile as f64);
    let groups = (size("n")? * rows * columns.div_ceil(tile)).div_ceil(64);
    call.grid[0] = if forward {
        groups
    } else {
        size("weight_groups")? + groups * stride * stride * constant("IN_C")?.div_ceil(8)
    };
    // A dispatch has at most so many workgroups a side.
    (call.grid[0] <= 65_535).then_some(call)
}

/// `call` in every variant it has; itself alone where it has none.
pub fn all(call: &Call) -> Vec<Call> {
    let others = Variant::ALL.into_iter().skip(1).filter_map(|variant| variant.of(call));
    std::iter::once(call.clone()).chain(others).collect()
}
