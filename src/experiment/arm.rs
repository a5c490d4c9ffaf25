//! The arms: networks trained in lockstep on the same batches from the same weights.

/// One network of the experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arm {
    /// Weight decay and the user's learning rate.
    Wd,
    /// Its exponential-learning-rate twin: no weight decay.
    Exp,
    /// The weight-decay run with every initial weight moved by one unit in the last place: the honest noise floor.
    Control,
    /// Weight decay dropped, nothing else changed.
    Ablation,
    /// The twin with one deliberate error ([`super::Twist`]).
    Broken,
}

impl Arm {
    /// All arms in their fixed order.
    pub const ALL: [Self; 5] = [Self::Wd, Self::Exp, Self::Control, Self::Ablation, Self::Broken];

    /// The name in links, CSV and JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::Wd => "wd",
            Self::Exp => "exp",
            Self::Control => "control",
            Self::Ablation => "ablation",
            Self::Broken => "broken",
        }
    }

    /// The name people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Wd => "weight decay",
            Self::Exp => "ExpLR twin",
            Self::Control => "control, one ulp apart",
            Self::Ablation => "weight decay dropped",
            Self::Broken => "broken twin",
        }
    }

    /// The two that the page is about cannot be switched off.
    pub fn always_on(self) -> bool {
        matches!(self, Self::Wd | Self::Exp)
    }
}

/// Which arms train; always contains WD and its twin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ArmSet {
    /// Whether the control trains.
    pub control: bool,
    /// Whether the ablation trains.
    pub ablation: bool,
    /// Whether the broken twin trains.
    pub broken: bool,
}

impl Default for ArmSet {
    fn default() -> Self {
        Self { control: true, ablation: true, broken: false }
    }
}

impl ArmSet {
    /// Whether `arm` trains.
    pub fn contains(self, arm: Arm) -> bool {
        match arm {
            Arm::Wd | Arm::Exp => true,
            Arm::Control => self.control,
            Arm::Ablation => self.ablation,
            Arm::Broken => self.broken,
        }
    }

    /// The same set with `arm` switched; the two that are always on stay on.
    pub fn with(mut self, arm: Arm, on: bool) -> Self {
        match arm {
            Arm::Wd | Arm::Exp => {}
            Arm::Control => self.control = on,
            Arm::Ablation => self.ablation = on,
            Arm::Broken => self.broken = on,
        }
        self
    }

    /// The arms that train, in their fixed order.
    pub fn iter(self) -> impl Iterator<Item = Arm> {
        Arm::ALL.into_iter().filter(move |&arm| self.contains(arm))
    }
}
