//! Links: every one that can be written reads back as it was, and no text does harm.

#![cfg(not(target_arch = "wasm32"))]

mod strategies;

use explr::experiment::view::{Layout, View};
use explr::experiment::{ArmSet, Change, EngineChoice, Experiment, Link, Precision, Setting, limits};
use explr::model::Activation;
use explr::theory::Hyper;
use proptest::prelude::*;
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg32;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn what_is_written_reads_back(
        experiment in strategies::experiment(),
        view in strategies::view(),
        preset in strategies::preset(),
        unknown in strategies::unknown(),
    ) {
        let link = Link { experiment, view, preset, unknown, notes: vec![] };
        let fragment = link.fragment();
        let back = Link::parse(&fragment);
        prop_assert_eq!(&back.experiment, &link.experiment);
        prop_assert_eq!(&back.view, &link.view);
        prop_assert_eq!(back.preset, link.preset);
        prop_assert_eq!(&back.unknown, &link.unknown);
        prop_assert_eq!(back.notes.is_empty(), link.unknown.is_empty());
        prop_assert_eq!(back.fragment(), fragment);
    }
}

fn parsed(text: &str) -> (Link, String) {
    let link = Link::parse(text);
    let notes = link.notes.join(" | ");
    (link, notes)
}

#[test]
fn the_default_is_the_shortest_link() {
    assert_eq!(Link::default().fragment(), "#v=1");
    for text in ["", "#", "#v=1", "v=1", "https://host/page/", "https://host/page/#v=1", "  #v=1\n"] {
        assert_eq!(Link::parse(text), Link::default(), "{text}");
    }
}

#[test]
fn a_link_that_says_everything() {
    let fragment = "#v=1&lr=0.05&wd=5e-4&mom=0.95&seed=11&act=relu&batch=32&eps=1e-5&head=5&arms=wd,exp,ablation\
                    &n=500&ev=120:lr=0.01;300:wd=0;503:gauge&engine=cpu&prec=f64&rescale=off&view=side,raw";
    let (link, notes) = parsed(&format!("https://example.org/lab/{fragment}"));
    assert_eq!(notes, "");
    assert_eq!(link.fragment(), fragment);
    let e = &link.experiment;
    assert_eq!(e.hyper, Hyper { lr: 0.05, weight_decay: 5e-4, momentum: 0.95 });
    assert_eq!((e.seed, e.activation, e.batch, e.epsilon), (11, Activation::Relu, 32, 1e-5));
    assert_eq!((e.head_norm, e.arms, e.steps), (5.0, ArmSet { control: false, ablation: true, broken: false }, 500));
    assert_eq!((e.engine, e.precision, e.rescaling), (EngineChoice::Cpu, Precision::F64, false));
    assert_eq!(e.changes[2], Change { step: 503, setting: Setting::RestartGauge });
    assert_eq!(link.view, View { layout: Layout::SideBySide, raw: true, ..View::default() });
}

#[test]
fn nothing_is_limited_or_dropped_in_silence() {
    let long = format!("lr=0.2&x={}", "y".repeat(200_000));
    let many: String = (1..=101).map(|step| format!("{step}:lr=0.1;")).collect();
    let many = format!("ev={many}");
    for (text, sentence) in [
        ("lr=50", "link asked lr=50, limited to 10"),
        ("lr=-1", "link asked lr=-1, limited to 0"),
        ("lr=nan", "link asked lr=nan, which is not a finite number; it stays 0.1"),
        ("wd=1e999", "link asked wd=1e999, which is not a finite number; it stays 0.002"),
        ("mom=1", "link asked mom=1, limited to 0.999"),
        ("seed=4294967296", "link asked seed=4294967296, limited to 4294967295"),
        ("batch=1", "link asked batch=1, limited to 2"),
        ("n=1.5", "link asked n=1.5, which is not a whole number; it stays 3000"),
        ("act=swish", "link asked act=swish, which is none of gelu, silu, softplus, tanh, relu; it stays gelu"),
        ("engine=gpu&prec=f64", "link asked engine=gpu with prec=f64, which only the CPU has: the CPU trains"),
        ("arms=wd,exp,twin", "link asked for the arm “twin”, which does not exist"),
        (
            "sched=step:5/7",
            "link asked sched=step:5/7, of which the factor 7 lies outside 0.000001 to 1; it stays const",
        ),
        (
            "net=conv:16s9",
            "link asked net=conv:16s9, which cannot be trained: A convolution's stride must be 1 to 2, not 9; it stays conv:16,32s2,32s2",
        ),
        ("norm=gn", "link asked norm=gn, which is none of bn, gn:8, ln, in; it stays bn"),
        ("ev=9:break=scale:3", "link asked ev=break=scale:3 at step 9, which can only begin at step 0; left out"),
        ("arms=control", "link leaves out wd or exp, which always train"),
        ("view=3d", "link asked view=3d, which this page cannot show; left out"),
        ("v=2", "link has version 2, this page reads version 1: what it knows was taken"),
        ("lr=1&lr=2", "link has lr more than once, the last counts"),
        ("lr=%ff", "link has lr=%ff, which is not UTF-8 text; left out"),
        ("tab=2", "link has what this page does not know, kept as it is: tab"),
        ("p=fig9", "link asked p=fig9, which is no preset of this page; left out"),
        (
            "break=dance",
            "link asked break=dance, which is none of growth:…, eps, naive, naive:start, naive:drops, texp--, decay, head, norescale, scale:…; left out",
        ),
        ("ev=9:lr=11", "link asked lr=11 at step 9, limited to 10"),
        ("ev=9:lr=x", "link asked lr=x at step 9, which is not a finite number"),
        ("ev=9:foo=1", "link asked ev=9:foo=1, which is not of the form step:lr=0.1; left out"),
        ("ev=lr=1", "link asked ev=lr=1, which is not of the form step:lr=0.1; left out"),
        ("ev=-1:lr=1", "link asked ev=-1:lr=1, a step beyond every run; left out"),
        ("ev=9:lr=1;9:lr=2", "link sets the same thing twice at one step, the last counts"),
        ("ev=0:gauge", "link restarts the gauge at step 0, where it is fresh: left out"),
        (&many, "link has 101 changes, limited to the first 100"),
        (&long, "link is 200009 bytes long, only the first 6 were read"),
    ] {
        let (link, notes) = parsed(text);
        assert_eq!(notes, sentence);
        assert!(!Link::parse(&link.fragment()).notes.join("").contains("limited"));
    }
}

#[test]
fn details_of_reading() {
    let at = |text: &str| Link::parse(text);
    assert_eq!(at("lr=2&lr=1").experiment.hyper.lr, 1.0);
    assert_eq!(at("ev=0:lr=1&lr=2").experiment.hyper.lr, 1.0, "step 0 is the start, wherever it stands");
    assert!(at("ev=0:lr=1").experiment.changes.is_empty());
    assert_eq!(at("ev=30%3Awd%3D0%3B20:lr%3d1").fragment(), "#v=1&ev=20:lr=1;30:wd=0");
    assert_eq!(at("lr=-0").fragment(), "#v=1&lr=0");
    assert_eq!(at("tab=2&lr=.5&%26=%23").fragment(), "#v=1&lr=0.5&tab=2&%26=%23");
    assert_eq!(at("lr=0.1000").fragment(), "#v=1");
    assert_eq!(at("n=00020").experiment.steps, 20);
}

#[test]
fn a_link_starts_from_its_preset() {
    let at = |text: &str| Link::parse(text);
    let convert = at("#v=1&p=convert");
    assert_eq!(convert.experiment, at("ev=300:convert=on;600:convert=off&n=900").experiment);
    assert_eq!(convert.fragment(), "#v=1&p=convert");
    // What the preset says is unsaid by an empty value, or by one of its own.
    let empty = at("ev=&p=convert");
    assert!(empty.experiment.changes.is_empty() && empty.fragment() == "#v=1&p=convert&ev=");
    assert_eq!(at("ev=7:lr=1&p=convert").experiment.changes.len(), 1);
    let whole = at("p=growth&break=none&arms=wd,exp,control,ablation&n=3000");
    assert_eq!((whole.experiment.clone(), whole.notes.len()), (Experiment::default(), 0));
    assert_eq!(whole.fragment(), "#v=1&p=growth&break=none&arms=wd,exp,control,ablation&n=3000");
    assert_eq!(at("lr=0.2&p=fig2").experiment.hyper, Hyper { lr: 0.2, weight_decay: 5e-4, momentum: 0.9 });
    assert_eq!(at("p=fig2&lr=nan").notes, ["link asked lr=nan, which is not a finite number; it stays 0.1"]);
}

const GOOD: [&str; 22] = [
    "p=convert",
    "break=none",
    "v=1",
    "lr=0.3",
    "wd=5e-4",
    "mom=0",
    "seed=4294967295",
    "act=tanh",
    "batch=256",
    "eps=0.1",
    "head=100",
    "arms=wd,exp",
    "n=10000000",
    "ev=1:lr=0;2:wd=1;2:mom=.5;3:gauge",
    "engine=cpu",
    "prec=f64",
    "rescale=off",
    "view=side",
    "",
    "lr=1e-300",
    "rescale=on",
    "ev=",
];
const BAD: [&str; 21] = [
    "p=nothing",
    "v=x",
    "lr=1e9",
    "wd=-1",
    "mom=NaN",
    "seed=-1",
    "act=",
    "batch=999999999999999999999999",
    "eps=inf",
    "head=0",
    "arms=",
    "n=0",
    "ev=1:lr",
    "engine=tpu",
    "prec=f16",
    "rescale=maybe",
    "view=upside,side",
    "%c3=1",
    "tab=2",
    "=",
    "ev=99999999:lr=1",
];

fn below(rng: &mut Pcg32, n: usize) -> usize {
    ((u64::from(rng.next_u32()) * n as u64) >> 32) as usize
}

/// Damages a text by a few random edits.
fn mutated(rng: &mut Pcg32, text: &str) -> String {
    const PIECES: [&str; 18] = [
        "#",
        "&",
        "=",
        ";",
        ":",
        ",",
        "%",
        "%2",
        "%00",
        "e",
        "-",
        "9999999999",
        "γ",
        "\u{0}",
        "https://",
        "nan",
        "ev=",
        "\u{1F600}",
    ];
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=below(rng, 6) {
        let at = below(rng, chars.len() + 1);
        match below(rng, 5) {
            0 if at < chars.len() => drop(chars.remove(at)),
            1 if at < chars.len() => chars[at] = char::from(below(rng, 128) as u8),
            2 => chars.truncate(at),
            3 => {
                let again: Vec<char> = chars[at..].to_vec();
                chars.extend(again);
            }
            _ => drop(chars.splice(at..at, PIECES[below(rng, PIECES.len())].chars())),
        }
    }
    chars.into_iter().collect()
}

#[test]
fn a_hundred_thousand_links_do_no_harm() {
    let mut rng = Pcg32::seed_from_u64(20_191_016);
    let (mut noted, mut silent) = (0, 0);
    for round in 0..100_000 {
        let mut parts = Vec::new();
        let mut bad = false;
        for _ in 0..below(&mut rng, 8) {
            let list = if below(&mut rng, 4) == 0 { &BAD[..] } else { &GOOD[..] };
            let part = list[below(&mut rng, list.len())];
            let key = |part: &str| part.split('=').next().unwrap_or("").to_owned();
            if parts.iter().all(|&p| key(p) != key(part)) {
                bad |= BAD.contains(&part);
                parts.push(part);
            }
        }
        let text = parts.join("&");
        let is_mutated = round % 2 == 1;
        let text = if is_mutated { mutated(&mut rng, &text) } else { text };
        let link = Link::parse(&text);
        if !is_mutated {
            assert_eq!(!link.notes.is_empty(), bad, "{text}: {:?}", link.notes);
        }
        if link.notes.is_empty() {
            silent += 1
        } else {
            noted += 1
        }
        let fragment = link.fragment();
        let again = Link::parse(&fragment);
        assert_eq!(again.experiment, link.experiment, "{text}");
        assert_eq!(again.view, link.view, "{text}");
        assert_eq!(again.unknown, link.unknown, "{text}");
        assert_eq!(again.fragment(), fragment, "{text}");
        assert!(fragment.len() <= limits::MAX_LINK_BYTES);
        within_limits(&link.experiment);
    }
    assert!(noted > 20_000 && silent > 20_000, "{noted} with a sentence, {silent} without");
}

fn within_limits(e: &Experiment) {
    let hyper = |h: Hyper| {
        assert!(limits::LR.contains(&h.lr) && limits::WEIGHT_DECAY.contains(&h.weight_decay));
        assert!(limits::MOMENTUM.contains(&h.momentum));
    };
    hyper(e.hyper);
    assert!(limits::EPSILON.contains(&e.epsilon) && limits::HEAD_NORM.contains(&e.head_norm));
    assert!(limits::BATCH.contains(&e.batch) && limits::STEPS.contains(&e.steps));
    assert!(e.changes.len() <= limits::MAX_CHANGES && e.changes.is_sorted_by_key(|c| c.step));
    assert!(e.changes.iter().all(|c| c.step >= 1));
    hyper(e.hyper_at(u64::MAX));
    assert!(e.engine != EngineChoice::Gpu || e.precision != Precision::F64);
}

#[test]
fn very_long_links_end_soon() {
    let mut rng = Pcg32::seed_from_u64(1);
    for piece in ["&", "=", "%", "a&", "ab=%FF&", "1:lr=9;", "ev=1:lr=1;", "&lr=50", "γ", "1:gauge;", "k%00=&"] {
        let text: String = std::iter::repeat_n(piece, 300_000 / piece.len()).collect();
        for text in [text.clone(), format!("ev={text}"), format!("arms={text}"), mutated(&mut rng, &text)] {
            let link = Link::parse(&text);
            assert!(!link.notes.is_empty(), "{piece}");
            let again = Link::parse(&link.fragment());
            assert_eq!(again.experiment, link.experiment);
            assert_eq!(again.unknown, link.unknown);
        }
    }
    // As long as is read at all, all of it different unknown keys.
    let text: String = (0..30_000).map(|i| format!("k{i}&")).collect();
    let notes = Link::parse(&text[..limits::MAX_LINK_BYTES]).notes;
    assert!(notes.iter().any(|note| note.ends_with("keys were dropped")), "{notes:?}");
}
