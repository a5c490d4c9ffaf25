//! The networks, weights and batches that the peer libraries are measured on: three nets N0, N1, N2 whose numbers come
//! from mulberry32 and Box–Muller, so that every library starts from the same ones and gives the same losses.

use crate::engine::{ArmInput, EVAL_CHUNK, Setup};
use crate::model::{Activation, Net, Norm, Plan, Shape};

/// Batches that are trained on in turn.
pub const BATCHES: usize = 4;
const CLASSES: usize = 10;

/// What every step of every arm is driven by.
pub const INPUT: ArmInput = ArmInput { epsilon: 1e-5, ..ArmInput::plain(0.05, 5e-4, 0.9) };

/// One of the peers' networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerNet {
    /// 8×8×1: ConvNet 16 – 32 (stride 2) – 32, batch norm, ReLU.
    N0,
    /// The same on 28×28×1.
    N1,
    /// PreResNet-8 of widths 16, 32, 64 on 32×32×3.
    N2,
    /// N2 with 20 layers; no peer trains it, it shows what depth costs.
    P20,
    /// N2 with 32 layers.
    P32,
}

impl PeerNet {
    /// All of them; the first three are the peers'.
    pub const ALL: [Self; 5] = [Self::N0, Self::N1, Self::N2, Self::P20, Self::P32];

    /// Its name.
    pub fn key(self) -> &'static str {
        match self {
            Self::N0 => "N0",
            Self::N1 => "N1",
            Self::N2 => "N2",
            Self::P20 => "P20",
            Self::P32 => "P32",
        }
    }

    /// The network of this name, in capitals or not.
    ///
    /// # Errors
    /// A sentence that lists the names.
    pub fn parse(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|net| net.key().eq_ignore_ascii_case(name));
        let names = || Self::ALL.map(Self::key).join(", ");
        found.ok_or_else(|| format!("There is no network {name:?}; there are {}.", names()))
    }

    /// Its layers.
    pub fn net(self) -> Net {
        let convnet = |side| {
            let input = Shape { c: 1, h: side, w: side };
            Net::convnet(input, CLASSES, &[(16, 1), (32, 2), (32, 1)], Norm::Batch, Activation::Relu)
        };
        let preresnet = |depth| {
            let input = Shape { c: 3, h: 32, w: 32 };
            Net::preresnet(input, CLASSES, depth, &[16, 32, 64], Norm::Batch, Activation::Relu)
        };
        match self {
            Self::N0 => convnet(8),
            Self::N1 => convnet(28),
            Self::N2 => preresnet(8),
            Self::P20 => preresnet(20),
            Self::P32 => preresnet(32),
        }
    }

    /// The batch size the peers are usually measured with.
    pub fn usual_batch(self) -> usize {
        match self {
            Self::N0 => 32,
            Self::N1 | Self::N2 | Self::P20 | Self::P32 => 64,
        }
    }

    /// Weights, head and batches, the same for each of `arms`; image `i` of batch `k` has index `k · batch + i`.
    pub fn setup(self, batch: usize, arms: usize) -> Setup {
        let net = self.net();
        let plan = Plan::new(&net, batch);
        let of_layer =
            |(i, fan_in, len): (usize, usize, usize)| normals(len, (2.0 / fan_in as f64).sqrt(), 1_000 + i as u32);
        let layers = plan.weights.iter().enumerate().map(|(i, w)| (i, w.fan_in(), w.len()));
        let weights: Vec<f64> = layers.flat_map(of_layer).map(f64::from).collect();
        let features = plan.features().c;
        let head = normals(features * CLASSES, 1.0 / (features as f64).sqrt(), 77);
        let (images, labels) = images(net.input.len(), batch);
        Setup {
            test_images: vec![0.0; EVAL_CHUNK * net.input.len()].into(),
            net,
            batch,
            train_images: images.into(),
            train_labels: labels.into(),
            weights: vec![weights; arms],
            head,
        }
    }
}

/// The images of all batches, each the prototype of its class plus noise, and their classes.
fn images(pixels: usize, batch: usize) -> (Vec<f32>, Vec<u8>) {
    let prototypes = normals(CLASSES * pixels, 0.7, 5);
    let (mut images, mut labels) = (Vec::new(), Vec::new());
    for k in 0..BATCHES as u32 {
        let mut rng = Mulberry32(42 + k);
        let mut batch_images = normals(batch * pixels, 0.7, 9_000 + k);
        for image in batch_images.chunks_exact_mut(pixels) {
            let class = (rng.unit() * CLASSES as f64) as usize;
            labels.push(class as u8);
            image.iter_mut().zip(&prototypes[class * pixels..]).for_each(|(x, p)| *x += p);
        }
        images.extend(batch_images);
    }
    (images, labels)
}

/// T. Ettinger's generator: a counter and a hash of 32 bits.
struct Mulberry32(u32);

impl Mulberry32 {
    /// The next number in 0..1.
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x6d2b_79f5);
        let mut t = self.0;
        t = (t ^ (t >> 15)).wrapping_mul(t | 1);
        t ^= t.wrapping_add((t ^ (t >> 7)).wrapping_mul(t | 61));
        f64::from(t ^ (t >> 14)) / 4_294_967_296.0
    }
}

/// `count` normal numbers of standard deviation `std`, by Box–Muller.
fn normals(count: usize, std: f64, seed: u32) -> Vec<f32> {
    let mut rng = Mulberry32(seed);
    let mut out = Vec::with_capacity(count + 1);
    while out.len() < count {
        let radius = (-2.0 * rng.unit().max(1e-12).ln()).sqrt() * std;
        let angle = std::f64::consts::TAU * rng.unit();
        out.extend([(radius * angle.cos()) as f32, (radius * angle.sin()) as f32]);
    }
    out.truncate(count);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::cpu::CpuEngine;
    use crate::engine::{Engine, Output};
    use crate::model::Draw;

    /// The losses of the first steps in f64.
    fn losses(net: PeerNet, batch: usize, steps: usize) -> Vec<f64> {
        let mut engine = CpuEngine::<f64>::new(net.setup(batch, 1), 1);
        for step in 0..steps {
            let start = (step % BATCHES * batch) as u32;
            let images: Vec<Draw> = (start..start + batch as u32).map(Draw::plain).collect();
            engine.step(step as u64, &images, &[INPUT]);
        }
        let outputs = pollster::block_on(engine.collect()).unwrap();
        let loss = |output: &Output| match output {
            Output::Row { arms, .. } => arms[0].loss,
            Output::Logits { .. } | Output::Weights { .. } => f64::NAN,
        };
        outputs.iter().map(loss).collect()
    }

    #[test]
    fn a_name_is_read_and_a_wrong_one_is_told_what_there_is() {
        for net in PeerNet::ALL {
            assert_eq!(PeerNet::parse(&net.key().to_lowercase()), Ok(net));
        }
        assert_eq!(PeerNet::parse("N3").unwrap_err(), "There is no network \"N3\"; there are N0, N1, N2, P20, P32.");
    }

    #[test]
    fn the_losses_are_pytorchs() {
        let fixture: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/fixtures/peers_float64.json")).unwrap();
        for (net, name) in [(PeerNet::N0, "N0"), (PeerNet::N1, "N1"), (PeerNet::N2, "N2")] {
            let want: Vec<f64> = serde_json::from_value(fixture[name]["losses"].clone()).unwrap();
            let batch = fixture[name]["batch"].as_u64().unwrap() as usize;
            for (step, (got, want)) in losses(net, batch, want.len()).iter().zip(&want).enumerate() {
                assert!((got - want).abs() < 1e-9, "{name} step {step}: {got} {want}");
            }
        }
    }
}
