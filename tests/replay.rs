//! The CPU engine in f64 against losses that PyTorch measured: the files in `fixtures/` are what
//! `explr export '<link>' --steps 100 --out DIR` and `python DIR/replay.py FILE` wrote.

#![cfg(not(target_arch = "wasm32"))]

use explr::cli::run::train;
use explr::experiment::{Arm, Link};
use explr::session::Session;

/// Most that a loss may differ by, nats.
const TOLERANCE: f64 = 1e-9;

/// A fixture: its link and, for each step, the losses of both runs.
struct Replay {
    link: Link,
    losses: Vec<[f64; 2]>,
}

fn replay(text: &str) -> Replay {
    let link = text.lines().find_map(|line| line.strip_prefix("# link ")).expect("a link");
    let link = Link::parse(link);
    assert!(link.notes.is_empty(), "{:?}", link.notes);
    let rows = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    let losses = rows.map(|row| {
        let cells: Vec<f64> = row.split(',').map(|cell| cell.parse().expect("a number")).collect();
        [cells[1], cells[2]]
    });
    Replay { losses: losses.collect(), link }
}

/// Largest difference of a loss of either run; infinite where one is missing.
fn worst_difference(session: &Session, losses: &[[f64; 2]]) -> f64 {
    let of_arm = |(i, arm): (usize, Arm)| {
        let ours = &session.arm(arm).loss;
        if ours.len() != losses.len() {
            return f64::INFINITY;
        }
        ours.iter().zip(losses).map(|(a, b)| (a - b[i]).abs()).fold(0.0, f64::max)
    };
    [Arm::Wd, Arm::Exp].into_iter().enumerate().map(of_arm).fold(0.0, f64::max)
}

fn agrees(fixture: &str) {
    let mut replay = replay(fixture);
    let steps = replay.losses.len() as u64;
    assert_eq!(steps, 100);
    let session = train(&replay.link.experiment, steps, steps).expect("the CPU engine");
    let worst = worst_difference(&session, &replay.losses);
    assert!(worst < TOLERANCE, "{worst:e}");
    // The comparison sees a change of one loss in the ninth digit.
    replay.losses[99][1] += 3.0 * TOLERANCE;
    assert!(worst_difference(&session, &replay.losses) > TOLERANCE);
}

#[test]
fn the_default_is_what_pytorch_trains() {
    agrees(include_str!("fixtures/replay_gelu.csv"));
}

#[test]
fn so_is_relu() {
    agrees(include_str!("fixtures/replay_relu.csv"));
}

#[test]
fn so_are_live_changes_a_scheduled_epsilon_and_a_restarted_gauge() {
    let fixture = include_str!("fixtures/replay_silu.csv");
    agrees(fixture);
    let experiment = replay(fixture).link.experiment;
    assert!(experiment.epsilon > 0.0 && experiment.changes.len() == 5);
}
