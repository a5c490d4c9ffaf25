//! TEXP, the tapered exponential learning rate: the twin of step decay (Theorem 2).
//!
//! Inside phase I the learning rate grows by α_I^(−2) a step; on entering phase I it takes the factor
//! (η_I / η_{I−1}) / (α_I α_{I−1}). TEXP is exact with the buffer corrections of [`boundary_buffer`].

use super::{Hyper, Regime, roots};

/// One phase of a step decay: constant hyper-parameters from a step on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Phase {
    /// First step of the phase.
    pub start: u64,
    /// η_I, λ, γ.
    pub hyper: Hyper,
}

/// Growth of the learning rate when a phase begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taper {
    /// The phase's own α_I^(−2): TEXP.
    Own,
    /// The first phase's growth goes on: the ablation TEXP−−, whose drop has only a temporary effect.
    KeepFirst,
}

/// log10 of TEXP's η̃_t for each of the first `steps` steps; `None` where a phase lies outside the regime or `phases`
/// is empty.
pub fn log10_lr(phases: &[Phase], steps: u64, taper: Taper) -> Option<Vec<f64>> {
    let log_alphas: Vec<f64> = phases
        .iter()
        .map(|p| match roots::regime(p.hyper) {
            Regime::Inside(r) => Some(r.alpha.log10()),
            Regime::Outside { .. } => None,
        })
        .collect::<Option<_>>()?;
    let first = phases.first()?;
    let mut phase = 0;
    let mut log_lr = first.hyper.lr.log10() - log_alphas[0];
    let mut out = Vec::with_capacity(steps as usize);
    for t in 0..steps {
        if t > 0 {
            let before = phase;
            while phases.get(phase + 1).is_some_and(|p| t >= p.start) {
                phase += 1;
            }
            let growth = |i: usize| match taper {
                Taper::Own => log_alphas[i],
                Taper::KeepFirst => log_alphas[0],
            };
            log_lr -= growth(before) + growth(phase);
            log_lr += (phases[phase].hyper.lr / phases[before].hyper.lr).log10();
        }
        out.push(log_lr);
    }
    Some(out)
}

/// Entering a phase, TEXP is exact with ṽ += `boundary_buffer` · P^(−2) · θ̃ (theory 3.4), P = 1/u.
pub fn boundary_buffer(before: Hyper, after: Hyper) -> Option<f64> {
    let coefficient = |h: Hyper| match roots::regime(h) {
        Regime::Inside(r) => Some((1.0 / r.alpha - 1.0) / h.lr),
        Regime::Outside { .. } => None,
    };
    Some(coefficient(before)? - coefficient(after)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::Ghost;

    const EPOCH: u64 = 391;

    fn figure_5() -> Vec<Phase> {
        [(0, 0.1), (80, 0.01), (120, 0.001)]
            .map(|(epoch, lr)| Phase { start: epoch * EPOCH, hyper: Hyper { lr, weight_decay: 5e-4, momentum: 0.9 } })
            .to_vec()
    }

    #[test]
    fn figure_5_of_the_blog() {
        let log_lr = log10_lr(&figure_5(), 300 * EPOCH, Taper::Own).unwrap();
        // The last step of epoch 79 and of 119 and 299; the first of 80 and 120.
        let at = |step: u64| 10f64.powf(log_lr[step as usize]);
        for (step, want) in [
            (79 * EPOCH, 3.02e12),
            (80 * EPOCH, 4.47e11),
            (119 * EPOCH, 2.05e12),
            (120 * EPOCH, 2.14e11),
            (299 * EPOCH, 4.30e11),
        ] {
            assert!((at(step) / want - 1.0).abs() < 5e-3, "step {step}: {} for {want}", at(step));
        }
        for (epoch, want) in [(10, 1.48123), (90, 1.03989), (200, 1.00392)] {
            let growth = at((epoch + 1) * EPOCH) / at(epoch * EPOCH);
            assert!((growth - want).abs() < 1e-5, "epoch {epoch}: {growth}");
        }
    }

    #[test]
    fn texp_and_the_ghost_differ_by_a_constant_near_one_after_a_transient() {
        let phases = figure_5();
        let texp = log10_lr(&phases, 100 * EPOCH, Taper::Own).unwrap();
        let mut ghost = Ghost::new(true);
        let mut ratio = Vec::new();
        for t in 0..100 * EPOCH {
            let h = phases.iter().rev().find(|p| t >= p.start).unwrap().hyper;
            ratio.push(ghost.advance(h).unwrap().log10_lr - texp[t as usize]);
        }
        let settled = ratio[(80 * EPOCH - 1) as usize];
        assert!(settled.abs() < 0.01);
        assert!((ratio[500] - settled).abs() < 1e-9);
        assert!((ratio[(100 * EPOCH - 1) as usize] - ratio[(85 * EPOCH) as usize]).abs() < 1e-9);
    }

    #[test]
    fn with_its_corrections_texp_is_exact() {
        // The ghost that starts with the closed form's buffer and is corrected at the boundary gives TEXP's numbers.
        let phases = figure_5();
        let alpha = match roots::regime(phases[0].hyper) {
            Regime::Inside(r) => r.alpha,
            Regime::Outside { .. } => unreachable!(),
        };
        let texp = log10_lr(&phases, 100 * EPOCH, Taper::Own).unwrap();
        let mut ghost = Ghost::closed_form(phases[0].hyper, alpha);
        for t in 0..100 * EPOCH {
            let i = phases.iter().rposition(|p| t >= p.start).unwrap();
            if i > 0 && t == phases[i].start {
                // ṽ += u² c θ̃ with θ, v unchanged means q ← q − u c.
                ghost.q -= ghost.u * boundary_buffer(phases[i - 1].hyper, phases[i].hyper).unwrap();
            }
            let got = ghost.advance(phases[i].hyper).unwrap().log10_lr;
            assert!((got - texp[t as usize]).abs() < 1e-8, "step {t}: {got} {}", texp[t as usize]);
        }
    }

    #[test]
    fn the_ablation_keeps_the_first_growth() {
        let log_lr = log10_lr(&figure_5(), 100 * EPOCH, Taper::KeepFirst).unwrap();
        let growth = 10f64.powf(log_lr[(91 * EPOCH) as usize] - log_lr[(90 * EPOCH) as usize]);
        assert!((growth - 1.48123).abs() < 1e-5);
    }
}
