//! The claim itself, on the real data and the real engine: the twin computes the same function, and what should break
//! it does. Distances are those of the probe logits, relative to the weight-decay run.

#![cfg(not(target_arch = "wasm32"))]

use explr::cli::run::{train, train_on};
use explr::data::fashion_mnist;
use explr::experiment::{Arm, Change, Experiment, Link, Setting};
use explr::session::Session;
use explr::trainer::StopReason;

/// Trains the experiment of `link` on the CPU.
fn cpu(link: &str, steps: u64) -> Session {
    let experiment = Link::parse(&format!("#v=1&engine=cpu&{link}")).experiment;
    train(&experiment, steps, 50).expect("the CPU engine always starts")
}

fn distance(session: &Session, arm: Arm) -> f64 {
    session.last_distance(arm).expect("evaluated at the end").1
}

/// The bits of everything measured of `arm`.
fn bits(session: &Session, arm: Arm) -> Vec<u64> {
    let s = session.arm(arm);
    s.loss
        .iter()
        .chain(&s.all.log10_weight_norm)
        .chain(s.distance.iter().map(|(_, d)| d))
        .map(|x| x.to_bits())
        .collect()
}

#[test]
fn relu_in_f64_is_the_same_function_after_300_steps() {
    let session = cpu("act=relu&prec=f64&arms=wd,exp,ablation", 300);
    let (twin, ablation) = (distance(&session, Arm::Exp), distance(&session, Arm::Ablation));
    assert!(twin <= 1e-9, "twin {twin:e}");
    assert!(ablation >= 1e-3, "ablation {ablation:e}");
}

#[test]
fn gelu_in_f32_is_the_same_function_after_1000_steps() {
    let session = cpu("arms=wd,exp,ablation", 1_000);
    let (twin, ablation) = (distance(&session, Arm::Exp), distance(&session, Arm::Ablation));
    assert!(twin <= 1e-4, "twin {twin:e}");
    assert!(ablation >= 0.1, "ablation {ablation:e}");
    let accuracy = session.arm(Arm::Wd).test_accuracy.last().expect("evaluated").1;
    assert!(accuracy > 0.75, "it learns: {accuracy}");
}

#[test]
fn sliders_may_move_while_it_trains() {
    let session = cpu("prec=f64&batch=16&arms=wd,exp&ev=20:lr=0.03;40:wd=0.005;60:mom=0.8;80:lr=0.2;100:wd=0", 150);
    assert!(distance(&session, Arm::Exp) < 1e-11, "{:e}", distance(&session, Arm::Exp));
    assert_eq!(session.hyper[59].lr, 0.03);
    assert_eq!((session.hyper[60].momentum, session.hyper[149].weight_decay), (0.8, 0.0));
}

#[test]
fn a_scheduled_epsilon_keeps_the_twins_together() {
    let session = cpu("prec=f64&batch=16&arms=wd,exp&eps=0.1&wd=0.02", 150);
    assert!(distance(&session, Arm::Exp) < 1e-11, "{:e}", distance(&session, Arm::Exp));
}

#[test]
fn beyond_the_border_the_twin_stops_and_a_restarted_gauge_carries_it_on() {
    // λη is twice the border: the ghost weight reaches zero at step 45.
    let link = "prec=f64&batch=16&arms=wd,exp&lr=0.1&wd=0.05266807";
    let session = cpu(link, 60);
    let stop = session.stop_of(Arm::Exp).expect("the twin ends");
    assert_eq!((stop.step, stop.reason), (44, StopReason::GaugeEnded));
    assert_eq!(session.arm(Arm::Wd).loss.len(), 60, "the others go on");
    assert_eq!(session.arm(Arm::Exp).loss.len(), 44);

    let mut experiment = session.experiment.clone();
    experiment.record(Change { step: 44, setting: Setting::RestartGauge });
    let session = train(&experiment, 80, 10).expect("the CPU engine always starts");
    assert!(session.is_live(Arm::Exp));
    // The buffer took u q θ̃ while u was tiny: digits are lost there, but the function goes on as it was.
    assert!(distance(&session, Arm::Exp) < 1e-6, "{:e}", distance(&session, Arm::Exp));
}

#[test]
fn a_gauge_restarted_where_no_twin_waits_revives_nothing() {
    // The twin ends at step 23 of this link; the restart at 40 comes too late.
    let session = cpu("prec=f64&batch=16&arms=wd,exp&lr=0.2&wd=0.05&ev=40:gauge", 60);
    let end = session.stop_of(Arm::Exp).expect("the twin ends").step;
    assert!(end < 40 && session.arm(Arm::Exp).loss.len() as u64 == end, "{end}");
    assert!(session.arm(Arm::Exp).distance.iter().all(|(step, _)| *step < end));
}

#[test]
fn the_same_experiment_gives_the_same_bits_whatever_trains_beside_it() {
    let (all, two) = (cpu("batch=16", 60), cpu("batch=16&arms=wd,exp", 60));
    for arm in [Arm::Wd, Arm::Exp] {
        assert_eq!(bits(&all, arm), bits(&two, arm), "{arm:?}");
    }
    assert_ne!(bits(&all, Arm::Wd), bits(&cpu("batch=16&seed=8", 60), Arm::Wd));
}

#[test]
fn halving_is_exact_until_f32_would_overflow() {
    let (with, without) =
        (cpu("batch=8&wd=0.02&arms=wd,exp", 500), cpu("batch=8&wd=0.02&arms=wd,exp&rescale=off", 500));
    let halvings = with.ghost.expect("started").exponent;
    assert!(halvings >= 6, "{halvings}");
    assert_eq!(without.ghost.expect("started").exponent, 0);
    // Losses and distances, bit for bit; the norms are shown through different logarithms.
    assert_eq!(with.arm(Arm::Exp).loss, without.arm(Arm::Exp).loss);
    assert_eq!(with.arm(Arm::Exp).distance, without.arm(Arm::Exp).distance);
}

#[test]
fn a_diverged_arm_stops_and_says_where() {
    // Without halvings f32 overflows; with them the same run goes on.
    let link = "batch=4&lr=1&wd=0.5&mom=0&arms=wd,exp";
    let broken = cpu(&format!("{link}&rescale=off"), 200);
    let stop = broken.stop_of(Arm::Exp).expect("f32 cannot hold 4^200");
    assert_eq!(stop.reason, StopReason::Diverged);
    assert_eq!(broken.arm(Arm::Exp).loss.len() as u64, stop.step, "nothing is measured after the stop");
    assert_eq!(broken.arm(Arm::Wd).loss.len(), 200, "the others go on");
    let sound = cpu(link, 200);
    assert!(sound.is_live(Arm::Exp) && sound.arm(Arm::Exp).loss.len() == 200);
    assert!(sound.arm(Arm::Exp).log10_lr[199] > 119.0);
}

#[test]
fn theory_and_trainer_agree_on_the_learning_rate() {
    let session = cpu("batch=8&arms=wd,exp", 100);
    let mut ghost = explr::theory::Ghost::new(true);
    for (t, got) in session.arm(Arm::Exp).log10_lr.iter().enumerate() {
        let want = ghost.advance(session.experiment.hyper).expect("inside").log10_lr;
        assert_eq!(want, *got, "step {t}");
    }
    assert_eq!(session.rho.len(), 100);
}

#[test]
fn without_weight_decay_the_weights_only_grow() {
    // What Lemma 1.1 says of the twin: its gradient is orthogonal to its weights.
    let session = cpu("prec=f64&batch=16&arms=wd,exp", 60);
    let norms = &session.arm(Arm::Exp).all.log10_weight_norm;
    assert!(norms.windows(2).all(|w| w[1] >= w[0]), "without weight decay ‖θ‖ never shrinks");
}

#[test]
fn whole_experiments_can_be_run_on_given_data() {
    let experiment = Experiment { steps: 3, batch: 4, ..Experiment::default() };
    let session = train_on(&fashion_mnist(), &experiment, 3, 1).expect("an engine starts");
    assert_eq!(session.steps_done, 3);
    assert_eq!(session.arm(Arm::Exp).distance.len(), 4, "steps 0, 1, 2 and the end");
}
