//! Rules for the learning rate of a run without weight decay: the ghost's, TEXP's, and the ones that are wrong on purpose.
//!
//! All of them are driven by the same η_t, λ_t, γ_t as the weight-decay run and know nothing else. The exact rules are
//! [`Rule::Ghost`], for every sequence, and [`Rule::Texp`] with both of its corrections.

use super::{Ghost, GhostStep, Hyper, Regime, ghost::GaugeEnd, roots};
use std::f64::consts::LOG10_2;

/// How a run without weight decay gets its learning rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Rule {
    /// The ghost weight's: exact from an empty buffer, for every sequence (theory 3.2).
    #[default]
    Ghost,
    /// The closed form of Theorems 1 and 2: growth α_I^(−2) inside a phase of constant η, λ, γ, and between two phases
    /// the factor (η_I/η_{I−1})/(α_I α_{I−1}). Exact if the buffer is corrected where a phase begins.
    Texp {
        /// Whether the buffer starts as Theorem 1 wants it: ṽ₀ = −((1 − α)/(αη)) θ₀.
        initial: bool,
        /// Whether the buffer is corrected at each boundary (theory 3.4).
        boundary: bool,
    },
    /// TEXP−−: the drop is made, but the growth stays that of the first phase, so that the drop has only a temporary
    /// effect.
    KeepFirst,
    /// The ghost's learning rate with its growth taken to a power: η (η̃/η)^power. Exact for 1 only.
    Power(f64),
}

impl Rule {
    /// TEXP with both corrections: exact.
    pub const TEXP: Self = Self::Texp { initial: true, boundary: true };

    /// Whether the rule gives the twin of every schedule of phases inside the regime.
    pub fn is_exact(self) -> bool {
        match self {
            Self::Ghost | Self::TEXP => true,
            Self::Texp { .. } | Self::KeepFirst => false,
            Self::Power(power) => power == 1.0,
        }
    }
}

/// A rule under way.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Gauge {
    /// The gauge between the weight-decay run and a run that follows the rule exactly.
    pub ghost: Ghost,
    rule: Rule,
    /// η, λ, γ of the present phase, once there is one.
    phase: Option<Hyper>,
    /// TEXP−−: log10 of what η is multiplied by, and log10 α of the first phase.
    kept: Option<(f64, f64)>,
    kick: f64,
}

/// What a run that follows a rule does in one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaugeStep {
    /// Learning rate, ε and halvings.
    pub twin: GhostStep,
    /// Added to the buffer along θ̃ before the step.
    pub kick: f64,
}

impl Gauge {
    /// The start of `rule` from the state `ghost`: from step 0, or forking from an exact twin.
    pub fn new(rule: Rule, ghost: Ghost) -> Self {
        Self { ghost, rule, phase: None, kept: None, kick: 0.0 }
    }

    /// The rule.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// Restarts the gauge (theory 3.3): exact, the buffer takes its kick in the next step.
    pub fn restart(&mut self) {
        self.kick += self.ghost.restart();
    }

    /// Advances by one step driven by `h`.
    ///
    /// # Errors
    /// [`GaugeEnd`] when the ghost weight would become ≤ 0; TEXP, whose formula needs real roots, ends outside the regime.
    pub fn advance(&mut self, h: Hyper) -> Result<GaugeStep, GaugeEnd> {
        let mut next = *self;
        let done = next.take(h)?;
        next.kick = 0.0;
        *self = next;
        Ok(done)
    }

    fn take(&mut self, h: Hyper) -> Result<GaugeStep, GaugeEnd> {
        let before = self.ghost;
        match self.rule {
            Rule::Ghost => {}
            Rule::Texp { initial, boundary } => self.enter_phase(h, initial, boundary)?,
            Rule::KeepFirst => return self.keep_first(h),
            Rule::Power(power) => {
                let mut twin = self.ghost.advance(h)?;
                if h.lr > 0.0 {
                    let extra = (power - 1.0) * (twin.log10_lr - h.lr.log10());
                    twin.log10_lr += extra;
                    twin.lr *= 10f64.powf(extra);
                }
                return Ok(GaugeStep { twin, kick: self.kick });
            }
        }
        debug_assert!(before.u == self.ghost.u, "only the buffer is touched between steps");
        let twin = self.ghost.advance(h)?;
        Ok(GaugeStep { twin, kick: self.kick })
    }

    /// Sets q to what the closed form of a new phase starts with: q = u (1/α − 1)/η. With θ and v as they are,
    /// v = ṽ/u + qθ̃ turns the difference into a kick of ṽ: u (q_before − q_after), which a rule may leave out.
    fn enter_phase(&mut self, h: Hyper, initial: bool, boundary: bool) -> Result<(), GaugeEnd> {
        if self.phase == Some(h) || h.lr == 0.0 {
            return Ok(());
        }
        let Regime::Inside(roots) = roots::regime(h) else { return Err(GaugeEnd { next_u: f64::NAN }) };
        let corrected = if self.phase.is_none() { initial } else { boundary };
        let q = self.ghost.u * (1.0 / roots.alpha - 1.0) / h.lr;
        if corrected {
            self.kick += self.ghost.u * (self.ghost.q - q);
        }
        self.ghost.q = q;
        self.phase = Some(h);
        Ok(())
    }

    /// One step of TEXP−−. Its weights follow no ghost: what is halved follows the square root of the learning rate,
    /// which is how the weight norm grows.
    fn keep_first(&mut self, h: Hyper) -> Result<GaugeStep, GaugeEnd> {
        let Regime::Inside(roots) = roots::regime(h) else { return Err(GaugeEnd { next_u: f64::NAN }) };
        let Ghost { u, exponent, rescaling, .. } = self.ghost;
        let (log10_growth, log10_alpha) = match self.kept {
            Some((log10_growth, first)) => (log10_growth - 2.0 * first, first),
            None => {
                let alpha = roots.alpha.log10();
                (-2.0 * self.ghost.log10_u() - alpha, alpha)
            }
        };
        let log10_lr = h.lr.log10() + log10_growth;
        let mut next = Ghost { u: u * 10f64.powf(log10_alpha), q: 0.0, ..self.ghost };
        let mut halvings = 0;
        while rescaling && next.u < 0.5 {
            (next.u, halvings) = (2.0 * next.u, halvings + 1);
        }
        next.exponent += i64::from(halvings);
        self.kept = Some((log10_growth, log10_alpha));
        self.ghost = next;
        let lr = 10f64.powf(log10_lr - 2.0 * exponent as f64 * LOG10_2);
        let rho = 10f64.powf(-log10_alpha);
        let twin = GhostStep { lr, log10_lr, epsilon_factor: 1.0 / (u * u), u, rho, exponent, halvings };
        Ok(GaugeStep { twin, kick: self.kick })
    }
}

#[cfg(test)]
mod tests {
    use super::super::texp::{Phase, Taper, log10_lr};
    use super::*;

    const DROP: u64 = 300;

    fn hyper(t: u64) -> Hyper {
        Hyper { lr: if t < DROP { 0.1 } else { 0.01 }, weight_decay: 2e-3, momentum: 0.9 }
    }

    fn log10_lrs(rule: Rule, steps: u64) -> Vec<f64> {
        let mut gauge = Gauge::new(rule, Ghost::new(true));
        (0..steps).map(|t| gauge.advance(hyper(t)).unwrap().twin.log10_lr).collect()
    }

    fn close(a: &[f64], b: &[f64], tolerance: f64) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < tolerance)
    }

    #[test]
    fn texp_is_the_closed_form_of_theorem_2_whatever_is_corrected() {
        let phases = [Phase { start: 0, hyper: hyper(0) }, Phase { start: DROP, hyper: hyper(DROP) }];
        let want = log10_lr(&phases, 900, Taper::Own).unwrap();
        assert!(close(&log10_lrs(Rule::TEXP, 900), &want, 1e-10));
        assert!(close(&log10_lrs(Rule::Texp { initial: false, boundary: false }, 900), &want, 1e-10));
        let kept = log10_lr(&phases, 900, Taper::KeepFirst).unwrap();
        assert!(close(&log10_lrs(Rule::KeepFirst, 900), &kept, 1e-10));
        assert!(!close(&kept, &want, 0.1));
        assert!(!close(&log10_lrs(Rule::Ghost, 900), &want, 1e-6), "the ghost differs by its transient");
    }

    #[test]
    fn texp_minus_minus_passes_a_step_without_learning() {
        let rests = |t| Hyper { lr: if t % 5 == 3 { 0.0 } else { 0.1 }, ..hyper(0) };
        let mut gauge = Gauge::new(Rule::KeepFirst, Ghost::new(true));
        let steps: Vec<GhostStep> = (0..20).map(|t| gauge.advance(rests(t)).unwrap().twin).collect();
        let plain = log10_lrs(Rule::KeepFirst, 20);
        for (t, (step, plain)) in steps.iter().zip(plain).enumerate() {
            let want = if t % 5 == 3 { f64::NEG_INFINITY } else { plain };
            assert!(step.log10_lr == want || (step.log10_lr - want).abs() < 1e-12, "{t}: {}", step.log10_lr);
            assert_eq!(step.lr == 0.0, t % 5 == 3);
        }
    }

    #[test]
    fn corrections_are_kicks_and_the_ghost_needs_none() {
        let kicks = |rule| {
            let mut gauge = Gauge::new(rule, Ghost::new(true));
            (0..900).filter(|&t| gauge.advance(hyper(t)).unwrap().kick != 0.0).collect::<Vec<u64>>()
        };
        assert_eq!(kicks(Rule::TEXP), [0, DROP]);
        assert_eq!(kicks(Rule::Texp { initial: true, boundary: false }), [0]);
        assert_eq!(kicks(Rule::Texp { initial: false, boundary: true }), [DROP]);
        assert!(kicks(Rule::Ghost).is_empty());
        let mut gauge = Gauge::new(Rule::TEXP, Ghost::new(true));
        let Regime::Inside(r) = roots::regime(hyper(0)) else { panic!("inside") };
        let buffer = super::super::ghost::closed_form_buffer(hyper(0), r.alpha);
        assert!((gauge.advance(hyper(0)).unwrap().kick - buffer).abs() < 1e-15, "Theorem 1's initial buffer");
    }

    #[test]
    fn texp_needs_real_roots_and_a_refused_step_changes_nothing() {
        let mut gauge = Gauge::new(Rule::TEXP, Ghost::new(true));
        gauge.advance(hyper(0)).unwrap();
        let before = gauge;
        let outside = Hyper { lr: 1.0, weight_decay: 0.1, momentum: 0.9 };
        assert!(gauge.advance(outside).is_err());
        assert_eq!(gauge, before);
    }

    #[test]
    fn a_power_bends_the_growth_and_one_is_exact() {
        assert_eq!(log10_lrs(Rule::Power(1.0), 500), log10_lrs(Rule::Ghost, 500));
        let (bent, exact) = (log10_lrs(Rule::Power(1.05), 500), log10_lrs(Rule::Ghost, 500));
        let grown = exact[299] - 0.1f64.log10();
        assert!((bent[299] - exact[299] - 0.05 * grown).abs() < 1e-12);
        assert!(Rule::Power(1.0).is_exact() && !Rule::Power(1.05).is_exact());
    }

    #[test]
    fn halving_follows_every_rule() {
        for rule in [Rule::Ghost, Rule::TEXP, Rule::KeepFirst, Rule::Power(1.05)] {
            let mut gauge = Gauge::new(rule, Ghost::new(true));
            for t in 0..5_000 {
                let step = gauge.advance(hyper(t.min(DROP - 1))).unwrap().twin;
                assert!(step.lr > 0.0 && step.lr < 1e3, "{rule:?} at {t}: {}", step.lr);
                let whole = step.log10_lr - 2.0 * step.exponent as f64 * LOG10_2;
                assert!((step.lr.log10() - whole).abs() < 1e-9, "{rule:?} at {t}");
            }
        }
    }
}
