//! The quadratic x² − (1 + γ − λη)x + γ = 0 of Theorem 1: its larger root α sets the growth of the twin's learning rate.

use super::Hyper;

/// Where (λη, γ) lies relative to the border λη = (1 − √γ)².
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Regime {
    /// Real roots: from a fresh start the twin exists for ever.
    Inside(Roots),
    /// Complex roots: the ghost weight oscillates and the twin ends when it first reaches zero.
    Outside {
        /// ω, the angle the ghost weight turns per step, radians.
        angle_per_step: f64,
    },
}

/// The two real roots.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Roots {
    /// α, the larger root.
    pub alpha: f64,
    /// γ/α, the smaller root.
    pub small: f64,
}

impl Roots {
    /// α^(−2): the factor the twin's learning rate grows by in one step.
    pub fn growth_per_step(&self) -> f64 {
        self.alpha.powi(-2)
    }

    /// log10 of the growth over `steps` steps: finite where the growth itself is not.
    pub fn log10_growth(&self, steps: f64) -> f64 {
        -2.0 * steps * self.alpha.log10()
    }
}

/// The border (1 − √γ)² that λη must not pass for the roots to be real (theory: Theorem 1).
pub fn border(momentum: f64) -> f64 {
    (1.0 - momentum.sqrt()).powi(2)
}

/// Roots and regime of constant η, λ, γ.
pub fn regime(h: Hyper) -> Regime {
    let decay = h.weight_decay * h.lr;
    let b = 1.0 + h.momentum - decay;
    // (b − 2√γ)(b + 2√γ) keeps the digits that b² − 4γ loses near the border.
    let twice_root = 2.0 * h.momentum.sqrt();
    let discriminant = (b - twice_root) * (b + twice_root);
    if b > 0.0 && discriminant >= 0.0 {
        let alpha = (b + discriminant.sqrt()) / 2.0;
        Regime::Inside(Roots { alpha, small: h.momentum / alpha })
    } else {
        Regime::Outside { angle_per_step: (b / twice_root).clamp(-1.0, 1.0).acos() }
    }
}

/// The first step whose ghost weight is ≤ 0, for constants from a fresh start (u = 1, q = 0); `None` inside the regime.
/// Valid for (1 − √γ)² < λη < (1 + √γ)² (theory 3.3); beyond that the weight itself flips sign at the first step.
pub fn last_step_from_fresh_start(h: Hyper) -> Option<u64> {
    let Regime::Outside { angle_per_step: omega } = regime(h) else { return None };
    let decay = h.weight_decay * h.lr;
    if decay >= (1.0 + h.momentum.sqrt()).powi(2) || h.momentum == 0.0 {
        return Some(1);
    }
    let kappa = (1.0 - h.momentum - decay) / (2.0 * h.momentum.sqrt() * omega.sin());
    let t = if kappa > 0.0 {
        (std::f64::consts::PI - (1.0 / kappa).atan()) / omega
    } else {
        (1.0 / kappa.abs()).atan() / omega
    };
    Some(t.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hyper(lr: f64, weight_decay: f64, momentum: f64) -> Hyper {
        Hyper { lr, weight_decay, momentum }
    }

    fn inside(h: Hyper) -> Roots {
        match regime(h) {
            Regime::Inside(r) => r,
            Regime::Outside { .. } => panic!("{h:?} is outside"),
        }
    }

    #[test]
    fn blog_constants() {
        let r = inside(hyper(0.1, 5e-4, 0.9));
        assert!((r.alpha - 0.999_497_728_367_89).abs() < 1e-14);
        assert!((r.growth_per_step() - 1.001_005_300_601_76).abs() < 1e-14);
        assert!((10f64.powf(r.log10_growth(391.0)) - 1.481233).abs() < 1e-6);
    }

    #[test]
    fn roots_solve_the_quadratic() {
        for (lr, wd, mom) in [(0.1, 5e-4, 0.9), (0.05, 1e-3, 0.95), (1.0, 0.2, 0.2), (0.1, 2e-3, 0.9)] {
            let h = hyper(lr, wd, mom);
            let r = inside(h);
            for x in [r.alpha, r.small] {
                assert!((x * x - (1.0 + mom - wd * lr) * x + mom).abs() < 1e-15, "{h:?}");
            }
            assert!(r.alpha >= r.small);
        }
    }

    #[test]
    fn without_momentum_alpha_is_one_minus_decay() {
        assert!((inside(hyper(0.1, 0.3, 0.0)).alpha - 0.97).abs() < 1e-16);
    }

    #[test]
    fn borders() {
        for (mom, want) in [(0.9, 0.002_633_4), (0.95, 0.000_641), (0.99, 2.51e-5)] {
            assert!((border(mom) - want).abs() < want * 2e-3, "{mom}");
        }
        // Just inside and just outside agree with the border.
        let b = border(0.9);
        assert!(matches!(regime(hyper(1.0, b * 0.999_999, 0.9)), Regime::Inside(_)));
        assert!(matches!(regime(hyper(1.0, b * 1.000_001, 0.9)), Regime::Outside { .. }));
    }

    #[test]
    fn last_steps_beyond_the_border() {
        for (times, want) in [(1.01, 577), (1.1, 170), (2.0, 45), (10.0, 12)] {
            assert_eq!(last_step_from_fresh_start(hyper(1.0, border(0.9) * times, 0.9)), Some(want), "{times}");
        }
        assert_eq!(last_step_from_fresh_start(hyper(0.1, 5e-4, 0.9)), None);
    }
}
