//! The `ev=` part: what was changed while the experiment ran.

use super::number::{digits, quoted, real, shortest};
use super::{keys, rules, schedule, write::on_off};
use crate::experiment::{Change, Experiment, Setting, limits};

/// `120:lr=0.05;300:wd=0;503:gauge`.
pub fn write(changes: &[Change]) -> String {
    let one = |change: &Change| {
        let step = change.step;
        match &change.setting {
            Setting::LearningRate(x) => format!("{step}:{}={}", keys::LR, shortest(*x)),
            Setting::WeightDecay(x) => format!("{step}:{}={}", keys::WD, shortest(*x)),
            Setting::Momentum(x) => format!("{step}:{}={}", keys::MOM, shortest(*x)),
            Setting::Schedule(schedule) => format!("{step}:{}={}", keys::SCHED, schedule::write(schedule)),
            Setting::Twist(twist) => format!("{step}:{}={}", keys::BREAK, rules::write_twist(*twist)),
            Setting::Convert(on) => format!("{step}:{}={}", keys::CONVERT, on_off(*on)),
            Setting::RestartGauge => format!("{step}:{}", keys::GAUGE),
        }
    };
    changes.iter().map(one).collect::<Vec<_>>().join(";")
}

/// Reads `text` into `experiment`: sorted by step, at most [`limits::MAX_CHANGES`]; what is set at step 0 becomes the
/// start.
pub fn read(experiment: &mut Experiment, text: &str, notes: &mut Vec<String>) {
    let mut changes: Vec<Change> =
        text.split(';').filter(|part| !part.is_empty()).filter_map(|part| read_one(part, notes)).collect();
    // Stable: of two at one step the later in the link is the later to take effect.
    changes.sort_by_key(|change| change.step);
    let start = changes.partition_point(|change| change.step == 0);
    for change in changes.drain(..start) {
        if change.setting == Setting::RestartGauge {
            notes.push("link restarts the gauge at step 0, where it is fresh: left out".to_owned());
        }
        experiment.record(change);
    }
    experiment.changes.retain(|change| change.setting != Setting::RestartGauge || change.step > 0);
    let given = experiment.changes.len() + changes.len();
    changes.into_iter().for_each(|change| experiment.record(change));
    let changes = &mut experiment.changes;
    if changes.len() < given {
        notes.push("link sets the same thing twice at one step, the last counts".to_owned());
    }
    if changes.len() > limits::MAX_CHANGES {
        notes.push(format!("link has {} changes, limited to the first {}", changes.len(), limits::MAX_CHANGES));
        changes.truncate(limits::MAX_CHANGES);
    }
}

fn read_one(part: &str, notes: &mut Vec<String>) -> Option<Change> {
    let not_understood = || format!("link asked ev={}, which is not of the form step:lr=0.1; left out", quoted(part));
    let Some((step, what)) = part.split_once(':') else {
        notes.push(not_understood());
        return None;
    };
    let Some(step) = digits(step) else {
        notes.push(not_understood());
        return None;
    };
    let Some(step) = u64::try_from(step).ok().filter(|step| step <= limits::STEPS.end()) else {
        notes.push(format!("link asked ev={}, a step beyond every run; left out", quoted(part)));
        return None;
    };
    if what == keys::GAUGE {
        return Some(Change { step, setting: Setting::RestartGauge });
    }
    let place = format!(" at step {step}");
    let mut value = 0.0;
    let mut number = |key, text, range| real(&mut value, (key, &place), text, &range, &mut *notes);
    let wrong = |text: &str, why: String, notes: &mut Vec<String>| {
        notes.push(format!("link asked ev={}{place}, {why}; left out", quoted(text)));
        None
    };
    let setting = match what.split_once('=') {
        Some((keys::LR, text)) => number(keys::LR, text, limits::LR).then_some(Setting::LearningRate(value)),
        Some((keys::WD, text)) => number(keys::WD, text, limits::WEIGHT_DECAY).then_some(Setting::WeightDecay(value)),
        Some((keys::MOM, text)) => number(keys::MOM, text, limits::MOMENTUM).then_some(Setting::Momentum(value)),
        Some((keys::SCHED, text)) => match schedule::read(text) {
            Ok(schedule) => Some(Setting::Schedule(schedule)),
            Err(why) => wrong(what, why, notes),
        },
        Some((keys::BREAK, text)) => match rules::read_twist(text) {
            Ok(twist) if step == 0 || twist.may_fork() => Some(Setting::Twist(twist)),
            Ok(_) => wrong(what, "which can only begin at step 0".into(), notes),
            Err(why) => wrong(what, why, notes),
        },
        Some((keys::CONVERT, "on")) => Some(Setting::Convert(true)),
        Some((keys::CONVERT, "off")) => Some(Setting::Convert(false)),
        _ => {
            notes.push(not_understood());
            None
        }
    };
    setting.map(|setting| Change { step, setting })
}
