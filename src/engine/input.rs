//! What drives an arm in a step: one affine update, in numbers.

use crate::model::Role;

/// What drives one arm in one step: with g the gradient of the loss at the stored θ,
///
/// ```text
/// v ← momentum·(v + kick·θ) + gradient·g + weight_decay·θ
/// θ ← theta·θ − lr·v
/// ```
///
/// with θ on the right the weights of the forward pass, then `θ ← θ·2^−halvings`, `v ← v·2^halvings`. A plain step has
/// `kick` 0, `gradient` and `theta` 1 ([`ArmInput::plain`]). The others are steps of a net that is converted between the
/// forward pass and the update ([`ArmInput::converted`]): no read-back and no pass of its own.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ArmInput {
    /// η, for the weights as they are stored after the step (before the halvings).
    pub lr: f64,
    /// λ: what θ adds to the buffer.
    pub weight_decay: f64,
    /// γ: what remains of the buffer.
    pub momentum: f64,
    /// Added to the buffer along θ before γ acts; 0 except where a net is converted or a gauge restarted.
    pub kick: f64,
    /// What the gradient is multiplied by; 1 except where a net is converted.
    pub gradient: f64,
    /// What θ is multiplied by; 1 except where a net is converted.
    pub theta: f64,
    /// ε of every norm in this step's forward pass.
    pub epsilon: f64,
    /// Exact halvings of the weights after the update; doublings where negative. Up to ±126, so that f32 holds the factors.
    pub halvings: i32,
    /// Whether a trained head ([`Role::Head`]) is updated like every other weight; otherwise it stays as it
    /// is. The head is not scale invariant: no conversion and no halving carries over to an arm that trains it.
    pub trains_head: bool,
    /// A stopped arm keeps its weights and its row is meaningless.
    pub live: bool,
}

impl ArmInput {
    /// A live arm's step of SGD with heavy-ball momentum and coupled weight decay (theory 1), at ε = 0 and with the head
    /// frozen: `v ← γ v + g + λ θ`, `θ ← θ − η v`.
    pub const fn plain(lr: f64, weight_decay: f64, momentum: f64) -> Self {
        Self {
            lr,
            weight_decay,
            momentum,
            kick: 0.0,
            gradient: 1.0,
            theta: 1.0,
            epsilon: 0.0,
            halvings: 0,
            trains_head: false,
            live: true,
        }
    }

    /// What of it applies to weights of `role`: a frozen head rests.
    pub fn on(self, role: Role) -> Self {
        let trained = match role {
            Role::Body => true,
            Role::Head => self.trains_head,
        };
        Self { live: self.live && trained, ..self }
    }

    /// This step, taken by the net that is converted between the forward pass and the update: `v ← (v + kick·θ)/scale`,
    /// `θ ← scale·θ`, and with Lemma 1.2 `g ← g/scale`. ε stays: the forward pass is that of the net before. Restarting a
    /// gauge (theory 3.3) is `converted(1, u q)`.
    ///
    /// Put into the update of [`ArmInput`], with θ, v, g those before:
    /// `v' = γ ((v + kick·θ)/s + k s θ) + c g/s + λ s θ = (γ/s)(v + (kick + s² k) θ) + (c/s) g + (λ s) θ` and
    /// `θ' = (theta·s) θ − η v'`, where k and c are this step's own kick and gradient.
    pub fn converted(self, scale: f64, kick: f64) -> Self {
        Self {
            momentum: self.momentum / scale,
            kick: kick + scale * scale * self.kick,
            gradient: self.gradient / scale,
            weight_decay: self.weight_decay * scale,
            theta: self.theta * scale,
            ..self
        }
    }

    /// This step of the plain net, taken by its twin that becomes the plain net here: θ = u θ̃, v = ṽ/u + q θ̃, g = g̃/u
    /// (theory 3.2, 3.5). `u` and `q` are the ghost's before the step, in the twin's present scale of 2^K; ε is that of
    /// the twin's forward pass.
    pub fn out_of_gauge(self, u: f64, q: f64) -> Self {
        self.converted(u, u * q)
    }

    /// The way there: this step of the twin, taken by the plain net that becomes the twin here: θ̃ = θ/u,
    /// ṽ = u v − q θ, g̃ = u g. Any u > 0 and q will do (theory 3.5); with u = 1, q = 0 nothing is touched.
    pub fn into_gauge(self, u: f64, q: f64) -> Self {
        self.converted(1.0 / u, -q / u)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::cpu::reference::check::{assert_close, randoms};
    use crate::engine::cpu::reference::update;

    const STEP: ArmInput = ArmInput::plain(0.1, 0.02, 0.9);
    const LEN: usize = 50;

    /// θ, v and g.
    fn state() -> [Vec<f64>; 3] {
        [1, 2, 3].map(|seed| randoms(seed, LEN))
    }

    fn scaled(a: &[f64], by: f64) -> Vec<f64> {
        a.iter().map(|a| a * by).collect()
    }

    /// `a·x + b·y`.
    fn mix(a: f64, x: &[f64], b: f64, y: &[f64]) -> Vec<f64> {
        x.iter().zip(y).map(|(x, y)| a * x + b * y).collect()
    }

    /// θ and v after the step `arm`.
    fn stepped(mut theta: Vec<f64>, mut v: Vec<f64>, g: &[f64], arm: &ArmInput) -> [Vec<f64>; 2] {
        update(&mut theta, &mut v, g, arm);
        [theta, v]
    }

    #[track_caller]
    fn assert_same(got: &[Vec<f64>; 2], want: &[Vec<f64>; 2]) {
        assert_close(&got[0], &want[0], 1e-14);
        assert_close(&got[1], &want[1], 1e-14);
    }

    #[test]
    fn back_from_the_gauge_is_the_conversion_by_hand() {
        let ([theta, v, g], u, q) = (state(), 0.6, 0.13);
        // By hand: the plain net first, then its step.
        let (plain, buffer) = (scaled(&theta, u), mix(1.0 / u, &v, q, &theta));
        let want = stepped(plain, buffer, &scaled(&g, 1.0 / u), &STEP);
        assert_same(&stepped(theta.clone(), v.clone(), &g, &STEP.out_of_gauge(u, q)), &want);
        // A wrong q is seen.
        let wrong = stepped(theta, v, &g, &STEP.out_of_gauge(u, q + 1e-6));
        assert!(wrong[1].iter().zip(&want[1]).any(|(a, b)| (a - b).abs() > 1e-8));
    }

    #[test]
    fn into_the_gauge_is_the_conversion_by_hand_and_the_way_back_undoes_it() {
        let ([theta, v, g], u, q) = (state(), 0.7, 0.2);
        let twin = ArmInput { weight_decay: 0.0, lr: 0.31, ..STEP };
        let want = stepped(scaled(&theta, 1.0 / u), mix(u, &v, -q, &theta), &scaled(&g, u), &twin);
        assert_same(&stepped(theta.clone(), v.clone(), &g, &twin.into_gauge(u, q)), &want);
        let there_and_back = stepped(theta.clone(), v.clone(), &g, &STEP.out_of_gauge(u, q).into_gauge(u, q));
        assert_same(&there_and_back, &stepped(theta, v, &g, &STEP));
        assert_eq!(STEP.into_gauge(1.0, 0.0), STEP, "nothing is touched");
    }

    #[test]
    fn a_converted_step_goes_on_as_the_invariant_says() {
        // The twin takes two steps, converted back in the second; the plain net two of its own. Their gradients obey Lemma 1.2.
        let [theta, _, g] = state();
        let zero = vec![0.0; LEN];
        let want = stepped(theta.clone(), zero.clone(), &g, &STEP);
        // The ghost after one step from u = 1, q = 0.
        let (u, q) = (1.0 - STEP.lr * STEP.weight_decay, STEP.weight_decay);
        let twin = ArmInput { lr: STEP.lr / u, weight_decay: 0.0, ..STEP };
        let [twin_theta, twin_v] = stepped(theta, zero, &g, &twin);
        let g2 = randoms(4, LEN);
        let want = stepped(want[0].clone(), want[1].clone(), &g2, &STEP);
        assert_same(&stepped(twin_theta, twin_v, &scaled(&g2, u), &STEP.out_of_gauge(u, q)), &want);
    }

    #[test]
    fn conversions_compose_and_keep_an_own_kick() {
        let [theta, v, g] = state();
        let kicked = ArmInput { kick: 0.4, ..STEP };
        let (scale, kick) = (1.7, -0.3);
        let converted = mix(1.0 / scale, &v, kick / scale, &theta);
        let want = stepped(scaled(&theta, scale), converted, &scaled(&g, 1.0 / scale), &kicked);
        assert_same(&stepped(theta, v, &g, &kicked.converted(scale, kick)), &want);
    }
}
