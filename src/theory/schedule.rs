//! Learning-rate schedules: pure functions of the step that multiply the base learning rate η.

use std::f64::consts::PI;

/// A schedule of the weight-decay run. Every one has an exact twin (see [`super::ghost`]).
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Schedule {
    /// η at every step.
    Constant,
    /// η · `factor`^(number of milestones passed): at step `m` of the list the drop has happened.
    Step {
        /// Steps at which the learning rate drops, ascending.
        milestones: Vec<u64>,
        /// What it is multiplied by at each.
        factor: f64,
    },
    /// Half a cosine from η to `floor`·η in `period` steps; then it stays, or starts again (Loshchilov & Hutter 2016).
    Cosine {
        /// Steps from the top to the floor.
        period: u64,
        /// Fraction of η at the bottom.
        floor: f64,
        /// Start again from η after each period.
        restarts: bool,
    },
    /// Up from `floor`·η to η in half a period and down again, for ever (Smith 2015).
    Triangular {
        /// Steps of one whole triangle.
        period: u64,
        /// Fraction of η at the bottom.
        floor: f64,
    },
    /// Linear from 0 to η over `steps`, then `then`, whose clock starts when the warm-up ends.
    Warmup {
        /// Steps of the ramp.
        steps: u64,
        /// What follows.
        then: Box<Schedule>,
    },
}

impl Schedule {
    /// The factor on η at step `t`; ≥ 0.
    pub fn factor(&self, t: u64) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::Step { milestones, factor } => {
                let drops = milestones.iter().filter(|&&m| t >= m).count();
                factor.powi(i32::try_from(drops).unwrap_or(i32::MAX))
            }
            Self::Cosine { period, floor, restarts } => {
                let period = (*period).max(1);
                let phase = if *restarts { t % period } else { t.min(period) } as f64 / period as f64;
                floor + (1.0 - floor) * 0.5 * (1.0 + (PI * phase).cos())
            }
            Self::Triangular { period, floor } => {
                let phase = (t % (*period).max(1)) as f64 / (*period).max(1) as f64;
                floor + (1.0 - floor) * (1.0 - (2.0 * phase - 1.0).abs())
            }
            Self::Warmup { steps, then } => {
                if t < *steps {
                    t as f64 / *steps as f64
                } else {
                    then.factor(t - steps)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} ≠ {b}");
    }

    #[test]
    fn values_at_the_corners() {
        assert_eq!(Schedule::Constant.factor(12_345), 1.0);
        let step = Schedule::Step { milestones: vec![80, 120], factor: 0.1 };
        for (t, want) in [(0, 1.0), (79, 1.0), (80, 0.1), (119, 0.1), (120, 0.01), (9_999, 0.01)] {
            close(step.factor(t), want);
        }
        let cosine = Schedule::Cosine { period: 100, floor: 0.0, restarts: false };
        for (t, want) in [(0, 1.0), (50, 0.5), (100, 0.0), (200, 0.0)] {
            close(cosine.factor(t), want);
        }
        let again = Schedule::Cosine { period: 100, floor: 0.1, restarts: true };
        for (t, want) in [(0, 1.0), (50, 0.55), (100, 1.0), (150, 0.55)] {
            close(again.factor(t), want);
        }
        let triangle = Schedule::Triangular { period: 100, floor: 0.2 };
        for (t, want) in [(0, 0.2), (50, 1.0), (75, 0.6), (100, 0.2)] {
            close(triangle.factor(t), want);
        }
        let warm = Schedule::Warmup {
            steps: 10,
            then: Box::new(Schedule::Cosine { period: 100, floor: 0.0, restarts: false }),
        };
        for (t, want) in [(0, 0.0), (5, 0.5), (10, 1.0), (60, 0.5), (110, 0.0)] {
            close(warm.factor(t), want);
        }
    }
}
