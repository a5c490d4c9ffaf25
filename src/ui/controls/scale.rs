//! Where on a slider a value lies, and back. Pure functions.

use crate::experiment::limits;

/// How a slider maps values to its length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// Equal factors are equal lengths.
    Log {
        /// Value at the left end, > 0.
        min: f64,
        /// Value at the right end.
        max: f64,
    },
    /// From 0; the distance to 1 falls with the square, so that .9, .99 and .999 lie apart.
    NearOne {
        /// Value at the right end, < 1.
        max: f64,
    },
}

impl Scale {
    /// η.
    pub const LR: Self = Self::Log { min: *limits::LR_SLIDER.start(), max: *limits::LR_SLIDER.end() };
    /// λ.
    pub const WEIGHT_DECAY: Self =
        Self::Log { min: *limits::WEIGHT_DECAY_SLIDER.start(), max: *limits::WEIGHT_DECAY_SLIDER.end() };
    /// γ.
    pub const MOMENTUM: Self = Self::NearOne { max: *limits::MOMENTUM.end() };

    /// 0 at the left end, 1 at the right; values beyond stick to the ends.
    pub fn position(self, value: f64) -> f64 {
        let position = match self {
            Self::Log { min, max } => (value.max(min) / min).ln() / (max / min).ln(),
            Self::NearOne { max } => (1.0 - (1.0 - value.min(max)).sqrt()) / (1.0 - (1.0 - max).sqrt()),
        };
        position.clamp(0.0, 1.0)
    }

    /// The value at a position in `0..=1`.
    pub fn value(self, position: f64) -> f64 {
        let p = position.clamp(0.0, 1.0);
        match self {
            Self::Log { min, max } => min * (max / min).powf(p),
            Self::NearOne { max } => 1.0 - (1.0 - p * (1.0 - (1.0 - max).sqrt())).powi(2),
        }
    }

    /// The value at a position, in as few digits as a hand can aim at: links stay short.
    pub fn round_value(self, position: f64) -> f64 {
        let value = self.value(position);
        let rounded = match self {
            Self::Log { .. } => format!("{value:.2e}").parse().unwrap_or(value),
            Self::NearOne { .. } => (value * 1_000.0).round() / 1_000.0,
        };
        match self {
            Self::Log { min, max } => rounded.clamp(min, max),
            Self::NearOne { max } => rounded.clamp(0.0, max),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for scale in [Scale::LR, Scale::WEIGHT_DECAY, Scale::MOMENTUM] {
            for i in 0..=20 {
                let p = f64::from(i) / 20.0;
                assert!((scale.position(scale.value(p)) - p).abs() < 1e-12, "{scale:?} {p}");
                assert!((scale.position(scale.round_value(p)) - p).abs() < 1.2e-2, "{scale:?} {p}");
            }
        }
    }

    #[test]
    fn values_beyond_stick_to_the_ends() {
        assert_eq!(Scale::LR.position(0.0), 0.0);
        assert_eq!(Scale::LR.position(1e9), 1.0);
        assert_eq!(Scale::MOMENTUM.position(0.999), 1.0);
        assert_eq!(Scale::MOMENTUM.round_value(1.0), 0.999);
    }

    #[test]
    fn a_hand_gets_short_numbers() {
        let p = Scale::LR.position(0.123_456);
        assert_eq!(Scale::LR.round_value(p), 0.123);
        assert_eq!(Scale::MOMENTUM.round_value(Scale::MOMENTUM.position(0.900_1)), 0.9);
    }
}
