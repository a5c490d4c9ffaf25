//! Experiment and view → fragment.

use super::number::shortest;
use super::{Link, changes, escape, keys, network, rules, schedule, view};
use crate::experiment::{Arm, EngineChoice, Experiment, Preset};

/// See [`Link::fragment`].
pub fn fragment(link: &Link) -> String {
    let mut out = format!("#{}={}", keys::V, keys::VERSION);
    let base = link.preset.and_then(Preset::of_key).map(Preset::link).unwrap_or_default();
    let shown = (link.view != base.view).then(|| view::write(&link.view).unwrap_or_default());
    let preset = base.preset.map(str::to_owned);
    let known =
        [vec![(keys::P, preset)], experiment(&link.experiment, &base.experiment), vec![(keys::VIEW, shown)]].concat();
    for (key, value) in known {
        if let Some(value) = value {
            push(&mut out, key, &value);
        }
    }
    for (key, value) in &link.unknown {
        push(&mut out, key, value);
    }
    out
}

fn push(out: &mut String, key: &str, value: &str) {
    out.push('&');
    out.push_str(&escape::encode(key, true));
    out.push('=');
    out.push_str(&escape::encode(value, false));
}

/// Bytes that an unknown key takes in a fragment.
pub fn written_len(key: &str, value: &str) -> usize {
    escape::encode(key, true).len() + escape::encode(value, false).len() + 2
}

/// Every key with its value, `None` where that is as in `default`.
fn experiment(e: &Experiment, default: &Experiment) -> Vec<(&'static str, Option<String>)> {
    let real = |x: f64, usual: f64| (x != usual).then(|| shortest(x));
    let whole = |n: u64, usual: u64| (n != usual).then(|| n.to_string());
    let arms = || e.arms.iter().map(Arm::key).collect::<Vec<_>>().join(",");
    vec![
        (keys::LR, real(e.hyper.lr, default.hyper.lr)),
        (keys::WD, real(e.hyper.weight_decay, default.hyper.weight_decay)),
        (keys::MOM, real(e.hyper.momentum, default.hyper.momentum)),
        (keys::SCHED, (e.schedule != default.schedule).then(|| schedule::write(&e.schedule))),
        (keys::TWIN, (e.twin != default.twin).then(|| rules::write_rule(e.twin).to_owned())),
        (keys::BREAK, (e.twist != default.twist).then(|| e.twist.map_or(keys::NONE.into(), rules::write_twist))),
        (keys::DATA, (e.data != default.data).then(|| e.data.key().to_owned())),
        (keys::AUG, (e.augment != default.augment).then(|| network::write_augment(e.augment))),
        (keys::NET, (e.architecture != default.architecture).then(|| network::write(&e.architecture))),
        (keys::NORM, (e.norm != default.norm).then(|| network::write_norm(e.norm))),
        (keys::SEED, whole(e.seed.into(), default.seed.into())),
        (keys::ACT, (e.activation != default.activation).then(|| e.activation.key().to_owned())),
        (keys::BATCH, whole(e.batch as u64, default.batch as u64)),
        (keys::EPS, real(e.epsilon, default.epsilon)),
        (keys::HEAD, real(e.head_norm, default.head_norm)),
        (keys::ARMS, (e.arms != default.arms).then(arms)),
        (keys::N, whole(e.steps, default.steps)),
        (keys::EV, (e.changes != default.changes).then(|| changes::write(&e.changes))),
        (keys::ENGINE, (e.engine != default.engine).then(|| engine(e.engine).to_owned())),
        (keys::PREC, (e.precision != default.precision).then(|| e.precision.key().to_owned())),
        (keys::RESCALE, (e.rescaling != default.rescaling).then(|| on_off(e.rescaling).to_owned())),
    ]
}

/// The name of an engine choice in a link.
pub fn engine(choice: EngineChoice) -> &'static str {
    match choice {
        EngineChoice::Auto => "auto",
        EngineChoice::Cpu => "cpu",
        EngineChoice::Gpu => "gpu",
    }
}

/// The name of a switch in a link.
pub fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}
