//! The ghost weight: the exact twin of any schedule, from a zero momentum buffer.
//!
//! u is a scalar that feels weight decay and momentum but no gradient, so it is known in advance. With
//! `q ← γ q + λ u`, `u' = u − η q` the twin's learning rate is `η̃ = η / (u u')`, and at every step
//!
//! ```text
//! θ = u θ̃        v = ṽ/u + q θ̃
//! ```
//!
//! One step proves it: γv + g + λθ = (γṽ + g̃)/u + (γq + λu)θ̃ = ṽ'/u + q'θ̃, because a scale-invariant loss has
//! g = g̃/u (Lemma 1.2); so θ' = uθ̃ − ηq'θ̃ − (η/u)ṽ' = u'(θ̃ − η̃ṽ') = u'θ̃'. It holds for every sequence η_t ≥ 0,
//! λ_t, γ_t: the sliders may move while the runs train.

use super::{Hyper, Regime, roots};

/// How far ahead the lab looks for the end of the twin, steps.
pub const HORIZON: u64 = 100_000;

/// The state of the gauge between the weight-decay run and its twin.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Ghost {
    /// u: the weight-decay run's weights over the twin's (after `exponent` halvings of the twin's).
    pub u: f64,
    /// q: the part of the weight-decay run's buffer that lies along θ̃.
    pub q: f64,
    /// K: how often the twin's weights were halved to keep them in range. The true θ̃ is 2^K times the stored one.
    pub exponent: i64,
    /// Whether halving is done at all; without it f32 overflows, in silence.
    pub rescaling: bool,
}

/// What the twin does in one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GhostStep {
    /// η̃_t for the stored (halved) weights.
    pub lr: f64,
    /// log10 of the true η̃_t: finite far beyond 10^308. −∞ when η_t = 0.
    pub log10_lr: f64,
    /// What ε is multiplied by in this step's forward pass, for a norm whose input has degree 1: 1/u².
    pub epsilon_factor: f64,
    /// u before this step: ‖g̃‖/‖g‖ of the true weights times 2^K.
    pub u: f64,
    /// ρ_t = u_t / u_{t+1} of the true u.
    pub rho: f64,
    /// K before this step.
    pub exponent: i64,
    /// After this step's update: θ̃ ← θ̃·2^−n, ṽ ← ṽ·2^n, exactly.
    pub halvings: u32,
}

/// The ghost weight reached zero: there is no positive learning rate with which a twin could go on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaugeEnd {
    /// What u would have become.
    pub next_u: f64,
}

impl Ghost {
    /// The start: the same weights (u = 1) and empty buffers (q = 0).
    pub fn new(rescaling: bool) -> Self {
        Self { u: 1.0, q: 0.0, exponent: 0, rescaling }
    }

    /// The closed form's start (Theorem 1): q₀ = (1/α − 1)/η. It needs the twin to start with the buffer of
    /// [`closed_form_buffer`]; then η̃_t = α^(−2t−1) η exactly.
    pub fn closed_form(h: Hyper, alpha: f64) -> Self {
        Self { q: (1.0 / alpha - 1.0) / h.lr, ..Self::new(true) }
    }

    /// Advances by one step driven by `h` and says what the twin does in it.
    ///
    /// # Errors
    /// [`GaugeEnd`] when the ghost weight would become ≤ 0; the state is then left as it was.
    pub fn advance(&mut self, h: Hyper) -> Result<GhostStep, GaugeEnd> {
        let Self { u, exponent, .. } = *self;
        let q = h.momentum * self.q + h.weight_decay * u;
        let next_u = u - h.lr * q;
        if next_u.is_nan() || next_u <= 0.0 {
            return Err(GaugeEnd { next_u });
        }
        let mut next = Self { u: next_u, q, ..*self };
        let mut halvings = 0;
        // One step may cross several powers of two.
        while self.rescaling && next.u < 0.5 {
            next.u *= 2.0;
            next.q *= 2.0;
            halvings += 1;
        }
        next.exponent += i64::from(halvings);
        *self = next;
        Ok(GhostStep {
            lr: h.lr / (u * next_u),
            log10_lr: h.lr.log10() - u.log10() - next_u.log10() + 2.0 * exponent as f64 * std::f64::consts::LOG10_2,
            epsilon_factor: 1.0 / (u * u),
            u,
            rho: u / next_u,
            exponent,
            halvings,
        })
    }

    /// Restarts the gauge: keeps θ̃ and u, forgets q. The twin's buffer must take `ṽ ← ṽ + c θ̃` with the returned
    /// c = u q (theory 3.3, 3.5), which leaves θ and v of the weight-decay run as they are.
    pub fn restart(&mut self) -> f64 {
        let kick = self.u * self.q;
        self.q = 0.0;
        kick
    }

    /// log10 of the true u.
    pub fn log10_u(&self) -> f64 {
        self.u.log10() - self.exponent as f64 * std::f64::consts::LOG10_2
    }

    /// With η, λ, γ frozen at `h`, the number of steps after which the twin ends, looking at most `horizon` ahead.
    pub fn steps_to_end(&self, h: Hyper, horizon: u64) -> Option<u64> {
        let mut ghost = Self { rescaling: true, ..*self };
        let small = match roots::regime(h) {
            Regime::Inside(r) => Some(r.small),
            Regime::Outside { .. } => None,
        };
        for step in 1..=horizon {
            let before = ghost.u;
            let Ok(done) = ghost.advance(h) else { return Some(step) };
            // With real roots u_t = A α^t + B (γ/α)^t, and A ≥ 0 as soon as one step shrinks u by no more than the
            // smaller root does: from there u stays positive for ever.
            let after = before / done.rho;
            if small.is_some_and(|small| after >= small * before) {
                return None;
            }
        }
        None
    }
}

/// The buffer with which the closed form is exact: ṽ₀ = v₀ + `closed_form_buffer` · θ₀ (Theorem 1).
pub fn closed_form_buffer(h: Hyper, alpha: f64) -> f64 {
    -(1.0 - alpha) / (alpha * h.lr)
}

/// log10 of the closed form η̃_t = α^(−2t−1) η (Theorem 1).
pub fn closed_form_log10_lr(h: Hyper, alpha: f64, step: u64) -> f64 {
    h.lr.log10() - (2.0 * step as f64 + 1.0) * alpha.log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIG2: Hyper = Hyper { lr: 0.1, weight_decay: 5e-4, momentum: 0.9 };

    fn alpha(h: Hyper) -> f64 {
        match roots::regime(h) {
            Regime::Inside(r) => r.alpha,
            Regime::Outside { .. } => panic!("outside"),
        }
    }

    /// A scale-invariant loss on the plane, L = x² / (x² + y²): gradient at (x, y).
    fn gradient([x, y]: [f64; 2]) -> [f64; 2] {
        let r2 = x * x + y * y;
        [2.0 * x * y * y / (r2 * r2), -2.0 * x * x * y / (r2 * r2)]
    }

    struct Sgd {
        theta: [f64; 2],
        v: [f64; 2],
    }

    impl Sgd {
        fn step(&mut self, lr: f64, wd: f64, mom: f64) {
            let g = gradient(self.theta);
            for ((v, theta), g) in self.v.iter_mut().zip(&mut self.theta).zip(g) {
                *v = mom * *v + g + wd * *theta;
                *theta -= lr * *v;
            }
        }
    }

    /// Largest relative error of the invariant θ = u θ̃, v = ṽ/u + q θ̃ over a run driven by `schedule`.
    fn invariant_error(steps: u64, tamper: f64, schedule: impl Fn(u64) -> Hyper) -> f64 {
        let start = || Sgd { theta: [0.8, 0.6], v: [0.0, 0.0] };
        let (mut run, mut twin, mut ghost) = (start(), start(), Ghost::new(true));
        let mut worst = 0f64;
        for t in 0..steps {
            let h = schedule(t);
            run.step(h.lr, h.weight_decay, h.momentum);
            let step = ghost.advance(h).expect("inside the regime");
            twin.step(step.lr * tamper, 0.0, h.momentum);
            let scale = 2f64.powi(step.halvings as i32);
            for i in 0..2 {
                twin.theta[i] /= scale;
                twin.v[i] *= scale;
                let theta = ghost.u * twin.theta[i];
                let v = twin.v[i] / ghost.u + ghost.q * twin.theta[i];
                let norm = run.theta[0].hypot(run.theta[1]);
                worst = worst.max((run.theta[i] - theta).abs() / norm);
                worst = worst.max((run.v[i] - v).abs() / run.v[0].hypot(run.v[1]).max(h.weight_decay * norm));
            }
        }
        worst
    }

    #[test]
    fn the_invariant_holds_for_constants() {
        assert!(invariant_error(3_000, 1.0, |_| Hyper { lr: 0.1, weight_decay: 2e-3, momentum: 0.9 }) < 1e-9);
    }

    #[test]
    fn the_invariant_holds_for_any_schedule() {
        let wild = |t: u64| Hyper {
            lr: if t < 5 { 0.0 } else { 0.05 * (1.0 + (t as f64 * 0.7).sin()) },
            weight_decay: 1e-3 * (1.0 + (t as f64 * 1.3).cos()),
            momentum: 0.5 + 0.4 * (t as f64 / 600.0),
        };
        assert!(invariant_error(600, 1.0, wild) < 1e-9);
    }

    #[test]
    fn a_wrong_learning_rate_breaks_the_invariant() {
        assert!(invariant_error(600, 1.0001, |_| FIG2) > 1e-6);
    }

    #[test]
    fn the_closed_form_is_a_ghost_that_starts_elsewhere() {
        let a = alpha(FIG2);
        let mut ghost = Ghost::closed_form(FIG2, a);
        for t in 0..2_000 {
            let got = ghost.advance(FIG2).unwrap().log10_lr;
            assert!((got - closed_form_log10_lr(FIG2, a, t)).abs() < 1e-11, "step {t}");
        }
        assert!((closed_form_buffer(FIG2, a) + Ghost::closed_form(FIG2, a).q).abs() < 1e-12);
    }

    #[test]
    fn from_a_zero_buffer_it_settles_to_a_constant_times_the_closed_form() {
        let a = alpha(FIG2);
        let mut ghost = Ghost::new(true);
        let ratios: Vec<f64> = (0..400)
            .map(|t| {
                10f64.powf(ghost.advance(FIG2).unwrap().log10_lr - (FIG2.lr.log10() - (2 * t + 1) as f64 * a.log10()))
            })
            .collect();
        // 1/A² with A = (1 − λη − γ/α)/(α − γ/α).
        let small = FIG2.momentum / a;
        let big_a = (1.0 - FIG2.lr * FIG2.weight_decay - small) / (a - small);
        assert!((1.0 / (big_a * big_a) - 0.990_929_57).abs() < 1e-8);
        assert!((ratios[399] - 0.990_929_57).abs() < 1e-8);
        assert!((ratios[45] - 0.990_929_57).abs() < 1e-4, "settled after 45 steps");
        assert!((ratios[0] - 0.990_929_57).abs() > 5e-3, "not before");
    }

    #[test]
    fn the_recursion_in_rho_agrees() {
        // 1/ρ_t = 1 + γ (η_t/η_{t−1}) (1 − ρ_{t−1}) − λη
        let mut ghost = Ghost::new(true);
        let mut rho = ghost.advance(FIG2).unwrap().rho;
        for _ in 0..500 {
            let want = 1.0 / (1.0 + FIG2.momentum * (1.0 - rho) - FIG2.weight_decay * FIG2.lr);
            rho = ghost.advance(FIG2).unwrap().rho;
            assert!((rho - want).abs() < 1e-14);
        }
    }

    #[test]
    fn rescaling_changes_no_digit() {
        let h = Hyper { lr: 0.1, weight_decay: 0.02, momentum: 0.9 };
        let (mut with, mut without) = (Ghost::new(true), Ghost::new(false));
        for _ in 0..4_000 {
            let (a, b) = (with.advance(h).unwrap(), without.advance(h).unwrap());
            assert_eq!(a.lr * 4f64.powi(a.exponent as i32), b.lr);
            assert_eq!(a.rho, b.rho);
        }
        assert!(with.exponent > 40);
    }

    #[test]
    fn learning_rates_far_beyond_f64_are_ordinary() {
        // "Astronomical": γ = 0, λη = .05 passes 10^10 in 250 steps and 10^1000 in 22,500.
        let h = Hyper { lr: 0.1, weight_decay: 0.5, momentum: 0.0 };
        let mut ghost = Ghost::new(true);
        let logs: Vec<f64> = (0..120_000).map(|_| ghost.advance(h).unwrap().log10_lr).collect();
        assert!(logs[250] > 10.0 && logs[22_500] > 1_000.0 && logs[119_999] > 5_000.0);
        assert!((logs[22_500] - closed_form_log10_lr(h, 0.95, 22_500)).abs() < 1e-7);
    }

    /// The step at which the closed form's η̃ without rescaling passes the largest finite f32 or f64.
    fn overflow_step(decay: f64, log10_max: f64) -> u64 {
        let h = Hyper { lr: 0.1, weight_decay: decay / 0.1, momentum: 0.9 };
        let a = alpha(h);
        (0..).find(|&t| closed_form_log10_lr(h, a, t) > log10_max).unwrap()
    }

    #[test]
    fn overflow_without_rescaling() {
        let f32_max = f64::from(f32::MAX).log10();
        for (decay, want) in [(5e-5, 90_590), (5e-4, 8_647), (1e-3, 4_067), (2e-3, 1_695)] {
            let got = overflow_step(decay, f32_max);
            assert!(got.abs_diff(want) <= 1, "{decay}: {got}");
        }
        let got = overflow_step(5e-5, f64::MAX.log10());
        assert!(got.abs_diff(708_686) <= 1, "f64: {got}");
    }

    #[test]
    fn beyond_the_border_the_twin_ends_where_theory_says() {
        for times in [1.01, 1.1, 2.0, 10.0] {
            let h = Hyper { lr: 1.0, weight_decay: roots::border(0.9) * times, momentum: 0.9 };
            assert_eq!(Ghost::new(true).steps_to_end(h, HORIZON), roots::last_step_from_fresh_start(h), "{times}");
        }
    }

    #[test]
    fn a_live_change_can_end_the_twin_inside_both_regimes() {
        let first = Hyper { lr: 0.01, weight_decay: 0.25, momentum: 0.9 };
        let second = Hyper { lr: 0.1, weight_decay: 0.025, momentum: 0.9 };
        let mut ghost = Ghost::new(true);
        for _ in 0..500 {
            ghost.advance(first).unwrap();
        }
        assert_eq!(ghost.steps_to_end(first, HORIZON), None);
        assert_eq!(ghost.steps_to_end(second, HORIZON), Some(3));
        assert_eq!(Ghost::new(true).steps_to_end(second, HORIZON), None);
        // Restarting the gauge, exact, gives the twin its future back.
        let (u, q) = (ghost.u, ghost.q);
        assert_eq!(ghost.restart(), u * q);
        assert_eq!(ghost.steps_to_end(second, HORIZON), None);
    }

    proptest::proptest! {
        /// The early exit of `steps_to_end` agrees with iterating to the end.
        #[test]
        fn early_exit_is_sound(
            lr in 1e-3f64..1.0, wd in 1e-6f64..3e-2, mom in 0.0f64..0.99,
            lr2 in 1e-3f64..1.0, wd2 in 1e-6f64..3e-2, warm in 0u64..60,
        ) {
            let mut ghost = Ghost::new(true);
            for _ in 0..warm {
                if ghost.advance(Hyper { lr, weight_decay: wd, momentum: mom }).is_err() { return Ok(()); }
            }
            let h = Hyper { lr: lr2, weight_decay: wd2, momentum: mom };
            let mut slow = ghost;
            let want = (1..=20_000u64).find(|_| slow.advance(h).is_err());
            proptest::prop_assert_eq!(ghost.steps_to_end(h, 20_000), want);
        }
    }
}
