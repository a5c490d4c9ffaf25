//! Numbers of a link: typed, finite, within their range, and what to say where they are not.

use std::fmt::Display;
use std::ops::RangeInclusive;

/// The shortest decimal that reads back as exactly `x`: plain or with an exponent, plain where they are equally long.
pub fn shortest(x: f64) -> String {
    let (plain, scientific) = (format!("{x}"), format!("{x:e}"));
    if scientific.len() < plain.len() { scientific } else { plain }
}

/// `text` as a link quotes it in a sentence: cut where it is too long to read.
pub fn quoted(text: &str) -> String {
    const LONGEST: usize = 40;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}

/// Sets `slot` to the finite number `text`, limited to `range`; says so in `notes` if it is anything else. `key` names
/// it, `place` says where in the link if that is not clear ("" or " at step 120").
pub fn real(
    slot: &mut f64,
    (key, place): (&str, &str),
    text: &str,
    range: &RangeInclusive<f64>,
    notes: &mut Vec<String>,
) -> bool {
    match text.parse::<f64>() {
        // A number too large for f64 reads as infinity.
        Ok(x) if x.is_finite() => {
            // −0 equals 0 and would be written differently.
            let limited = x.clamp(*range.start(), *range.end()) + 0.0;
            if limited != x {
                notes.push(limited_note(key, place, text, shortest(limited)));
            }
            *slot = limited;
            true
        }
        _ => {
            notes.push(format!("link asked {key}={}{place}, which is not a finite number", quoted(text)));
            false
        }
    }
}

/// The whole number `text`, limited to `range`; `usual` if it is none. Says so in `notes` unless it is taken as it is.
pub fn whole(usual: u64, key: &str, text: &str, range: RangeInclusive<u64>, notes: &mut Vec<String>) -> u64 {
    let Some(asked) = digits(text) else {
        notes.push(format!("link asked {key}={}, which is not a whole number; it stays {usual}", quoted(text)));
        return usual;
    };
    let limited = asked.clamp(i128::from(*range.start()), i128::from(*range.end()));
    if limited != asked {
        notes.push(limited_note(key, "", text, limited));
    }
    limited as u64
}

fn limited_note(key: &str, place: &str, asked: &str, limited: impl Display) -> String {
    format!("link asked {key}={}{place}, limited to {limited}", quoted(asked))
}

/// Decimal digits with an optional sign; however many, saturating.
pub fn digits(text: &str) -> Option<i128> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest.is_empty() || !rest.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value = rest.bytes().fold(0i128, |n, b| n.saturating_mul(10).saturating_add(i128::from(b - b'0')));
    Some(sign * value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_form_is_written() {
        for (x, want) in [
            (0.1, "0.1"),
            (5e-4, "5e-4"),
            (0.05, "0.05"),
            (2e-3, "2e-3"),
            (10.0, "10"),
            (0.0, "0"),
            (1.0 / 3.0, "0.3333333333333333"),
        ] {
            assert_eq!(shortest(x), want);
            assert_eq!(shortest(x).parse::<f64>().unwrap(), x);
        }
    }

    #[test]
    fn digits_saturate() {
        assert_eq!(digits("-12"), Some(-12));
        assert_eq!(digits("+7"), Some(7));
        assert_eq!(digits(&"9".repeat(100)), Some(i128::MAX));
        assert_eq!(digits(&format!("-{}", "9".repeat(100))), Some(-i128::MAX));
        for bad in ["", "-", "1.0", "1e3", " 1", "٣"] {
            assert_eq!(digits(bad), None, "{bad}");
        }
    }
}
