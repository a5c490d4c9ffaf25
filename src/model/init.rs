//! Initial weights from a named, seeded generator: PCG-XSH-RR 64/32 (O'Neill 2014) and the Box–Muller transform.
//!
//! Weights are f32 values whatever the precision they are trained in, so that every engine starts from the same numbers.

use super::plan::{Plan, Role, WeightKind};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg32;

/// What a stream of random numbers is for; each purpose has its own, so that a change of one leaves the others alone.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub enum Stream {
    /// Initial convolution weights.
    Weights = 1,
    /// The frozen head.
    Head = 2,
    /// The order of the training images.
    Batches = 3,
    /// How the training images are moved.
    Augment = 4,
}

/// The generator of `stream` under the experiment's one seed.
pub fn generator(seed: u32, stream: Stream) -> Pcg32 {
    Pcg32::seed_from_u64(u64::from(seed) << 8 | stream as u64)
}

/// A number uniform in (0, 1]: 53 random bits, never 0, so that its logarithm is finite.
fn open_unit(rng: &mut Pcg32) -> f64 {
    ((rng.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64
}

/// `count` independent standard normal numbers.
pub fn normals(rng: &mut Pcg32, count: usize) -> Vec<f64> {
    let mut out = Vec::with_capacity(count + 1);
    while out.len() < count {
        let radius = (-2.0 * open_unit(rng).ln()).sqrt();
        let angle = std::f64::consts::TAU * open_unit(rng);
        out.extend([radius * angle.cos(), radius * angle.sin()]);
    }
    out.truncate(count);
    out
}

/// What a network starts from.
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    /// In the order of [`Plan::weights`].
    pub weights: Vec<f32>,
    /// The frozen head `[plan.features().c, classes]` behind them.
    pub head: Vec<f32>,
}

/// [`weights`] and [`head`]. Where the plan ends in weights of [`Role::Head`] they are the head, transposed to
/// `[classes, features, 1, 1]`, and the frozen head behind them is the identity: the same function as without.
pub fn start(plan: &Plan, seed: u32, head_norm: f64) -> Start {
    let (mut weights, head) = (weights(plan, seed), head(plan, seed, head_norm));
    let Some(trained) = plan.head() else { return Start { weights, head } };
    let classes = plan.classes;
    for (at, weight) in weights[trained.offset..].iter_mut().enumerate() {
        *weight = head[at % trained.input * classes + at / trained.input];
    }
    let identity = (0..classes * classes).map(|at| if at / classes == at % classes { 1.0 } else { 0.0 });
    Start { weights, head: identity.collect() }
}

/// All initial weights in the order of [`Plan::weights`]. A convolution's `[out, in, kernel, kernel]` are normal with
/// standard deviation √(2/fan_in) (He et al. 2015); scales are 1, shifts 0, and take no random number. Those of
/// [`Role::Head`] are 0 here.
pub fn weights(plan: &Plan, seed: u32) -> Vec<f32> {
    let mut rng = generator(seed, Stream::Weights);
    plan.weights
        .iter()
        .flat_map(|w| match w.kind {
            WeightKind::Conv if w.role == Role::Head => vec![0.0; w.len()],
            WeightKind::Conv => {
                let std = (2.0 / w.fan_in() as f64).sqrt();
                normals(&mut rng, w.len()).into_iter().map(|x| (x * std) as f32).collect()
            }
            WeightKind::Scale => vec![1.0; w.len()],
            WeightKind::Shift => vec![0.0; w.len()],
        })
        .collect()
}

/// The head `[features, classes]` before any training, scaled to Frobenius norm `norm`.
pub fn head(plan: &Plan, seed: u32, norm: f64) -> Vec<f32> {
    let features = plan.head().map_or(plan.features().c, |head| head.input);
    let raw = normals(&mut generator(seed, Stream::Head), features * plan.classes);
    let length = raw.iter().map(|x| x * x).sum::<f64>().sqrt();
    raw.iter().map(|x| (x * norm / length) as f32).collect()
}

/// Every weight moved away from zero by one unit in the last place of f32: the control's start.
pub fn one_ulp_away_f32(weights: &[f32]) -> Vec<f64> {
    weights.iter().map(|&w| f64::from(f32::from_bits(w.to_bits() + 1))).collect()
}

/// The same in f64, for the exact mode.
pub fn one_ulp_away_f64(weights: &[f32]) -> Vec<f64> {
    weights.iter().map(|&w| f64::from_bits(f64::from(w).to_bits() + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Activation, Layer, Net, Norm, Shape};

    fn plan() -> Plan {
        Plan::new(&Net::lab_default(Shape { c: 1, h: 14, w: 14 }, 10, Norm::Batch, Activation::Gelu), 64)
    }

    #[test]
    fn weights_have_the_promised_spread() {
        let (plan, w) = (plan(), weights(&plan(), 7));
        let layer = &w[plan.weights[2].offset..];
        let var = layer.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / layer.len() as f64;
        assert!((var / (2.0 / 288.0) - 1.0).abs() < 0.05, "{var}");
        let mean = layer.iter().map(|&x| f64::from(x)).sum::<f64>() / layer.len() as f64;
        assert!(mean.abs() < 3e-3);
    }

    #[test]
    fn scales_and_shifts_take_no_random_number() {
        let mut net = Net::lab_default(Shape { c: 1, h: 14, w: 14 }, 10, Norm::Batch, Activation::Gelu);
        net.layers.insert(1, Layer::Affine { name: "early".into() });
        let mut w = weights(&Plan::new(&net, 64), 7);
        let affine: Vec<f32> = w.drain(144..144 + 32).collect();
        assert_eq!(affine, [[1.0; 16], [0.0; 16]].concat());
        assert_eq!(w, weights(&plan(), 7));
    }

    #[test]
    fn the_head_has_its_norm() {
        let h = head(&plan(), 7, 10.0);
        assert!((h.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt() - 10.0).abs() < 1e-5);
    }

    #[test]
    fn a_trained_head_starts_as_the_frozen_one() {
        let net = Net::lab_default(Shape { c: 1, h: 14, w: 14 }, 10, Norm::Batch, Activation::Gelu);
        let (frozen, trained) = (start(&plan(), 7, 10.0), start(&Plan::new(&net.with_trained_head(), 64), 7, 10.0));
        assert_eq!((&frozen.weights, &frozen.head), (&weights(&plan(), 7), &head(&plan(), 7, 10.0)));
        let (body, own) = trained.weights.split_at(frozen.weights.len());
        assert_eq!(body, frozen.weights);
        // Feature 5 of class 3.
        assert_eq!((own.len(), own[3 * 32 + 5]), (320, frozen.head[5 * 10 + 3]));
        assert_eq!(trained.head.iter().sum::<f32>(), 10.0);
        assert!((0..10).all(|k| trained.head[k * 11] == 1.0), "the identity");
    }

    #[test]
    fn seeds_and_streams_differ_and_repeat() {
        assert_eq!(weights(&plan(), 7), weights(&plan(), 7));
        assert_ne!(weights(&plan(), 7), weights(&plan(), 8));
        assert_ne!(generator(7, Stream::Weights).next_u64(), generator(7, Stream::Head).next_u64());
    }

    #[test]
    fn one_ulp_is_one_ulp() {
        let w = [1.0f32, -1.0, 0.3];
        let moved = one_ulp_away_f32(&w);
        assert_eq!(moved[0], 1.0 + f64::from(f32::EPSILON));
        assert_eq!(moved[1], -1.0 - f64::from(f32::EPSILON));
        assert!(moved[2] > f64::from(w[2]));
        assert_eq!(one_ulp_away_f64(&w)[0], 1.0 + f64::EPSILON);
    }
}
