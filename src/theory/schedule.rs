//! Learning-rate schedules: pure functions of the step that multiply the base learning rate η.

use std::f64::consts::PI;

/// A length of training, in the unit somebody chose for it.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Span {
    /// Steps.
    Steps(u64),
    /// Epochs: finite and ≥ 0.
    Epochs(f64),
}

impl Span {
    /// The nearest whole number of steps, with `per_epoch` steps in an epoch.
    pub fn steps(self, per_epoch: u64) -> u64 {
        match self {
            Self::Steps(steps) => steps,
            Self::Epochs(epochs) => (epochs * per_epoch as f64).round() as u64,
        }
    }
}

/// A schedule of the weight-decay run: a linear warm-up, then a shape. Every one has an exact twin (see [`super::ghost`]).
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Schedule {
    /// Linear from 0 to η; zero steps for none. The shape's clock starts when it ends.
    pub warmup: Span,
    /// What follows.
    pub shape: Shape,
}

/// What a schedule does once it is warm.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Shape {
    /// η at every step.
    #[default]
    Constant,
    /// η · `factor`^(number of milestones passed): at step `m` of the list the drop has happened.
    Step {
        /// Where the learning rate drops.
        milestones: Vec<Span>,
        /// What it is multiplied by at each; > 0.
        factor: f64,
    },
    /// Half a cosine from η to `floor`·η in `period`; then it stays, or starts again (Loshchilov & Hutter 2016).
    Cosine {
        /// From the top to the floor.
        period: Span,
        /// Fraction of η at the bottom.
        floor: f64,
        /// Start again from η after each period.
        restarts: bool,
    },
    /// Up from `floor`·η to η in half a period and down again, for ever (Smith 2015).
    Triangular {
        /// One whole triangle.
        period: Span,
        /// Fraction of η at the bottom.
        floor: f64,
    },
    /// Straight lines between points that somebody drew; level before the first and after the last.
    Curve {
        /// (step, factor on η ≥ 0), strictly ascending in step, at least one.
        points: Vec<(u64, f64)>,
    },
}

impl Default for Schedule {
    fn default() -> Self {
        Self { warmup: Span::Steps(0), shape: Shape::Constant }
    }
}

impl Schedule {
    /// Without a warm-up.
    pub fn of(shape: Shape) -> Self {
        Self { shape, ..Self::default() }
    }

    /// The factor on η at step `t`, with `per_epoch` steps in an epoch; ≥ 0.
    pub fn factor(&self, t: u64, per_epoch: u64) -> f64 {
        let warmup = self.warmup.steps(per_epoch);
        match t.checked_sub(warmup) {
            None => t as f64 / warmup as f64,
            Some(since) => self.shape.factor(since, per_epoch),
        }
    }

    /// Whether η never changes.
    pub fn is_constant(&self) -> bool {
        *self == Self::default()
    }
}

impl Shape {
    fn factor(&self, t: u64, per_epoch: u64) -> f64 {
        let (steps, turns) = (|span: &Span| span.steps(per_epoch).max(1), t as f64);
        match self {
            Self::Constant => 1.0,
            Self::Step { milestones, factor } => {
                let drops = milestones.iter().filter(|m| t >= m.steps(per_epoch)).count();
                factor.powi(i32::try_from(drops).unwrap_or(i32::MAX))
            }
            Self::Cosine { period, floor, restarts } => {
                let period = steps(period);
                let phase = if *restarts { t % period } else { t.min(period) } as f64 / period as f64;
                floor + (1.0 - floor) * 0.5 * (1.0 + (PI * phase).cos())
            }
            Self::Triangular { period, floor } => {
                let period = steps(period);
                let phase = (t % period) as f64 / period as f64;
                floor + (1.0 - floor) * (1.0 - (2.0 * phase - 1.0).abs())
            }
            Self::Curve { points } => {
                let after = points.partition_point(|(at, _)| *at <= t);
                match (after.checked_sub(1).map(|i| points[i]), points.get(after)) {
                    (Some((x0, y0)), Some(&(x1, y1))) => y0 + (y1 - y0) * (turns - x0 as f64) / (x1 - x0) as f64,
                    (Some((_, y)), None) | (None, Some(&(_, y))) => y,
                    (None, None) => 1.0,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(shape: Shape, want: &[(u64, f64)]) {
        let schedule = Schedule::of(shape);
        for &(t, want) in want {
            let got = schedule.factor(t, 10);
            assert!((got - want).abs() < 1e-12, "{schedule:?} at {t}: {got}, not {want}");
        }
    }

    #[test]
    fn values_at_the_corners() {
        use Span::{Epochs, Steps};
        check(Shape::Constant, &[(12_345, 1.0)]);
        let step = Shape::Step { milestones: vec![Steps(80), Epochs(12.0)], factor: 0.1 };
        check(step, &[(0, 1.0), (79, 1.0), (80, 0.1), (119, 0.1), (120, 0.01), (9_999, 0.01)]);
        let cosine = |restarts, floor| Shape::Cosine { period: Steps(100), floor, restarts };
        check(cosine(false, 0.0), &[(0, 1.0), (50, 0.5), (100, 0.0), (200, 0.0)]);
        check(cosine(true, 0.1), &[(0, 1.0), (50, 0.55), (100, 1.0), (150, 0.55)]);
        let triangle = Shape::Triangular { period: Epochs(10.0), floor: 0.2 };
        check(triangle, &[(0, 0.2), (50, 1.0), (75, 0.6), (100, 0.2)]);
        let curve = Shape::Curve { points: vec![(10, 1.0), (20, 0.5), (60, 2.5)] };
        check(curve, &[(0, 1.0), (10, 1.0), (15, 0.75), (20, 0.5), (40, 1.5), (60, 2.5), (1_000, 2.5)]);
    }

    #[test]
    fn a_warm_up_comes_before_any_shape() {
        let shape = Shape::Cosine { period: Span::Steps(100), floor: 0.0, restarts: false };
        let warm = Schedule { warmup: Span::Epochs(1.0), shape };
        for (t, want) in [(0, 0.0), (5, 0.5), (10, 1.0), (60, 0.5), (110, 0.0)] {
            assert!((warm.factor(t, 10) - want).abs() < 1e-12, "{t}");
        }
    }

    #[test]
    fn nothing_divides_by_an_empty_period() {
        for shape in [
            Shape::Cosine { period: Span::Epochs(0.0), floor: 0.0, restarts: true },
            Shape::Triangular { period: Span::Steps(0), floor: 0.0 },
            Shape::Curve { points: vec![] },
        ] {
            assert!(Schedule::of(shape).factor(7, 10).is_finite());
        }
    }
}
