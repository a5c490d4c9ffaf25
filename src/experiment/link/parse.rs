//! Fragment → experiment and view, with a sentence for everything that could not be taken as written.

use super::number::{quoted, real, whole};
use super::{Link, changes, escape, keys, network, rules, schedule, view, write};
use crate::experiment::{Arm, ArmSet, DataChoice, EngineChoice, Experiment, Precision, Preset, limits};
use crate::model::Activation;
use crate::theory::Rule;

/// Bytes that unknown keys may take: with everything known they stay below [`limits::MAX_LINK_BYTES`].
const MAX_UNKNOWN_BYTES: usize = 4_096;

/// Sentences that are worth reading one by one.
const MAX_NOTES: usize = 20;

/// See [`Link::parse`].
pub fn link(text: &str) -> Link {
    let mut notes = Vec::new();
    let pairs = pairs(readable(fragment_of(text.trim()), &mut notes), &mut notes);
    let mut link = base(&pairs, &mut notes);
    let mut changes = "";
    for (key, value) in &pairs {
        if key == keys::EV {
            // What the link says takes the place of what the preset says.
            link.experiment.changes.clear();
            changes = value;
        } else if key == keys::VIEW {
            link.view = view::read(value, &mut notes);
        } else if keys::ALL.contains(&key.as_str()) {
            take(&mut link.experiment, key, value, &mut notes);
        } else {
            link.unknown.push((key.clone(), value.clone()));
        }
    }
    // After the others: what happens at step 0 replaces the start, wherever in the link that stands.
    changes::read(&mut link.experiment, changes, &mut notes);
    resolve(&mut link.experiment, &mut notes);
    keep_unknown(&mut link.unknown, &mut notes);
    if notes.len() > MAX_NOTES {
        let more = notes.len() - MAX_NOTES;
        notes.truncate(MAX_NOTES);
        notes.push(format!("… and {more} more like these"));
    }
    link.notes = notes;
    link
}

/// What everything else is said against: the preset, or the defaults.
fn base(pairs: &[(String, String)], notes: &mut Vec<String>) -> Link {
    let Some((_, key)) = pairs.iter().find(|(key, _)| key == keys::P) else { return Link::default() };
    match Preset::of_key(key) {
        Some(preset) => preset.link(),
        None => {
            notes.push(format!("link asked p={}, which is no preset of this page; left out", quoted(key)));
            Link::default()
        }
    }
}

/// What follows the first `#`; a text without one is a fragment itself unless it is a URL.
fn fragment_of(text: &str) -> &str {
    match text.split_once('#') {
        Some((_, fragment)) => fragment,
        None if is_url(text) => "",
        None => text,
    }
}

fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    })
}

/// At most the length that is read, and whole pairs only: half a number would be another number.
fn readable<'a>(fragment: &'a str, notes: &mut Vec<String>) -> &'a str {
    if fragment.len() <= limits::MAX_LINK_BYTES {
        return fragment;
    }
    let end = fragment.as_bytes()[..limits::MAX_LINK_BYTES].iter().rposition(|&b| b == b'&').unwrap_or(0);
    notes.push(format!("link is {} bytes long, only the first {end} were read", fragment.len()));
    &fragment[..end]
}

/// Keys and values, decoded, each key once.
fn pairs(fragment: &str, notes: &mut Vec<String>) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut repeated: Vec<String> = Vec::new();
    for part in fragment.split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let (Some(key), Some(value)) = (escape::decode(key), escape::decode(value)) else {
            notes.push(format!("link has {}, which is not UTF-8 text; left out", quoted(part)));
            continue;
        };
        match pairs.iter_mut().find(|(known, _)| *known == key) {
            Some((_, before)) => {
                *before = value;
                if !repeated.contains(&key) {
                    repeated.push(key);
                }
            }
            None => pairs.push((key, value)),
        }
    }
    for key in &repeated {
        notes.push(format!("link has {} more than once, the last counts", quoted(key)));
    }
    pairs
}

/// Takes one known key into the experiment.
fn take(e: &mut Experiment, key: &str, text: &str, notes: &mut Vec<String>) {
    let number = |slot: &mut f64, range, notes: &mut Vec<String>| {
        if !real(slot, (key, ""), text, &range, notes)
            && let Some(note) = notes.last_mut()
        {
            note.push_str(&format!("; it stays {slot}"));
        }
    };
    match key {
        keys::V if text != keys::VERSION => notes.push(format!(
            "link has version {}, this page reads version {}: what it knows was taken",
            quoted(text),
            keys::VERSION
        )),
        keys::LR => number(&mut e.hyper.lr, limits::LR, notes),
        keys::WD => number(&mut e.hyper.weight_decay, limits::WEIGHT_DECAY, notes),
        keys::MOM => number(&mut e.hyper.momentum, limits::MOMENTUM, notes),
        keys::SCHED => read(&mut e.schedule, key, text, schedule::read, schedule::write, notes),
        keys::TWIN => one_of(&mut e.twin, key, text, [Rule::Ghost, Rule::TEXP], rules::write_rule, notes),
        keys::BREAK if text == keys::NONE => e.twist = None,
        keys::BREAK => match rules::read_twist(text) {
            Ok(twist) => e.twist = Some(twist),
            Err(why) => notes.push(format!("link asked break={}, {why}; left out", quoted(text))),
        },
        keys::DATA => match DataChoice::of_key(text) {
            Some(data) => e.data = data,
            None => notes.push(format!(
                "link asked data={}, which is no name of a set of images; it stays {}",
                quoted(text),
                e.data.key()
            )),
        },
        keys::AUG => read(&mut e.augment, key, text, network::read_augment, |a| network::write_augment(*a), notes),
        keys::NET => read(&mut e.architecture, key, text, network::read, network::write, notes),
        keys::NORM => read(&mut e.norm, key, text, network::read_norm, |n| network::write_norm(*n), notes),
        keys::EPS => number(&mut e.epsilon, limits::EPSILON, notes),
        keys::HEAD => number(&mut e.head_norm, limits::HEAD_NORM, notes),
        keys::SEED => e.seed = whole(e.seed.into(), key, text, 0..=u32::MAX.into(), notes) as u32,
        keys::BATCH => {
            let range = *limits::BATCH.start() as u64..=*limits::BATCH.end() as u64;
            e.batch = whole(e.batch as u64, key, text, range, notes) as usize;
        }
        keys::N => e.steps = whole(e.steps, key, text, limits::STEPS, notes),
        keys::ACT => one_of(&mut e.activation, key, text, Activation::ALL, Activation::key, notes),
        keys::ENGINE => {
            let all = [EngineChoice::Auto, EngineChoice::Cpu, EngineChoice::Gpu];
            one_of(&mut e.engine, key, text, all, write::engine, notes);
        }
        keys::PREC => one_of(&mut e.precision, key, text, [Precision::F32, Precision::F64], Precision::key, notes),
        keys::RESCALE => one_of(&mut e.rescaling, key, text, [true, false], write::on_off, notes),
        keys::ARMS => e.arms = arms(text, notes),
        _ => {}
    }
}

/// Sets `slot` to what `from` makes of `text`, or says why not; `to` writes what it stays.
fn read<T>(
    slot: &mut T,
    key: &str,
    text: &str,
    from: fn(&str) -> Result<T, String>,
    to: fn(&T) -> String,
    notes: &mut Vec<String>,
) {
    match from(text) {
        Ok(value) => *slot = value,
        Err(why) => notes.push(format!("link asked {key}={}, {why}; it stays {}", quoted(text), to(slot))),
    }
}

/// Sets `slot` to the one of `all` that `text` names.
fn one_of<T: Copy, const N: usize>(
    slot: &mut T,
    key: &str,
    text: &str,
    all: [T; N],
    name: fn(T) -> &'static str,
    notes: &mut Vec<String>,
) {
    match all.into_iter().find(|&one| name(one) == text) {
        Some(one) => *slot = one,
        None => notes.push(format!(
            "link asked {key}={}, which is none of {}; it stays {}",
            quoted(text),
            all.map(name).join(", "),
            name(*slot)
        )),
    }
}

/// The named arms; the two that are always on are on whatever the link says.
fn arms(text: &str, notes: &mut Vec<String>) -> ArmSet {
    let mut set = ArmSet { control: false, ablation: false, broken: false };
    let words: Vec<&str> = text.split(',').collect();
    for word in &words {
        match Arm::ALL.into_iter().find(|arm| arm.key() == *word) {
            Some(arm) => set = set.with(arm, true),
            None => notes.push(format!("link asked for the arm “{}”, which does not exist", quoted(word))),
        }
    }
    if Arm::ALL.iter().any(|arm| arm.always_on() && !words.contains(&arm.key())) {
        notes.push("link leaves out wd or exp, which always train".to_owned());
    }
    set
}

/// Settles what contradicts itself.
fn resolve(e: &mut Experiment, notes: &mut Vec<String>) {
    if e.engine == EngineChoice::Gpu && e.precision == Precision::F64 {
        notes.push("link asked engine=gpu with prec=f64, which only the CPU has: the CPU trains".to_owned());
        e.engine = EngineChoice::Cpu;
    }
}

/// Says which keys are unknown, and drops those that would make the link too long to be read back.
fn keep_unknown(unknown: &mut Vec<(String, String)>, notes: &mut Vec<String>) {
    let mut bytes = 0;
    let all = unknown.len();
    unknown.retain(|(key, value)| {
        bytes += write::written_len(key, value);
        bytes <= MAX_UNKNOWN_BYTES
    });
    if unknown.len() < all {
        notes
            .push(format!("link has too much that this page does not know, {} keys were dropped", all - unknown.len()));
    }
    if !unknown.is_empty() {
        let names: Vec<&str> = unknown.iter().map(|(key, _)| key.as_str()).collect();
        notes.push(format!("link has what this page does not know, kept as it is: {}", quoted(&names.join(", "))));
    }
}
