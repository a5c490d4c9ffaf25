//! A schedule as a value of a link: `cos:3000/0.01~100`.
//!
//! `const` · `step:80e,120e/0.1` (milestones / factor) · `cos:3000/0` and `cosr:500/0.1` (period / floor; with restarts) ·
//! `tri:500/0.1` (period / floor) · `curve:0_1,500_0.2` (step _ factor); `~100` at the end is a warm-up. A length is in
//! steps, or with an `e` in epochs.

use super::number::shortest;
use crate::experiment::limits;
use crate::theory::{Schedule, Shape, Span};
use std::ops::RangeInclusive;

/// The value.
pub fn write(schedule: &Schedule) -> String {
    let floored = |name, period: &Span, floor: &f64| format!("{name}:{}/{}", span(*period), shortest(*floor));
    let mut text = match &schedule.shape {
        Shape::Constant => "const".to_owned(),
        Shape::Step { milestones, factor } => {
            let list: Vec<String> = milestones.iter().map(|&m| span(m)).collect();
            format!("step:{}/{}", list.join(","), shortest(*factor))
        }
        Shape::Cosine { period, floor, restarts: false } => floored("cos", period, floor),
        Shape::Cosine { period, floor, restarts: true } => floored("cosr", period, floor),
        Shape::Triangular { period, floor } => floored("tri", period, floor),
        Shape::Curve { points } => {
            let list: Vec<String> = points.iter().map(|(t, y)| format!("{t}_{}", shortest(*y))).collect();
            format!("curve:{}", list.join(","))
        }
    };
    if schedule.warmup != Span::Steps(0) {
        text.push_str(&format!("~{}", span(schedule.warmup)));
    }
    text
}

/// A length as a link writes it: `500` steps or `80e` epochs.
pub fn span(span: Span) -> String {
    match span {
        Span::Steps(steps) => steps.to_string(),
        Span::Epochs(epochs) => format!("{}e", shortest(epochs)),
    }
}

/// Reads what [`write()`] wrote, or a person.
///
/// # Errors
/// What is wrong with it, as the end of a sentence ("… of which the factor 7 lies outside 1e-6 to 1").
pub fn read(text: &str) -> Result<Schedule, String> {
    let (text, warmup) = match text.rsplit_once('~') {
        Some((text, warmup)) => (text, read_span(warmup)?),
        None => (text, Span::Steps(0)),
    };
    let (name, rest) = text.split_once(':').unwrap_or((text, ""));
    let (list, last) = rest.split_once('/').unwrap_or((rest, ""));
    let floored = || Ok::<_, String>((read_span(list)?, read_real("floor", last, "0", &limits::FLOOR)?));
    let shape = match name {
        "const" if rest.is_empty() => Shape::Constant,
        "step" => {
            let milestones = list.split(',').map(read_span).collect::<Result<Vec<_>, _>>()?;
            if milestones.len() > limits::MAX_POINTS {
                return Err(format!("which has more than {} milestones", limits::MAX_POINTS));
            }
            Shape::Step { milestones, factor: read_real("factor", last, "0.1", &limits::STEP_FACTOR)? }
        }
        "cos" | "cosr" => {
            let (period, floor) = floored()?;
            Shape::Cosine { period, floor, restarts: name == "cosr" }
        }
        "tri" => {
            let (period, floor) = floored()?;
            Shape::Triangular { period, floor }
        }
        "curve" => Shape::Curve { points: read_points(rest)? },
        _ => return Err("which is none of const, step:…, cos:…, cosr:…, tri:…, curve:…".into()),
    };
    Ok(Schedule { warmup, shape })
}

/// Reads what [`span`] wrote.
///
/// # Errors
/// What is wrong with it, as the end of a sentence.
pub fn read_span(text: &str) -> Result<Span, String> {
    let wrong = || format!("of which “{}” is no number of steps, nor of epochs like 80e", super::number::quoted(text));
    let span = match text.strip_suffix('e') {
        Some(epochs) => Span::Epochs(epochs.parse().map_err(|_| wrong())?),
        None => Span::Steps(text.parse().map_err(|_| wrong())?),
    };
    let fits = match span {
        Span::Steps(steps) => steps <= *limits::STEPS.end(),
        Span::Epochs(epochs) => (0.0..=limits::MAX_EPOCHS).contains(&epochs),
    };
    if fits { Ok(span) } else { Err(format!("of which {} is longer than every run", super::number::quoted(text))) }
}

/// Reads a number within its range; `usual` where nothing is given.
///
/// # Errors
/// What is wrong with it, as the end of a sentence.
pub fn read_real(what: &str, text: &str, usual: &str, range: &RangeInclusive<f64>) -> Result<f64, String> {
    let text = if text.is_empty() { usual } else { text };
    let quoted = super::number::quoted(text);
    let x: f64 = text.parse().map_err(|_| format!("of which the {what} “{quoted}” is no number"))?;
    if range.contains(&x) {
        // −0 equals 0 and would be written differently.
        return Ok(x + 0.0);
    }
    Err(format!("of which the {what} {quoted} lies outside {} to {}", range.start(), range.end()))
}

fn read_points(text: &str) -> Result<Vec<(u64, f64)>, String> {
    let mut points: Vec<(u64, f64)> = Vec::new();
    for part in text.split(',') {
        let (t, y) = part.split_once('_').unwrap_or((part, ""));
        let Span::Steps(t) = read_span(t)? else { return Err("whose points are to be in steps".into()) };
        if points.last().is_some_and(|(before, _)| *before >= t) {
            return Err(format!("of which the point at step {t} does not come after the one before it"));
        }
        points.push((t, read_real("height", y, "1", &limits::CURVE_FACTOR)?));
    }
    if points.len() > limits::MAX_POINTS {
        return Err(format!("which has more than {} points", limits::MAX_POINTS));
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for text in [
            "const",
            "const~100",
            "step:80e,120e/0.1",
            "step:1000/0.5~2.5e",
            "cos:3000/0",
            "cosr:500/0.1~50",
            "tri:250e/0.01",
            "curve:0_1,500_0.2,2000_3",
        ] {
            assert_eq!(write(&read(text).unwrap()), text);
        }
        assert_eq!(read("step:80e").unwrap(), read("step:80e/0.1").unwrap());
        assert_eq!(read("cos:300").unwrap(), read("cos:300/0").unwrap());
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, word) in [
            ("linear:3", "none of const"),
            ("const:1", "none of const"),
            ("step:/0.1", "“”"),
            ("step:10,x/0.1", "“x”"),
            ("step:10/7", "the factor 7"),
            ("cos:1e9", "no number of steps"),
            ("cos:NaNe", "longer"),
            ("cos:99999999999", "longer"),
            ("tri:10/nan", "floor"),
            ("curve:5_1,5_2", "after the one before"),
            ("curve:5_-1", "height"),
            ("curve:1e_1", "in steps"),
            ("cos:10~x", "“x”"),
        ] {
            let said = read(text).unwrap_err();
            assert!(said.contains(word), "{text}: {said}");
        }
        let many = (0..=limits::MAX_POINTS).map(|t| format!("{t}_1")).collect::<Vec<_>>().join(",");
        assert!(read(&format!("curve:{many}")).unwrap_err().contains("points"));
    }
}
