//! The exact mode: in f64 the twin is the weight-decay run, for every norm and network, with ReLU too; and each break is one.

#![cfg(not(target_arch = "wasm32"))]

use explr::cli::run::train;
use explr::experiment::{Arm, Link, limits};
use explr::session::Session;

/// Trains what `link` says; nothing in it may be misread.
fn trained(link: &str, steps: u64, eval_every: u64) -> Session {
    let link = Link::parse(link);
    assert!(link.notes.is_empty(), "{:?}", link.notes);
    assert!(limits::STEPS.contains(&steps));
    train(&link.experiment, steps, eval_every).expect("the CPU engine")
}

/// Distances of the twin and of the control to the weight-decay run after `steps` steps.
fn distances(link: &str, steps: u64) -> (f64, f64) {
    let session = trained(link, steps, steps);
    let last = |arm| match session.last_distance(arm) {
        Some((at, distance)) if at == steps => distance,
        other => panic!("{link}: {arm:?} ends with {other:?}"),
    };
    (last(Arm::Exp), last(Arm::Control))
}

const BASE: &str = "#v=1&arms=wd,exp,control&prec=f64&engine=cpu&batch=16";

/// After 300 steps: 1e-9, or no more than chaos makes of one unit in the last place, which the control measures.
fn stays(with: &str, tolerance: f64) {
    let (twin, control) = distances(&format!("{BASE}&{with}"), 300);
    assert!(control > 0.0, "{with}: a control that is no other run measures nothing");
    assert!(twin <= tolerance || twin <= 100.0 * control, "{with}: {twin:e}, control {control:e}");
    println!("{with}: {twin:.1e}, control {control:.1e}");
}

#[test]
fn convnets_with_relu() {
    ["bn", "gn:4", "ln", "in"].iter().for_each(|norm| stays(&format!("act=relu&norm={norm}"), 1e-9));
}

#[test]
fn preresnets_with_relu() {
    for norm in ["bn", "gn:4", "ln", "in"] {
        stays(&format!("act=relu&net=preres8:8,16,32&norm={norm}"), 1e-9);
    }
}

#[test]
fn a_densenet_with_relu_and_one_without() {
    stays("act=relu&net=dense:2x2k6", 1e-6);
    stays("net=dense:2x2k6&norm=ln", 1e-6);
}

#[test]
fn a_run_converted_in_mid_training_and_back_goes_on_as_if_nothing_had_happened() {
    let plain = trained(BASE, 120, 10);
    let converted = trained(&format!("{BASE}&ev=40:convert=on;80:convert=off"), 120, 10);
    let (a, b) = (plain.arm(Arm::Wd), converted.arm(Arm::Wd));
    for (t, (a, b)) in a.loss.iter().zip(&b.loss).enumerate() {
        assert!((a - b).abs() < 1e-9, "step {t}: {a} {b}");
    }
    // Meanwhile it grew, with a learning rate of its own; afterwards both are what they were.
    assert_eq!(a.all.log10_weight_norm[40], b.all.log10_weight_norm[40]);
    assert!(b.all.log10_weight_norm[80] - a.all.log10_weight_norm[80] > 0.01);
    assert!(b.log10_lr[79] > a.log10_lr[79] + 0.01);
    assert!((b.all.log10_weight_norm[81] - a.all.log10_weight_norm[81]).abs() < 1e-9);
    assert_eq!(b.log10_lr[81], a.log10_lr[81]);
}

#[test]
fn a_start_scaled_by_a_power_of_two_is_the_same_run_to_the_last_bit() {
    for k in [20, -20] {
        let session = trained(&format!("#v=1&arms=wd,exp,broken&engine=cpu&batch=16&eps=0.01&break=scale:{k}"), 60, 10);
        let (wd, scaled) = (session.arm(Arm::Wd), session.arm(Arm::Broken));
        assert_eq!(wd.loss, scaled.loss, "2^{k}");
        assert!(scaled.distance.iter().all(|(_, distance)| *distance == 0.0));
        let shift = f64::from(k) * std::f64::consts::LOG10_2;
        assert!((scaled.all.log10_weight_norm[59] - wd.all.log10_weight_norm[59] - shift).abs() < 1e-9);
    }
}

#[test]
fn lemma_1_holds_at_every_step_and_in_every_group() {
    for net in ["norm=gn:4", "net=preres8:4,8&norm=bn", "net=dense:2x2k4&norm=ln"] {
        let session = trained(&format!("{BASE}&{net}&sched=cos:60/0.1"), 60, 60);
        let (wd, exp) = (session.arm(Arm::Wd), session.arm(Arm::Exp));
        for (group, (wd_group, exp_group)) in wd.groups.iter().zip(&exp.groups).enumerate() {
            for t in 0..60 {
                assert!(wd_group.cosine[t].abs() < 1e-9 && exp_group.cosine[t].abs() < 1e-9, "{net} {group} {t}");
                let measured = exp_group.log10_gradient_norm[t] - wd_group.log10_gradient_norm[t];
                assert!((measured - exp.log10_u[t]).abs() < 1e-9, "{net}, group {group}, step {t}: ‖g̃‖/‖g‖ is not u");
            }
            // The angle of every step is the same in both.
            for (a, b) in wd_group.angle.iter().zip(&exp_group.angle).skip(1) {
                assert!((a - b).abs() < 1e-6 && *a > 0.0, "{net}: {a} {b}");
            }
        }
    }
}
