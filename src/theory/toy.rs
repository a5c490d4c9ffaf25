//! The smallest scale-invariant loss, L(x, y) = x²/(x² + y²): weight decay shrinks the weights until the learning rate is too
//! large for them, a kick throws them out, and it begins again; without weight decay it converges (theory 7).

use super::{Ghost, Hyper};

/// The loss at a point other than the origin.
pub fn loss([x, y]: [f64; 2]) -> f64 {
    x * x / (x * x + y * y)
}

/// Its gradient: at a right angle to the point, and half as long at twice the point (Lemma 1).
pub fn gradient([x, y]: [f64; 2]) -> [f64; 2] {
    let square = x * x + y * y;
    let along = 2.0 * x * y / (square * square);
    [along * y, -along * x]
}

/// Where the three runs went, every so many steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Toy {
    /// Steps between two points.
    pub every: u64,
    /// With weight decay.
    pub wd: Vec<[f64; 2]>,
    /// Weight decay dropped, nothing else changed.
    pub without: Vec<[f64; 2]>,
    /// The exponential twin, until it ends: direction, and log10 of its norm.
    pub twin: Vec<([f64; 2], f64)>,
}

/// How much the loss of a batch differs from the loss: ± this times the angle, in turn. A real gradient is noisy, and never
/// stays zero for ever; this one is still scale-invariant.
const NOISE: f64 = 1e-6;

#[derive(Clone, Copy)]
struct Run {
    at: [f64; 2],
    v: [f64; 2],
}

impl Run {
    fn step(&mut self, h: Hyper, step: u64) {
        let [x, y] = self.at;
        let noise = if step.is_multiple_of(2) { NOISE } else { -NOISE } / (x * x + y * y);
        let g = gradient(self.at);
        let g = [g[0] - noise * y, g[1] + noise * x];
        for ((v, at), g) in self.v.iter_mut().zip(&mut self.at).zip(g) {
            *v = h.momentum * *v + g + h.weight_decay * *at;
            *at -= h.lr * *v;
        }
    }
}

/// `steps` steps from `start`, driven by constant `h`; a point every `every` steps, the first at step 0.
pub fn simulate(h: Hyper, start: [f64; 2], steps: u64, every: u64) -> Toy {
    let fresh = Run { at: start, v: [0.0; 2] };
    let (mut wd, mut without, mut twin) = (fresh, fresh, Some((fresh, Ghost::new(true))));
    let mut toy = Toy { every: every.max(1), ..Toy::default() };
    for step in 0..=steps {
        if step % toy.every == 0 {
            toy.wd.push(wd.at);
            toy.without.push(without.at);
            if let Some((run, ghost)) = &twin {
                let norm = run.at[0].hypot(run.at[1]);
                let log10_norm = norm.log10() + ghost.exponent as f64 * std::f64::consts::LOG10_2;
                toy.twin.push((run.at.map(|x| x / norm), log10_norm));
            }
        }
        wd.step(h, step);
        without.step(Hyper { weight_decay: 0.0, ..h }, step);
        twin = twin.and_then(|(mut run, mut ghost)| {
            let told = ghost.advance(h).ok()?;
            run.step(Hyper { lr: told.lr, weight_decay: 0.0, ..h }, step);
            let half = 0.5f64.powi(told.halvings.try_into().ok()?);
            run.at = run.at.map(|x| x * half);
            run.v = run.v.map(|x| x / half);
            Some((run, ghost))
        });
    }
    toy
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square([x, y]: [f64; 2]) -> f64 {
        x * x + y * y
    }

    #[test]
    fn the_gradient_is_the_loss_and_obeys_lemma_1() {
        for at in [[0.6, 0.8], [-1.3, 0.2], [0.1, -2.0]] {
            let g = gradient(at);
            let central = |i: usize| {
                let moved = |by: f64| std::array::from_fn(|k| at[k] + if k == i { by } else { 0.0 });
                (loss(moved(1e-6)) - loss(moved(-1e-6))) / 2e-6
            };
            assert!((g[0] - central(0)).abs() < 1e-8 && (g[1] - central(1)).abs() < 1e-8, "{at:?}: {g:?}");
            assert!((g[0] * at[0] + g[1] * at[1]).abs() < 1e-15);
            let far = gradient(at.map(|x| 2.0 * x));
            assert!((0..2).all(|i| (2.0 * far[i] - g[i]).abs() < 1e-15));
        }
    }

    #[test]
    fn weight_decay_shrinks_as_predicted_until_a_kick_and_again() {
        let h = Hyper { lr: 0.1, weight_decay: 1e-2, momentum: 0.0 };
        let toy = simulate(h, [0.0, 1.0], 12_000, 1);
        let kick = |from: usize| {
            let kicked = |t: &usize| square(toy.wd[t + 30]) > 1.1 * square(toy.wd[*t]);
            (from..toy.wd.len() - 30).find(kicked).expect("a kick")
        };
        for t in (0..1_000).step_by(100) {
            let want = (-2.0 * h.weight_decay * h.lr * t as f64).exp();
            assert!((square(toy.wd[t]) / want - 1.0).abs() < 2e-3, "{t}: {} {want}", square(toy.wd[t]));
        }
        let first = kick(0);
        assert!(first > 1_000 && square(toy.wd[first]) < h.lr, "only below η: {} at {first}", square(toy.wd[first]));
        let fallen = (first..).find(|&t| square(toy.wd[t]) < 0.095).expect("it falls again");
        assert!(kick(first.max(fallen) + 60) > first, "again");
    }

    #[test]
    fn without_weight_decay_it_converges() {
        let h = Hyper { lr: 0.1, weight_decay: 1e-2, momentum: 0.9 };
        let toy = simulate(h, [0.6, 0.8], 3_000, 1);
        assert!(toy.without.windows(2).all(|w| square(w[1]) >= square(w[0]) * (1.0 - 1e-9)), "it never shrinks");
        let end = toy.without[3_000];
        assert!(loss(end) < 1e-9 && (square(end) / square(toy.without[2_000]) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_twin_stays_on_the_ray_of_the_weight_decay_run() {
        let h = Hyper { lr: 0.1, weight_decay: 2e-3, momentum: 0.9 };
        let toy = simulate(h, [0.6, 0.8], 600, 1);
        for (wd, (twin, _)) in toy.wd.iter().zip(&toy.twin) {
            let across = (wd[0] * twin[1] - wd[1] * twin[0]) / square(*wd).sqrt();
            assert!(across.abs() < 1e-12, "{across}");
        }
        // In the calm before the kick only decay is left: one falls in, the other stays.
        assert!(square(toy.wd[600]) < 0.4 * square(toy.wd[300]) && (toy.twin[600].1 - toy.twin[300].1).abs() < 1e-6);
        let outside = Hyper { weight_decay: 0.05, ..h };
        let toy = simulate(outside, [0.6, 0.8], 600, 1);
        assert!(toy.twin.len() < 100 && toy.wd.len() == 601, "outside the regime the twin ends");
    }
}
