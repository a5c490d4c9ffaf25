//! From an experiment and a data set to what an engine is built from.

use super::compare::SAMPLES;
use super::message::{DataInfo, GroupInfo, LayerInfo, NetworkInfo};
use crate::data::Dataset;
use crate::engine::Setup;
use crate::experiment::{Arm, Experiment, Precision, Twist};
use crate::model::{Net, Plan, Unit, Weight, init, invariance_groups};

/// Test images that are used: enough for an accuracy, few enough to be evaluated while people watch.
pub const MAX_TEST: usize = 1_500;

/// `data` with no more test images than are used.
pub fn limited(mut data: Dataset) -> Dataset {
    if data.test.len() > MAX_TEST {
        data.test.images = data.test.images[..MAX_TEST * data.shape.len()].into();
        data.test.labels = data.test.labels[..MAX_TEST].into();
    }
    data
}

/// The network an experiment trains on `data`: with its head among the weights where an arm trains that too.
///
/// # Errors
/// One sentence, if these images do not fit it.
pub fn net(experiment: &Experiment, data: &Dataset) -> Result<Net, String> {
    let net = body(experiment, data)?;
    let trains_head = experiment.arms.contains(Arm::Broken) && experiment.twist == Some(Twist::TrainedHead);
    Ok(if trains_head { net.with_trained_head() } else { net })
}

/// The network up to its frozen head.
fn body(experiment: &Experiment, data: &Dataset) -> Result<Net, String> {
    let Experiment { architecture, norm, activation, .. } = experiment;
    architecture.check(data.shape, *norm)?;
    Ok(architecture.net(data.shape, data.classes, *norm, *activation))
}

/// What is said of the network, and the layers of each invariance group.
///
/// # Errors
/// As [`net`].
pub fn network(experiment: &Experiment, data: &Dataset) -> Result<(NetworkInfo, Vec<Vec<usize>>), String> {
    let plan = Plan::try_new(&body(experiment, data)?, 2)?;
    let groups = invariance_groups(&plan)?;
    let layer = |w: &Weight| LayerInfo { name: w.name.clone(), out: w.out, input: w.input, kernel: w.kernel };
    let info = NetworkInfo {
        name: format!("{}, {}", experiment.architecture.label(), experiment.norm.label()),
        weights: plan.weight_count(),
        layers: plan.weights.iter().map(layer).collect(),
        groups: groups.iter().map(|g| GroupInfo { name: g.name.clone(), unit: unit(g.unit) }).collect(),
    };
    Ok((info, groups.into_iter().map(|g| g.weights).collect()))
}

/// How a group splits, in words.
fn unit(unit: Unit) -> String {
    match unit {
        Unit::Filter => "each filter alone".into(),
        Unit::FilterGroup(size) => format!("every {size} filters together"),
        Unit::Layer => "the whole layer only".into(),
        Unit::Joint => "these layers only together".into(),
    }
}

/// What is said of the images.
pub fn data_info(data: &Dataset) -> DataInfo {
    let samples = SAMPLES.min(data.test.len());
    let pixels = &data.test.images[..samples * data.shape.len()];
    DataInfo {
        name: data.name.clone(),
        shape: (data.shape.c, data.shape.h, data.shape.w),
        classes: data.class_names.clone(),
        counts: (data.train.len(), data.test.len()),
        samples: pixels.iter().map(|x| (x * 255.0).round() as u8).collect(),
        sample_labels: data.test.labels[..samples].to_vec(),
    }
}

/// Everything an engine needs, with one set of initial weights an arm in the order of [`Arm::ALL`].
///
/// # Errors
/// As [`net`]; or the images are too few.
pub fn setup(experiment: &Experiment, data: &Dataset) -> Result<Setup, String> {
    let net = net(experiment, data)?;
    let plan = Plan::new(&net, experiment.batch);
    let init::Start { weights, head } = init::start(&plan, experiment.seed, experiment.head_norm);
    // A head that may be trained starts the same in all arms, as a frozen one does.
    let (body, own_head) = weights.split_at(plan.body_count());
    let of_arm = |arm| {
        let mut start = match (arm, experiment.precision) {
            (Arm::Control, Precision::F32) => init::one_ulp_away_f32(body),
            (Arm::Control, Precision::F64) => init::one_ulp_away_f64(body),
            (Arm::Broken, _) => body.iter().map(|&w| f64::from(w) * start_scale(experiment)).collect(),
            _ => body.iter().map(|&w| f64::from(w)).collect(),
        };
        start.extend(own_head.iter().map(|&w| f64::from(w)));
        start
    };
    Ok(Setup {
        net,
        batch: experiment.batch,
        train_images: data.train.images.clone(),
        train_labels: data.train.labels.clone(),
        test_images: data.test.images.clone(),
        weights: experiment.arms.iter().map(of_arm).collect(),
        head,
    })
}

/// What the fifth arm's initial weights are multiplied by.
fn start_scale(experiment: &Experiment) -> f64 {
    match experiment.twist {
        Some(Twist::Scaled(k)) => 2f64.powi(k),
        _ => 1.0,
    }
}
