//! Where the weight-decay run settles when its gradient on the unit sphere has norm G (theory 7).

use super::Hyper;

/// ‖w‖ at equilibrium: (ηG² / (λ(1 − γ)(2 − λη/(1 + γ))))^(1/4).
pub fn weight_norm(h: Hyper, gradient_on_sphere: f64) -> f64 {
    let decay = h.weight_decay * h.lr;
    (h.lr * gradient_on_sphere.powi(2) / (h.weight_decay * (1.0 - h.momentum) * (2.0 - decay / (1.0 + h.momentum))))
        .powf(0.25)
}

/// Angle the weights turn in one step at equilibrium, radians: √(2λη/(1 + γ)).
pub fn angle_per_step(h: Hyper) -> f64 {
    (2.0 * h.weight_decay * h.lr / (1.0 + h.momentum)).sqrt()
}

/// η/‖w‖² at equilibrium: √(2λη(1 − γ))/G.
pub fn effective_lr(h: Hyper, gradient_on_sphere: f64) -> f64 {
    (2.0 * h.weight_decay * h.lr * (1.0 - h.momentum)).sqrt() / gradient_on_sphere
}

/// Steps in which ‖w‖⁴ relaxes by a factor e: (1 − γ)/(4λη).
pub fn relaxation_steps(h: Hyper) -> f64 {
    (1.0 - h.momentum) / (4.0 * h.weight_decay * h.lr)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::{Rng, SeedableRng};

    /// SGD on random gradients of fixed norm on the sphere, orthogonal to the weights: the setting of the formula.
    #[test]
    fn a_simulated_run_settles_where_predicted() {
        const D: usize = 400;
        let h = Hyper { lr: 0.1, weight_decay: 5e-3, momentum: 0.9 };
        let mut rng = rand_pcg::Pcg32::seed_from_u64(7);
        let mut uniform = || f64::from(rng.next_u32()) / f64::from(u32::MAX) - 0.5;
        let mut w: Vec<f64> = (0..D).map(|_| uniform()).collect();
        let mut v = vec![0.0; D];
        let norm = |x: &[f64]| x.iter().map(|a| a * a).sum::<f64>().sqrt();
        let (mut sum_n4, mut sum_angle, mut count) = (0.0, 0.0, 0.0);
        for step in 0..6_000 {
            let mut g: Vec<f64> = (0..D).map(|_| uniform()).collect();
            let n = norm(&w);
            let along = g.iter().zip(&w).map(|(a, b)| a * b).sum::<f64>() / (n * n);
            g.iter_mut().zip(&w).for_each(|(a, b)| *a -= along * b);
            let scale = 1.0 / (norm(&g) * n); // G = 1
            let before = w.clone();
            for i in 0..D {
                v[i] = h.momentum * v[i] + g[i] * scale + h.weight_decay * w[i];
                w[i] -= h.lr * v[i];
            }
            if step > 1_500 {
                let cos = w.iter().zip(&before).map(|(a, b)| a * b).sum::<f64>() / (norm(&w) * n);
                sum_n4 += norm(&w).powi(4);
                sum_angle += cos.acos();
                count += 1.0;
            }
        }
        let got = (sum_n4 / count).powf(0.25);
        assert!((got / weight_norm(h, 1.0) - 1.0).abs() < 0.01, "{got} {}", weight_norm(h, 1.0));
        assert!((sum_angle / count / angle_per_step(h) - 1.0).abs() < 0.01);
        assert!((h.lr / got.powi(2) / effective_lr(h, 1.0) - 1.0).abs() < 0.02);
        assert!((relaxation_steps(h) - 50.0).abs() < 1e-9);
    }
}
