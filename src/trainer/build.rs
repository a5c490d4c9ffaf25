//! From an experiment and a data set to what an engine is built from.

use crate::data::Dataset;
use crate::engine::Setup;
use crate::experiment::{Arm, Experiment, Precision};
use crate::model::{Net, Norm, Plan, init};

/// The network an experiment trains on `data`.
pub fn net(experiment: &Experiment, data: &Dataset) -> Net {
    Net::lab_default(data.shape, data.classes, Norm::Batch, experiment.activation)
}

/// Everything an engine needs, with one set of initial weights an arm in the order of [`Arm::ALL`].
pub fn setup(experiment: &Experiment, data: &Dataset) -> Setup {
    let net = net(experiment, data);
    let plan = Plan::new(&net, experiment.batch);
    let init::Start { weights, head } = init::start(&plan, experiment.seed, experiment.head_norm);
    // A head that may be trained starts the same in all arms, as a frozen one does.
    let (body, own_head) = weights.split_at(plan.body_count());
    let of_arm = |arm| {
        let mut start = match (arm, experiment.precision) {
            (Arm::Control, Precision::F32) => init::one_ulp_away_f32(body),
            (Arm::Control, Precision::F64) => init::one_ulp_away_f64(body),
            _ => body.iter().map(|&w| f64::from(w)).collect(),
        };
        start.extend(own_head.iter().map(|&w| f64::from(w)));
        start
    };
    Setup {
        net,
        batch: experiment.batch,
        train_images: data.train.images.clone(),
        train_labels: data.train.labels.clone(),
        test_images: data.test.images.clone(),
        weights: experiment.arms.iter().map(of_arm).collect(),
        head,
    }
}
