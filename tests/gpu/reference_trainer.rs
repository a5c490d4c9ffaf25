//! A training step from the reference operations alone, in f64.

use explr::engine::cpu::reference as twin;
use explr::engine::{ArmInput, ArmRow, EVAL_CHUNK, Setup};
use explr::model::plan::INPUT;
use explr::model::{Draw, Op, Plan};

/// Mean and 1/√(var + ε) of the sets of one norm; empty for other operations.
type Stats = (Vec<f64>, Vec<f64>);

/// One arm.
pub struct ReferenceArm {
    pub weights: Vec<f64>,
    momentum: Vec<f64>,
}

impl ReferenceArm {
    pub fn new(setup: &Setup, arm: usize) -> Self {
        let weights = setup.weights[arm].clone();
        Self { momentum: vec![0.0; weights.len()], weights }
    }

    pub fn step(&mut self, setup: &Setup, batch: &[Draw], arm: &ArmInput) -> ArmRow {
        let plan = setup.train_plan();
        let (maps, stats) = self.forward(&plan, &setup.train_images, batch, arm.epsilon);
        let mut gradients: Vec<Vec<f64>> = maps.iter().map(|map| vec![0.0; map.len()]).collect();
        let mut dw = vec![0.0; self.weights.len()];
        let labels: Vec<u8> = batch.iter().map(|draw| setup.train_labels[draw.image as usize]).collect();
        let head: Vec<f64> = setup.head.iter().map(|&h| f64::from(h)).collect();
        let (mut loss, mut correct) = (0.0, 0);
        for (index, op) in plan.ops.iter().enumerate().rev() {
            match *op {
                Op::PoolHead { input } => {
                    let dx = &mut gradients[input];
                    let sums = twin::pool_head(&maps[input], plan.features(), &labels, &head, plan.classes, dx);
                    (loss, correct) = (sums.loss, sums.correct);
                }
                Op::NormAct { input, output, ref geometry, activation } => {
                    let (x, dy, (mean, rstd)) = (&maps[input], gradients[output].clone(), &stats[index]);
                    twin::norm_backward(x, &dy, geometry, activation, mean, rstd, &mut gradients[input], true);
                }
                Op::Conv { input, weight, output, ref geometry } => {
                    let w = &plan.weights[weight];
                    let (range, dy) = (w.offset..w.offset + w.len(), gradients[output].clone());
                    twin::conv_weight_gradient(&maps[input], &dy, &mut dw[range.clone()], geometry);
                    twin::conv_input_gradient(&dy, &self.weights[range], &mut gradients[input], geometry, true);
                }
                Op::Add { a, b, output } => {
                    let dy = gradients[output].clone();
                    twin::add_backward(&dy, &mut gradients[a], true);
                    twin::add_backward(&dy, &mut gradients[b], true);
                }
                Op::Concat { a, b, output } => {
                    let dy = gradients[output].clone();
                    twin::concat_backward(&dy, 0, &mut gradients[a], true);
                    twin::concat_backward(&dy, maps[a].len(), &mut gradients[b], true);
                }
                Op::AvgPool { input, output, ref geometry } => {
                    let dy = gradients[output].clone();
                    twin::avg_pool_backward(&dy, &mut gradients[input], geometry, true);
                }
                Op::Affine { .. } => unreachable!("the GPU engine refuses it"),
            }
        }
        let update = |w: &explr::model::Weight| {
            let range = w.offset..w.offset + w.len();
            let (theta, buffer) = (&mut self.weights[range.clone()], &mut self.momentum[range.clone()]);
            twin::update(theta, buffer, &dw[range], &arm.on(w.role))
        };
        ArmRow { loss, correct, layers: plan.weights.iter().map(update).collect() }
    }

    pub fn logits(&self, setup: &Setup, start: usize, epsilon: f64) -> Vec<f64> {
        let plan = setup.eval_plan();
        let images: Vec<Draw> = (start..start + EVAL_CHUNK).map(|i| Draw::plain(i as u32)).collect();
        let (maps, _) = self.forward(&plan, &setup.test_images, &images, epsilon);
        let head: Vec<f64> = setup.head.iter().map(|&h| f64::from(h)).collect();
        let Some(&Op::PoolHead { input }) = plan.ops.last() else { unreachable!("a plan ends in its head") };
        twin::logits(&maps[input], plan.features(), EVAL_CHUNK, &head, plan.classes)
    }

    fn forward(&self, plan: &Plan, images: &[f32], batch: &[Draw], epsilon: f64) -> (Vec<Vec<f64>>, Vec<Stats>) {
        let mut maps: Vec<Vec<f64>> = (0..plan.tensors.len()).map(|t| vec![0.0; plan.tensor_len(t)]).collect();
        let mut stats: Vec<Stats> = vec![Default::default(); plan.ops.len()];
        let images: Vec<f64> = images.iter().map(|&x| f64::from(x)).collect();
        twin::gather(&images, plan.tensors[INPUT], batch, &mut maps[INPUT]);
        for (index, op) in plan.ops.iter().enumerate() {
            match *op {
                Op::Conv { input, weight, output, ref geometry } => {
                    let w = &plan.weights[weight];
                    let mut y = std::mem::take(&mut maps[output]);
                    let weights = &self.weights[w.offset..w.offset + w.len()];
                    twin::conv_forward(&maps[input], weights, &mut y, geometry);
                    maps[output] = y;
                }
                Op::NormAct { input, output, ref geometry, activation } => {
                    let mut y = std::mem::take(&mut maps[output]);
                    let (mut mean, mut rstd) = (vec![0.0; geometry.sets], vec![0.0; geometry.sets]);
                    twin::norm_forward(&maps[input], geometry, activation, epsilon, &mut y, &mut mean, &mut rstd);
                    (maps[output], stats[index]) = (y, (mean, rstd));
                }
                Op::Add { a, b, output } => {
                    let mut y = std::mem::take(&mut maps[output]);
                    twin::add(&maps[a], &maps[b], &mut y);
                    maps[output] = y;
                }
                Op::Concat { a, b, output } => {
                    let mut y = std::mem::take(&mut maps[output]);
                    twin::concat(&maps[a], &maps[b], &mut y);
                    maps[output] = y;
                }
                Op::AvgPool { input, output, ref geometry } => {
                    let mut y = std::mem::take(&mut maps[output]);
                    twin::avg_pool(&maps[input], &mut y, geometry);
                    maps[output] = y;
                }
                Op::Affine { .. } => unreachable!("the GPU engine refuses it"),
                Op::PoolHead { .. } => {}
            }
        }
        (maps, stats)
    }
}
