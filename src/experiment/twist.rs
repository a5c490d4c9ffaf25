//! What the fifth arm does otherwise: one deliberate error of the twin, or one symmetry.

use crate::theory::Rule;

/// The one thing in which the arm "broken twin" differs: from the twin, or, for [`Twist::Scaled`], from the weight-decay
/// run. Before it is set the arm trains exactly as the twin does, so that it forks from the twin's state.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Twist {
    /// The growth of the learning rate is taken to this power.
    Growth(f64),
    /// ε stays what it is while the weights grow.
    FixedEpsilon,
    /// The closed form, without one or both of its buffer corrections.
    Naive {
        /// Whether the buffer starts as Theorem 1 wants it.
        initial: bool,
        /// Whether the buffer is corrected where a phase begins.
        boundary: bool,
    },
    /// TEXP−−: after a drop the learning rate goes on growing as before it.
    KeepFirst,
    /// Weight decay stays on.
    KeepDecay,
    /// The head is trained too. From step 0 only, and never halved: the head's scale counts.
    TrainedHead,
    /// Nothing keeps the weights in range.
    NoRescaling,
    /// No error: the weight-decay run from weights multiplied by 2^k, with η·4^k, λ/4^k and ε·4^k. Bit for bit the same
    /// (the symmetry of theory 2). From step 0 only.
    Scaled(i32),
}

impl Twist {
    /// One of each kind, in the order the menu shows.
    pub const ALL: [Self; 8] = [
        Self::Growth(1.05),
        Self::FixedEpsilon,
        Self::Naive { initial: false, boundary: false },
        Self::KeepFirst,
        Self::KeepDecay,
        Self::TrainedHead,
        Self::NoRescaling,
        Self::Scaled(20),
    ];

    /// The name of the arm with it.
    pub fn label(self) -> String {
        match self {
            Self::Growth(power) => format!("twin, growth ×{power}"),
            Self::FixedEpsilon => "twin, ε not scheduled".into(),
            Self::Naive { initial: false, boundary: true } => "TEXP, wrong at the start".into(),
            Self::Naive { initial: true, .. } => "TEXP, uncorrected drops".into(),
            Self::Naive { .. } => "closed form, empty buffer".into(),
            Self::KeepFirst => "TEXP−−".into(),
            Self::KeepDecay => "twin, weight decay left on".into(),
            Self::TrainedHead => "twin, head trained too".into(),
            Self::NoRescaling => "twin, not rescaled".into(),
            Self::Scaled(k) => format!("weight decay, start × 2^{k}"),
        }
    }

    /// The rule its learning rate follows; `None` where it is that of the weight-decay run.
    pub fn rule(self, twin: Rule) -> Option<Rule> {
        match self {
            Self::Growth(power) => Some(Rule::Power(power)),
            Self::Naive { initial, boundary } => Some(Rule::Texp { initial, boundary }),
            Self::KeepFirst => Some(Rule::KeepFirst),
            Self::FixedEpsilon | Self::KeepDecay | Self::TrainedHead | Self::NoRescaling => Some(twin),
            Self::Scaled(_) => None,
        }
    }

    /// Whether it can begin in mid-run; the others need a fresh start.
    pub fn may_fork(self) -> bool {
        !matches!(self, Self::Scaled(_) | Self::TrainedHead)
    }
}
