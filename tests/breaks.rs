//! Every break has a size that shows: within 300 steps of its preset the broken twin is at least 100 times as far from the
//! weight-decay run as the control. And the one that is no break is the same run to the last bit.

#![cfg(not(target_arch = "wasm32"))]

use explr::cli::run::train;
use explr::experiment::{Arm, Preset};
use explr::session::Session;

const STEPS: u64 = 300;

fn trained(key: &str) -> Session {
    let preset = Preset::of_key(key).expect("a preset");
    let experiment = preset.experiment();
    assert!(experiment.arms.contains(Arm::Broken) && experiment.arms.contains(Arm::Control), "{key}");
    train(&experiment, STEPS, 50).expect("the CPU engine")
}

/// Largest distance of `arm` to the weight-decay run.
fn farthest(session: &Session, arm: Arm) -> f64 {
    session.arm(arm).distance.iter().map(|(_, distance)| *distance).fold(0.0, f64::max)
}

fn shows(key: &str) {
    let session = trained(key);
    let (broken, control, twin) =
        (farthest(&session, Arm::Broken), farthest(&session, Arm::Control), farthest(&session, Arm::Exp));
    assert!(control > 0.0 && broken >= 100.0 * control, "{key}: {broken:e}, control {control:e}");
    assert!(twin <= 100.0 * control, "{key} leaves the twin itself alone: {twin:e}, control {control:e}");
}

#[test]
fn a_fixed_epsilon() {
    shows("epsilon");
}

#[test]
fn the_closed_form_from_an_empty_buffer() {
    shows("naive");
}

#[test]
fn a_growth_that_is_off() {
    shows("growth");
}

#[test]
fn weight_decay_left_on() {
    shows("decay");
}

#[test]
fn a_trained_head() {
    shows("head");
}

#[test]
fn texp_that_keeps_its_first_growth() {
    shows("fig5");
}

#[test]
fn without_rescaling_f32_overflows_and_the_twin_beside_it_goes_on() {
    // So large a λη is chaotic: the control has parted too, and the distance says little. The end says it.
    let session = trained("norescale");
    let stop = session.stop_of(Arm::Broken).expect("it overflows");
    assert!(stop.step < STEPS, "{stop:?}");
    assert!(session.is_live(Arm::Exp) && session.steps_done == STEPS);
}

#[test]
fn a_scaled_start_is_no_break() {
    let session = trained("scale");
    assert_eq!(farthest(&session, Arm::Broken), 0.0);
    assert!(farthest(&session, Arm::Control) > 0.0);
}
