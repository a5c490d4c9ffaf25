//! Plausible events for tests of what is drawn. Never part of the product.

use crate::experiment::{Arm, Change, Experiment, Setting, Twist};
use crate::session::Session;
use crate::theory::Ghost;
use crate::trainer::{
    ArmPoint, ArmStop, ArmWeights, DataInfo, EngineReport, Evaluation, Event, GroupInfo, GroupPoint, LayerInfo,
    NetworkInfo, Row, RunState, StopReason, Watched, WeightsSeen,
};

/// What a fake session is in the middle of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Preparing,
    Playing,
    Paused,
    Finished,
    Parted,
    TwinEnded,
    Diverged,
    Failed,
}

impl State {
    pub const ALL: [Self; 8] = [
        Self::Preparing,
        Self::Playing,
        Self::Paused,
        Self::Finished,
        Self::Parted,
        Self::TwinEnded,
        Self::Diverged,
        Self::Failed,
    ];
}

/// A repeatable number in −0.5..0.5.
fn noise(seed: u64) -> f64 {
    let mut x = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03;
    x ^= x >> 29;
    x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x ^= x >> 32;
    (x % 1_000_003) as f64 / 1_000_003.0 - 0.5
}

/// The events of a run of `steps` steps.
pub fn events(state: State, steps: u64) -> Vec<Event> {
    if state == State::Preparing {
        return vec![Event::Preparing("Measuring the engines".into(), Some(0.4))];
    }
    let mut experiment = Experiment::default();
    if steps > 900 {
        experiment.changes.push(Change { step: 900, setting: Setting::WeightDecay(4e-3) });
    }
    if state == State::Parted {
        // With the arm that is bit for bit the same beside it.
        experiment.arms.broken = true;
        experiment.twist = Some(Twist::Scaled(20));
    }
    let mut out = vec![Event::Started {
        experiment: Box::new(experiment.clone()),
        engine: EngineReport { kind: "CPU".into(), reason: "a test".into(), ..EngineReport::default() },
        network: Box::new(network()),
        data: Box::new(data()),
        steps_per_epoch: 63,
        replay_to: 0,
    }];
    let mut ghost = Ghost::new(true);
    let mut rows = Vec::new();
    let mut evaluations = Vec::new();
    let mut seen = Vec::new();
    for step in 0..steps {
        let hyper = experiment.hyper_at(step);
        let before = ghost;
        let twin = ghost.advance(hyper).expect("the fake stays inside");
        let t = step as f64;
        let loss = 0.45 + 1.9 / (1.0 + t / 40.0).powf(0.8);
        let group = |log10_weight_norm, log10_u| GroupPoint {
            log10_weight_norm,
            log10_gradient_norm: log10_u - 1.0,
            cosine: 1e-9,
            angle: (step > 0).then_some(0.0145),
        };
        let point = |arm: Arm| {
            let wd_norm = 0.95 - 0.12 * (1.0 - (-t / 300.0).exp());
            let (log10_lr, norm) = match arm {
                Arm::Exp => (twin.log10_lr, wd_norm - before.log10_u()),
                Arm::Ablation => (hyper.lr.log10(), wd_norm + 0.1 * (1.0 - (-t / 500.0).exp())),
                _ => (hyper.lr.log10(), wd_norm),
            };
            let loss = if arm == Arm::Ablation { loss * 0.93 } else { loss };
            let log10_u = if arm == Arm::Exp { before.log10_u() } else { 0.0 };
            ArmPoint {
                arm,
                loss: loss * (1.0 + 0.5 * noise(step)),
                batch_accuracy: 1.0 - loss / 3.0,
                log10_lr,
                log10_u,
                all: group(norm + 0.2, log10_u),
                groups: (0..3).map(|i| group(norm + 0.1 * f64::from(i), log10_u)).collect(),
            }
        };
        let live = |arm: &Arm| !(state == State::Diverged && *arm == Arm::Wd && step + 1 == steps);
        rows.push(Row {
            step,
            hyper,
            log10_u: Some(before.log10_u()),
            rho: Some(twin.rho),
            arms: Arm::ALL.into_iter().filter(live).map(point).collect(),
        });
        if step % 10 == 0 {
            let grown = if state == State::Parted { (t / 70.0 - 17.0).min(-0.5) } else { (t / 900.0 - 13.0).min(-2.0) };
            let wobble = 1.0 + noise(step + 1);
            let distance = |arm: Arm| match arm {
                _ if step == 0 => {
                    if arm == Arm::Control {
                        1e-7
                    } else {
                        0.0
                    }
                }
                Arm::Broken => 0.0,
                Arm::Ablation => 0.3 * (1.0 - (-t / 90.0).exp()) * (1.0 + 0.1 * noise(step)),
                Arm::Control => grown.exp() * wobble * 0.7,
                _ => grown.exp() * wobble,
            };
            let others = [Arm::Exp, Arm::Control, Arm::Ablation, Arm::Broken].map(|arm| (arm, distance(arm)));
            let accuracy = 0.85 - 0.6 * (-t / 120.0).exp() + 0.01 * noise(step);
            let tested = if step % 100 == 0 { Arm::ALL.map(|arm| (arm, accuracy)).to_vec() } else { Vec::new() };
            // Eight images, ten classes: image i is taken for class i, the last by the twin for another.
            let logits = |arm: Arm| -> Vec<f32> {
                let said = |i: usize| if i == 7 && arm == Arm::Exp { 8 } else { i };
                (0..80).map(|k| if k % 10 == said(k / 10) { 3.0 } else { 0.0 }).collect()
            };
            let samples = Arm::ALL.map(|arm| (arm, logits(arm))).to_vec();
            evaluations.push(Evaluation { step, distance: others.to_vec(), test_accuracy: tested, samples });
            seen.push(weights(step, before.log10_u()));
        }
    }
    out.push(Event::Rows(rows));
    out.push(Event::Evaluations(evaluations));
    out.extend(seen.into_iter().map(|seen| Event::Weights(Box::new(seen))));
    out.push(Event::Present { step: steps, ghost, hyper: experiment.hyper_at(steps), factor: 1.0 });
    match state {
        State::TwinEnded => {
            out.push(Event::ArmStopped(ArmStop { arm: Arm::Exp, step: steps, reason: StopReason::GaugeEnded }));
        }
        State::Diverged => {
            out.push(Event::ArmStopped(ArmStop {
                arm: Arm::Wd,
                step: steps.saturating_sub(1),
                reason: StopReason::Diverged,
            }));
        }
        State::Failed => out.push(Event::Failed("the GPU device was lost three times".into())),
        _ => {}
    }
    out.push(Event::State(match state {
        State::Playing | State::Parted => RunState::Playing,
        State::Finished => RunState::Finished,
        State::TwinEnded => RunState::TwinEnded,
        _ => RunState::Paused,
    }));
    out
}

/// A filter that turns slowly; the twin's is 1/u times as long.
fn weights(step: u64, log10_u: f64) -> WeightsSeen {
    let (sin, cos) = (step as f64 / 700.0).sin_cos();
    let direction = |i: u64| [cos, sin, 0.1 * noise(step + i)][i as usize % 3] * (1.0 + 0.1 * (i / 3) as f64);
    let arms = Arm::ALL.map(|arm| ArmWeights {
        arm,
        log10_scale: if arm == Arm::Exp { -log10_u } else { 0.0 },
        first: (0..16 * 9).map(|i| noise(i) as f32).collect(),
        watched: (0..9).map(direction).collect(),
    });
    WeightsSeen { step, of: Watched::default(), arms: arms.to_vec() }
}

fn network() -> NetworkInfo {
    let layer = |(i, out, input)| LayerInfo { name: format!("conv{i}"), out, input, kernel: 3 };
    let group = |i| GroupInfo { name: format!("conv{i}"), unit: "each filter alone".into() };
    NetworkInfo {
        name: "ConvNet 16-32-32".into(),
        weights: 13_968,
        layers: [(1, 16, 1), (2, 32, 16), (3, 32, 32)].map(layer).to_vec(),
        groups: [1, 2, 3].map(group).to_vec(),
    }
}

fn data() -> DataInfo {
    DataInfo {
        name: "Fashion-MNIST 14×14".into(),
        shape: (1, 14, 14),
        classes: (0..10).map(|class| class.to_string()).collect(),
        counts: (4_000, 1_000),
        samples: (0..8 * 14 * 14).map(|i| (i % 256) as u8).collect(),
        sample_labels: (0..8).collect(),
    }
}

/// A session that heard those events.
pub fn session(state: State, steps: u64) -> Session {
    let mut session = Session::new(Experiment::default());
    events(state, steps).into_iter().for_each(|event| session.apply(event));
    session
}
