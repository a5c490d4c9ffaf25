//! SGD with momentum and coupled weight decay, and the sums measured before it.

use crate::engine::cpu::Real;
use crate::engine::{ArmInput, LayerSums};

/// The update of [`ArmInput`], for the weights of one convolution. Returns the sums over θ and g before it, and over the
/// step it took. An arm that is not live keeps θ and v.
pub fn update<T: Real>(theta: &mut [T], buffer: &mut [T], gradient: &[T], arm: &ArmInput) -> LayerSums {
    let mut sums = sums(theta, gradient);
    if !arm.live {
        return sums;
    }
    let [lr, decay, momentum, kick] = [arm.lr, arm.weight_decay, arm.momentum, arm.kick].map(T::from_f64);
    let [of_gradient, of_theta] = [arm.gradient, arm.theta].map(T::from_f64);
    let [theta_scale, buffer_scale] = [arm.halvings.saturating_neg(), arm.halvings].map(|k| T::from_f64(2f64.powi(k)));
    for ((theta, v), &g) in theta.iter_mut().zip(buffer).zip(gradient) {
        *v = momentum * (*v + kick * *theta) + of_gradient * g + decay * *theta;
        let step = lr * *v;
        *theta = (of_theta * *theta - step) * theta_scale;
        *v *= buffer_scale;
        sums.step_sq += step.to_f64() * step.to_f64();
    }
    sums
}

/// ‖θ‖², ‖g‖² and ⟨g, θ⟩, summed in f64; no step.
pub fn sums<T: Real>(theta: &[T], gradient: &[T]) -> LayerSums {
    let dot = |a: &[T], b: &[T]| a.iter().zip(b).map(|(a, b)| a.to_f64() * b.to_f64()).sum();
    let (weight_sq, gradient_sq) = (dot(theta, theta), dot(gradient, gradient));
    LayerSums { weight_sq, gradient_sq, dot: dot(gradient, theta), step_sq: 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARM: ArmInput = ArmInput::plain(0.5, 0.25, 0.5);

    #[test]
    fn one_step_by_hand() {
        let (mut theta, mut v) = ([2.0f32, -4.0], [1.0f32, 0.0]);
        let sums = update(&mut theta, &mut v, &[3.0, 1.0], &ARM);
        assert_eq!(v, [4.0, 0.0]);
        assert_eq!(theta, [0.0, -4.0]);
        assert_eq!(sums, LayerSums { weight_sq: 20.0, gradient_sq: 10.0, dot: 2.0, step_sq: 4.0 });
    }

    #[test]
    fn kick_halvings_and_rest() {
        let (mut theta, mut v) = ([2.0f64], [1.0f64]);
        let sums = update(&mut theta, &mut v, &[3.0], &ArmInput { kick: 1.0, halvings: 2, ..ARM });
        // v = 0.5·(1 + 2) + 3 + 0.5 = 5, θ = 2 − 2.5 = −0.5.
        assert_eq!((theta, v), ([-0.125], [20.0]));
        assert_eq!(sums.step_sq, 6.25, "before the halvings");
        let (mut kept, mut kept_v) = (theta, v);
        let sums = update(&mut kept, &mut kept_v, &[3.0], &ArmInput { live: false, halvings: 2, ..ARM });
        assert_eq!((kept, kept_v, sums.step_sq), (theta, v, 0.0));
    }

    #[test]
    fn factors_of_gradient_and_weights_and_doublings() {
        let (mut theta, mut v) = ([2.0f32], [1.0f32]);
        let sums = update(&mut theta, &mut v, &[3.0], &ArmInput { gradient: 2.0, theta: 0.5, halvings: -1, ..ARM });
        // v = 0.5 + 6 + 0.5 = 7, θ = 1 − 3.5 = −2.5.
        assert_eq!((theta, v, sums.step_sq), ([-5.0], [3.5], 12.25));
    }
}
