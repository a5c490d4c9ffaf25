//! The twin's rule and the broken twin's error as values of a link.

use super::number::{digits, quoted, shortest};
use crate::experiment::{Twist, limits};
use crate::theory::Rule;

/// `ghost` or `texp`: the exact rules.
pub fn write_rule(rule: Rule) -> &'static str {
    if rule == Rule::TEXP { "texp" } else { "ghost" }
}

/// `growth:1.05`, `eps`, `naive`, `naive:start`, `naive:drops`, `texp--`, `decay`, `head`, `norescale`, `scale:20`.
/// Behind `naive` stands which of the two corrections *is* made.
pub fn write_twist(twist: Twist) -> String {
    match twist {
        Twist::Growth(power) => format!("growth:{}", shortest(power)),
        Twist::FixedEpsilon => "eps".into(),
        Twist::Naive { initial: false, boundary: false } => "naive".into(),
        Twist::Naive { initial: true, .. } => "naive:start".into(),
        Twist::Naive { boundary: true, .. } => "naive:drops".into(),
        Twist::KeepFirst => "texp--".into(),
        Twist::KeepDecay => "decay".into(),
        Twist::TrainedHead => "head".into(),
        Twist::NoRescaling => "norescale".into(),
        Twist::Scaled(k) => format!("scale:{k}"),
    }
}

/// Reads what [`write_twist`] wrote.
///
/// # Errors
/// What is wrong with it, as the end of a sentence.
pub fn read_twist(text: &str) -> Result<Twist, String> {
    let (name, value) = text.split_once(':').unwrap_or((text, ""));
    match (name, value) {
        ("eps", "") => Ok(Twist::FixedEpsilon),
        ("naive", "") => Ok(Twist::Naive { initial: false, boundary: false }),
        ("naive", "start") => Ok(Twist::Naive { initial: true, boundary: false }),
        ("naive", "drops") => Ok(Twist::Naive { initial: false, boundary: true }),
        ("texp--", "") => Ok(Twist::KeepFirst),
        ("decay", "") => Ok(Twist::KeepDecay),
        ("head", "") => Ok(Twist::TrainedHead),
        ("norescale", "") => Ok(Twist::NoRescaling),
        ("growth", value) => match value.parse::<f64>() {
            Ok(power) if limits::GROWTH_POWER.contains(&power) => Ok(Twist::Growth(power)),
            _ => Err(format!(
                "of which the power “{}” lies outside {} to {}",
                quoted(value),
                limits::GROWTH_POWER.start(),
                limits::GROWTH_POWER.end()
            )),
        },
        ("scale", value) => {
            let range = i128::from(*limits::SCALE.start())..=i128::from(*limits::SCALE.end());
            match digits(value).filter(|k| range.contains(k)) {
                Some(k) => Ok(Twist::Scaled(k as i32)),
                None => Err(format!(
                    "of which the exponent “{}” is no whole number from {} to {}",
                    quoted(value),
                    range.start(),
                    range.end()
                )),
            }
        }
        _ => Err("which is none of growth:…, eps, naive, naive:start, naive:drops, texp--, decay, head, norescale, \
                  scale:…"
            .into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let naive = |initial, boundary| Twist::Naive { initial, boundary };
        for twist in Twist::ALL.into_iter().chain([naive(true, false), naive(false, true), Twist::Scaled(-7)]) {
            assert_eq!(read_twist(&write_twist(twist)), Ok(twist));
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for text in ["", "growth", "growth:nan", "growth:99", "scale:1000", "scale:x", "eps:1", "naive:both"] {
            assert!(read_twist(text).is_err(), "{text}");
        }
    }
}
