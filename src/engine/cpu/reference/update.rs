//! SGD with momentum and coupled weight decay, and the sums measured before it.

use crate::engine::cpu::Real;
use crate::engine::{ArmInput, LayerSums};

/// `v ← γ (v + kick·θ) + g + λ θ`, `θ ← θ − η v`, then `θ ← θ·2^−halvings`, `v ← v·2^halvings`, for the weights of one
/// convolution. Returns the sums over θ and g before the update. An arm that is not live keeps θ and v.
pub fn update<T: Real>(theta: &mut [T], buffer: &mut [T], gradient: &[T], arm: &ArmInput) -> LayerSums {
    let sums = sums(theta, gradient);
    if !arm.live {
        return sums;
    }
    let [lr, decay, momentum, kick] = [arm.lr, arm.weight_decay, arm.momentum, arm.kick].map(T::from_f64);
    let halvings = i32::try_from(arm.halvings).unwrap_or(i32::MAX);
    let (theta_scale, buffer_scale) = (T::from_f64(2f64.powi(-halvings)), T::from_f64(2f64.powi(halvings)));
    for ((theta, v), &g) in theta.iter_mut().zip(buffer).zip(gradient) {
        *v = momentum * (*v + kick * *theta) + g + decay * *theta;
        *theta = (*theta - lr * *v) * theta_scale;
        *v *= buffer_scale;
    }
    sums
}

/// ‖θ‖², ‖g‖² and ⟨g, θ⟩, summed in f64.
pub fn sums<T: Real>(theta: &[T], gradient: &[T]) -> LayerSums {
    let dot = |a: &[T], b: &[T]| a.iter().zip(b).map(|(a, b)| a.to_f64() * b.to_f64()).sum();
    LayerSums { weight_sq: dot(theta, theta), gradient_sq: dot(gradient, gradient), dot: dot(gradient, theta) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARM: ArmInput =
        ArmInput { lr: 0.5, weight_decay: 0.25, momentum: 0.5, kick: 0.0, epsilon: 0.0, halvings: 0, live: true };

    #[test]
    fn one_step_by_hand() {
        let (mut theta, mut v) = ([2.0f32, -4.0], [1.0f32, 0.0]);
        let sums = update(&mut theta, &mut v, &[3.0, 1.0], &ARM);
        assert_eq!(v, [4.0, 0.0]);
        assert_eq!(theta, [0.0, -4.0]);
        assert_eq!(sums, LayerSums { weight_sq: 20.0, gradient_sq: 10.0, dot: 2.0 });
    }

    #[test]
    fn kick_halvings_and_rest() {
        let (mut theta, mut v) = ([2.0f64], [1.0f64]);
        update(&mut theta, &mut v, &[3.0], &ArmInput { kick: 1.0, halvings: 2, ..ARM });
        // v = 0.5·(1 + 2) + 3 + 0.5 = 5, θ = 2 − 2.5 = −0.5.
        assert_eq!((theta, v), ([-0.125], [20.0]));
        let (mut kept, mut kept_v) = (theta, v);
        update(&mut kept, &mut kept_v, &[3.0], &ArmInput { live: false, halvings: 2, ..ARM });
        assert_eq!((kept, kept_v), (theta, v));
    }
}
