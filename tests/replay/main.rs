//! The CPU engine in f64 against losses that PyTorch measured: every network, norm, schedule and rule. The files
//! `../fixtures/replay_*.csv` are what `explr export` and its `replay.py` wrote; `tests/fixtures/make.sh` writes them
//! again (with `PYTHON` naming an interpreter that has torch and numpy).

#![cfg(not(target_arch = "wasm32"))]

mod fixture;

use explr::experiment::{Arm, Setting};
use fixture::Fixture;

/// Most that a loss may differ by, nats.
const TOLERANCE: f64 = 1e-9;

fn agrees(text: &str) {
    let mut fixture = Fixture::read(text);
    let steps = fixture.steps();
    assert!(steps >= 50 && steps == fixture.link.experiment.steps, "{steps} steps");
    let session = fixture.train(&fixture.link.experiment);
    let worst = fixture.worst_difference(&session);
    println!("largest difference {worst:.1e}");
    assert!(worst < TOLERANCE, "{worst:e}");
    // The comparison sees a change of one loss in the ninth digit, and a loss too few.
    let last = fixture.losses.last_mut().expect("an arm");
    last.1[20] += 3.0 * TOLERANCE;
    assert!(fixture.worst_difference(&session) > TOLERANCE);
    fixture.losses[1].1.pop();
    assert_eq!(fixture.worst_difference(&session), f64::INFINITY);
}

/// A test for each fixture, named as the file is.
macro_rules! fixtures {
    ($($name:ident)*) => {
        /// Names and texts.
        const ALL: &[(&str, &str)] =
            &[$((stringify!($name), include_str!(concat!("../fixtures/replay_", stringify!($name), ".csv")))),*];

        mod pytorch_trains_the_same {
            $(#[test]
            fn $name() {
                super::agrees(super::text(stringify!($name)));
            })*
        }
    };
}

fixtures! {
    gelu relu silu
    conv_bn conv_bn_cosine conv_gn conv_gn_cosine conv_ln conv_ln_cosine conv_in conv_in_cosine conv_eps conv_moved
    preres_bn preres_gn preres_relu dense_bn dense_ln dense_relu
    converted ends texp texp_start texp_drops texp_kept
    broken_growth broken_eps broken_decay broken_head broken_rescaling scaled
}

fn text(name: &str) -> &'static str {
    ALL.iter().find(|(known, _)| *known == name).expect("a fixture").1
}

fn fixture(name: &str) -> Fixture {
    Fixture::read(text(name))
}

/// The last loss of an arm.
fn last(fixture: &Fixture, arm: Arm) -> f64 {
    let (_, losses) = fixture.losses.iter().find(|(a, _)| *a == arm).expect("an arm");
    *losses.last().expect("a loss")
}

#[test]
fn every_fixture_is_read_and_made_by_the_script() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let files = std::fs::read_dir(&folder).expect("the fixtures").map(|file| file.expect("a file").file_name());
    let of_file =
        |file: std::ffi::OsString| Some(file.to_str()?.strip_prefix("replay_")?.strip_suffix(".csv")?.to_owned());
    let mut found: Vec<String> = files.filter_map(of_file).collect();
    found.sort();
    let mut named: Vec<&str> = ALL.iter().map(|(name, _)| *name).collect();
    named.sort_unstable();
    assert_eq!(found, named);
    let script = std::fs::read_to_string(folder.join("make.sh")).expect("the script");
    for name in named {
        assert!(script.lines().any(|line| line.split_whitespace().next() == Some(name)), "{name}");
    }
}

/// PyTorch's own numbers: what is exact there stays together, what is broken parts.
#[test]
fn in_pytorch_too_the_exact_rules_are_exact_and_the_broken_ones_are_not() {
    for (name, _) in ALL {
        let fixture = fixture(name);
        let experiment = &fixture.link.experiment;
        let wd = last(&fixture, Arm::Wd);
        let twin_ends = fixture.losses[1].1.len() < fixture.losses[0].1.len();
        assert!(twin_ends || (last(&fixture, Arm::Exp) - wd).abs() < 1e-9, "{name}: the twin");
        let broken = fixture.losses.iter().any(|(arm, _)| *arm == Arm::Broken);
        let harmless = ["converted", "scaled", "broken_rescaling"].contains(name);
        if broken && !twin_ends {
            let apart = (last(&fixture, Arm::Broken) - wd).abs();
            assert!(if harmless { apart < 1e-9 } else { apart > 1e-6 }, "{name}: {apart:e} {:?}", experiment.twist);
        }
    }
}

#[test]
fn the_fixtures_hold_what_their_names_say() {
    let experiment = |name| fixture(name).link.experiment;
    let silu = experiment("silu");
    assert!(silu.epsilon > 0.0 && silu.changes.len() == 5);
    let conversions = experiment("converted").changes;
    assert_eq!(conversions.iter().filter(|c| matches!(c.setting, Setting::Convert(_))).count(), 4);
    let ends = fixture("ends");
    assert!(ends.losses[1].1.len() < 50, "the twin ends");
    assert!(experiment("conv_moved").augment.shift > 0 && experiment("conv_moved").augment.flip);
}
