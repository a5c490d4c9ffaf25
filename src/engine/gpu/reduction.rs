//! How sums over many numbers are shared out.

/// Threads of a software GPU's workgroup that has barriers.
const FEW: usize = 8;

/// Who adds up, and with how many threads. It decides the order of the sums, so it follows from the adapter and from
/// nothing that varies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// A convolution leaves the moments of what a BatchNorm behind it normalises, so that many workgroups share a set, and
    /// workgroups are large: a GPU is kept busy.
    Shared,
    /// One workgroup of the norm for each set, and few threads: a software GPU runs them one after another, pays for every
    /// one that waits at a barrier, and compiles a convolution with barriers ten times slower.
    Own,
}

impl Reduction {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Shared, Self::Own];

    /// The one for a kind of adapter.
    pub fn of(software: bool) -> Self {
        if software { Self::Own } else { Self::Shared }
    }

    /// Threads of a workgroup that adds up, where `busy` keep a GPU busy.
    pub fn threads(self, busy: usize) -> f64 {
        (match self {
            Self::Shared => busy,
            Self::Own => busy.min(FEW),
        }) as f64
    }
}
