//! One arm on the CPU: its weights, its buffer, and the room its forward and backward passes work in.

use super::conv::{Convolution, Room};
use super::norm::NormTape;
use super::reference::{affine, affine_backward, update};
use super::watch::{Pass, Watch};
use super::{add, avg_pool, concat, head, norm, scalar::Scalar, team::Team};
use crate::engine::{ArmInput, ArmRow};
use crate::model::plan::INPUT;
use crate::model::{Op, Plan, WeightId};

/// Room for one pass of a plan over one batch.
pub struct Workspace<T> {
    plan: Plan,
    /// One feature map a tensor, `[c, n, h, w]`; the first is the batch of images.
    tensors: Vec<Vec<T>>,
    /// Their gradients; empty where only the forward pass is wanted.
    gradients: Vec<Vec<T>>,
    /// By operation; present for normalisations.
    tapes: Vec<Option<NormTape<T>>>,
    /// By operation; present for convolutions.
    convolutions: Vec<Option<Convolution>>,
    room: Room<T>,
    /// Logits `[n, classes]`.
    logits: Vec<T>,
    /// Measures the parts of a step for a profile.
    pub watch: Watch,
}

impl<T: Scalar> Workspace<T> {
    /// Room for `plan` on `threads` threads, with gradients if it is to be trained.
    pub fn new(plan: Plan, trained: bool, threads: usize) -> Self {
        let room = |id| vec![T::ZERO; plan.tensor_len(id)];
        let tensors = (0..plan.tensors.len()).map(room).collect();
        let gradients = if trained {
            (0..plan.tensors.len()).map(|id| if id == INPUT { Vec::new() } else { room(id) }).collect()
        } else {
            Vec::new()
        };
        let tape = |op: &Op| match op {
            Op::NormAct { output, geometry, .. } => Some(NormTape::new(plan.tensor_len(*output), geometry.sets)),
            _ => None,
        };
        let tapes = plan.ops.iter().map(tape).collect();
        let convolution = |op: &Op| match op {
            Op::Conv { geometry, .. } => Some(Convolution::new(*geometry)),
            _ => None,
        };
        let convolutions: Vec<_> = plan.ops.iter().map(convolution).collect();
        let room = Room::new(convolutions.iter().flatten(), threads);
        let logits = vec![T::ZERO; plan.batch * plan.classes];
        let watch = Watch::default();
        Self { plan, tensors, gradients, tapes, convolutions, room, logits, watch }
    }

    /// The batch of images, `[c, n, h, w]`, to be filled before a pass.
    pub fn images_mut(&mut self) -> &mut [T] {
        &mut self.tensors[INPUT]
    }

    /// Where the weights of one layer lie in the flat vector.
    pub fn range(&self, id: WeightId) -> std::ops::Range<usize> {
        let weight = &self.plan.weights[id];
        weight.offset..weight.offset + weight.len()
    }

    /// Everything up to the features that are pooled.
    fn forward(&mut self, weights: &[T], epsilon: f64, team: &Team) {
        let Self { plan, tensors, tapes, convolutions, room, watch, .. } = self;
        for (index, (op, tape)) in plan.ops.iter().zip(tapes).enumerate() {
            match *op {
                Op::Conv { input, weight, output, .. } => {
                    let weight = &weights[plan.weights[weight].range()];
                    let [x, y] = tensors.get_disjoint_mut([input, output]).expect("distinct tensors");
                    let convolution = convolutions[index].as_ref().expect("a convolution has tables");
                    convolution.forward(x, weight, y, room, team);
                }
                Op::NormAct { input, output, geometry, activation } => {
                    let [x, y] = tensors.get_disjoint_mut([input, output]).expect("distinct tensors");
                    let tape = tape.as_mut().expect("a norm has a tape");
                    norm::forward(&geometry, activation, epsilon, x, tape, y, team);
                }
                Op::Add { a, b, output } => {
                    let [a, b, y] = tensors.get_disjoint_mut([a, b, output]).expect("distinct tensors");
                    add::forward(a, b, y, team);
                }
                Op::Concat { a, b, output } => {
                    let [a, b, y] = tensors.get_disjoint_mut([a, b, output]).expect("distinct tensors");
                    concat::forward(a, b, y, team);
                }
                Op::AvgPool { input, output, geometry } => {
                    let [x, y] = tensors.get_disjoint_mut([input, output]).expect("distinct tensors");
                    avg_pool::forward(&geometry, x, y, team);
                }
                Op::Affine { input, scale, shift, output } => {
                    let [x, y] = tensors.get_disjoint_mut([input, output]).expect("distinct tensors");
                    let [scale, shift] = [scale, shift].map(|w| &weights[plan.weights[w].range()]);
                    affine(x, scale, shift, y);
                }
                Op::PoolHead { .. } => continue,
            }
            watch.lap(index, Pass::Forward);
        }
    }

    /// From the gradient of the features back to the gradient of every weight.
    fn backward(&mut self, weights: &[T], weight_gradient: &mut [T], team: &Team) {
        let Self { plan, tensors, gradients, tapes, convolutions, room, watch, .. } = self;
        for (index, op) in plan.ops.iter().enumerate().rev() {
            let accumulate = |tensor| !plan.writes_gradient_first(index, tensor);
            match *op {
                Op::Conv { input, weight, output, .. } => {
                    let range = plan.weights[weight].range();
                    let gradient = &mut weight_gradient[range.clone()];
                    let convolution = convolutions[index].as_ref().expect("a convolution has tables");
                    convolution.weight_gradient(&tensors[input], &gradients[output], gradient, room, team);
                    watch.lap(index, Pass::WeightGradient);
                    if input == INPUT {
                        continue;
                    }
                    let [dx, dy] = gradients.get_disjoint_mut([input, output]).expect("distinct tensors");
                    convolution.input_gradient(&weights[range], dy, dx, accumulate(input), room, team);
                }
                Op::NormAct { input, output, geometry, .. } => {
                    let [dx, dy] = gradients.get_disjoint_mut([input, output]).expect("distinct tensors");
                    let tape = tapes[index].as_mut().expect("a norm has a tape");
                    norm::backward(&geometry, &tensors[input], tape, dy, dx, accumulate(input), team);
                }
                Op::Add { a, b, output } => {
                    for input in [a, b] {
                        let [dx, dy] = gradients.get_disjoint_mut([input, output]).expect("distinct tensors");
                        add::backward(dy, dx, accumulate(input), team);
                    }
                }
                Op::Concat { a, b, output } => {
                    let mut first = 0;
                    for input in [a, b] {
                        let len = plan.tensor_len(input);
                        if input != INPUT {
                            let [dx, dy] = gradients.get_disjoint_mut([input, output]).expect("distinct tensors");
                            concat::backward(&dy[first..first + len], dx, accumulate(input), team);
                        }
                        first += len;
                    }
                }
                Op::AvgPool { input, .. } if input == INPUT => {}
                Op::AvgPool { input, output, geometry } => {
                    let [dx, dy] = gradients.get_disjoint_mut([input, output]).expect("distinct tensors");
                    avg_pool::backward(&geometry, dy, dx, accumulate(input), team);
                }
                Op::Affine { input, scale, shift, output } => {
                    let [scale, shift] = [scale, shift].map(|w| plan.weights[w].range());
                    let (x, dy) = (&tensors[input], std::mem::take(&mut gradients[output]));
                    let [d_scale, d_shift] =
                        weight_gradient.get_disjoint_mut([scale.clone(), shift]).expect("distinct weights");
                    let dx = &mut gradients[input];
                    affine_backward(x, &weights[scale], &dy, d_scale, d_shift, dx, accumulate(input));
                    gradients[output] = dy;
                }
                Op::PoolHead { .. } => continue,
            }
            watch.lap(index, Pass::Backward);
        }
    }

    fn pooled(&self) -> usize {
        match self.plan.ops.last() {
            Some(&Op::PoolHead { input }) => input,
            _ => unreachable!("a plan ends in its head"),
        }
    }
}

/// Weights, buffer and gradient of one arm.
pub struct ArmState<T> {
    /// In the order of [`Plan::weights`].
    pub weights: Vec<T>,
    buffer: Vec<T>,
    gradient: Vec<T>,
}

impl<T: Scalar> ArmState<T> {
    /// The start: an empty buffer.
    pub fn new(weights: &[f64]) -> Self {
        let weights: Vec<T> = weights.iter().map(|&w| T::from_f64(w)).collect();
        let zero = vec![T::ZERO; weights.len()];
        Self { weights, buffer: zero.clone(), gradient: zero }
    }

    /// One training step on the images in `work`; what is returned was measured before the update.
    pub fn step(
        &mut self,
        work: &mut Workspace<T>,
        labels: &[u8],
        head: &[T],
        input: &ArmInput,
        team: &Team,
    ) -> ArmRow {
        work.watch.lap(0, Pass::Gather);
        work.forward(&self.weights, input.epsilon, team);
        let pooled = work.pooled();
        let (features, shape) = (&work.tensors[pooled], work.plan.features());
        let (z, gradient) = (&mut work.logits, &mut work.gradients[pooled]);
        let outcome = head::pool_head(features, shape, labels, head, z, gradient);
        let last = work.plan.ops.len() - 1;
        work.watch.lap(last, Pass::Forward);
        work.backward(&self.weights, &mut self.gradient, team);
        let layers = work.plan.weights.iter().map(|w| {
            let range = w.offset..w.offset + w.len();
            let (weights, buffer) = (&mut self.weights[range.clone()], &mut self.buffer[range.clone()]);
            update(weights, buffer, &self.gradient[range], &input.on(w.role))
        });
        let layers = layers.collect();
        work.watch.lap(last, Pass::Update);
        ArmRow { loss: outcome.loss.to_f64(), correct: outcome.correct, layers }
    }

    /// Logits `[n, classes]` of the images in `work`.
    pub fn logits(&self, work: &mut Workspace<T>, head: &[T], epsilon: f64, team: &Team) -> Vec<f64> {
        work.forward(&self.weights, epsilon, team);
        let pooled = work.pooled();
        head::logits(&work.tensors[pooled], work.plan.features(), head, &mut work.logits);
        work.logits.iter().map(|z| z.to_f64()).collect()
    }
}
