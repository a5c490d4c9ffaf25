//! From an experiment and a data set to what an engine is built from.

use super::compare::SAMPLES;
use super::message::{DataInfo, GroupInfo, LayerInfo, NetworkInfo};
use crate::data::Dataset;
use crate::engine::Setup;
use crate::experiment::{Arm, Experiment, Precision, Twist};
use crate::model::{Net, Norm, Plan, init};

/// The network an experiment trains on `data`.
pub fn net(experiment: &Experiment, data: &Dataset) -> Net {
    Net::lab_default(data.shape, data.classes, Norm::Batch, experiment.activation)
}

/// What is said of the network, and the layers of each invariance group.
pub fn network(net: &Net) -> (NetworkInfo, Vec<Vec<usize>>) {
    let plan = Plan::new(net, 1);
    let layers =
        plan.weights.iter().map(|w| LayerInfo { name: w.name.clone(), out: w.out, input: w.input, kernel: w.kernel });
    let groups = (0..plan.weights.len()).map(|i| vec![i]).collect();
    let info = NetworkInfo {
        name: String::new(),
        weights: plan.weight_count(),
        layers: layers.collect(),
        groups: plan.weights.iter().map(|w| GroupInfo { name: w.name.clone(), unit: String::new() }).collect(),
    };
    (info, groups)
}

/// What is said of the images.
pub fn data_info(data: &Dataset) -> DataInfo {
    let samples = SAMPLES.min(data.test.len());
    let pixels = &data.test.images[..samples * data.shape.len()];
    DataInfo {
        name: data.name.clone(),
        shape: (data.shape.c, data.shape.h, data.shape.w),
        classes: (0..data.classes).map(|class| class.to_string()).collect(),
        counts: (data.train.len(), data.test.len()),
        samples: pixels.iter().map(|x| (x * 255.0).round() as u8).collect(),
        sample_labels: data.test.labels[..samples].to_vec(),
    }
}

/// Everything an engine needs, with one set of initial weights an arm in the order of [`Arm::ALL`].
pub fn setup(experiment: &Experiment, data: &Dataset) -> Setup {
    let net = net(experiment, data);
    let plan = Plan::new(&net, experiment.batch);
    let weights = init::weights(&plan, experiment.seed);
    let of_arm = |arm| match (arm, experiment.precision) {
        (Arm::Control, Precision::F32) => init::one_ulp_away_f32(&weights),
        (Arm::Control, Precision::F64) => init::one_ulp_away_f64(&weights),
        (Arm::Broken, _) => weights.iter().map(|&w| f64::from(w) * start_scale(experiment)).collect(),
        _ => weights.iter().map(|&w| f64::from(w)).collect(),
    };
    Setup {
        net,
        batch: experiment.batch,
        train_images: data.train.images.clone(),
        train_labels: data.train.labels.clone(),
        test_images: data.test.images.clone(),
        weights: experiment.arms.iter().map(of_arm).collect(),
        head: init::head(&plan, experiment.seed, experiment.head_norm),
    }
}

/// What the fifth arm's initial weights are multiplied by.
fn start_scale(experiment: &Experiment) -> f64 {
    match experiment.twist {
        Some(Twist::Scaled(k)) => 2f64.powi(k),
        _ => 1.0,
    }
}
