//! Axes: ranges that fit, ticks at round numbers, labels. Pure functions.

use crate::ui::text;

/// How the values of a plot are written on its axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// As they are.
    Linear,
    /// Values are decimal logarithms; labels are powers of ten.
    Log10,
    /// Fractions shown in per cent.
    Percent,
    /// Fractions around 0, shown in per cent with a sign; the axis never shows less than ± this floor.
    Deviation(f64),
}

/// The round number (1, 2 or 5 times a power of ten) that is at least `x` > 0.
pub fn round_up(x: f64) -> f64 {
    let power = 10f64.powf(x.log10().floor());
    let mantissa = x / power;
    let round = [1.0, 2.0, 5.0].into_iter().find(|&m| mantissa <= m * (1.0 + 1e-9)).unwrap_or(10.0);
    round * power
}

/// `x` > 0 rounded to so many significant digits.
pub fn significant(x: f64, digits: i32) -> f64 {
    let grain = 10f64.powi(x.log10().floor() as i32 + 1 - digits);
    (x / grain).round() * grain
}

/// The last step shown while `steps` are done: some room ahead, moving rarely.
pub fn x_end(steps: u64) -> f64 {
    let steps = (steps as f64).max(20.0);
    let grain = round_up(steps / 12.0);
    (steps / grain).ceil() * grain
}

/// Ticks at multiples of a round number, about `most` of them.
fn linear_ticks([low, high]: [f64; 2], most: usize) -> Vec<f64> {
    let span = high - low;
    if !span.is_finite() || span <= 0.0 {
        return Vec::new();
    }
    multiples([low, high], round_up(span / most.max(1) as f64))
}

fn multiples([low, high]: [f64; 2], step: f64) -> Vec<f64> {
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(|i| i as f64 * step).collect()
}

impl Scale {
    /// Where ticks go in `range`, at most about `most`.
    pub fn ticks(self, range: [f64; 2], most: usize) -> Vec<f64> {
        match self {
            Self::Linear | Self::Percent | Self::Deviation(_) => linear_ticks(range, most),
            Self::Log10 if range[1] - range[0] < 1.6 => {
                let (first, last) = (range[0].floor() as i64, range[1].ceil() as i64);
                let mantissas: &[f64] =
                    if range[1] - range[0] < 0.8 { &[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0] } else { &[1.0, 2.0, 5.0] };
                (first..=last)
                    .flat_map(|decade| mantissas.iter().map(move |m| decade as f64 + m.log10()))
                    .filter(|t| (range[0] - 1e-9..=range[1] + 1e-9).contains(t))
                    .collect()
            }
            Self::Log10 => {
                let step = round_up(((range[1] - range[0]) / most.max(1) as f64).max(1.0));
                // Every third decade is round enough on a logarithmic axis.
                let step = if step == 5.0 && (range[1] - range[0]) / 3.0 <= most as f64 { 3.0 } else { step };
                multiples(range, step)
            }
        }
    }

    /// How a tick is labelled; `ticks` are all of them.
    pub fn label(self, value: f64, ticks: &[f64]) -> String {
        let step = if ticks.len() > 1 { ticks[1] - ticks[0] } else { 1.0 };
        match self {
            Self::Linear => fixed(value, step),
            // Between decades one reads plain numbers, and then on the decades too.
            Self::Log10 if value.abs() < 4.5 && ticks.iter().any(|t| (t - t.round()).abs() > 1e-6) => {
                text::short(10f64.powf(value))
            }
            Self::Log10 if (value - value.round()).abs() > 1e-6 => text::from_log10(value, 2),
            Self::Log10 => text::axis_power(value),
            Self::Percent => format!("{} %", fixed(100.0 * value, 100.0 * step)),
            Self::Deviation(_) => signed_percent(value, step),
        }
    }

    /// A value under the cursor.
    pub fn readout(self, value: f64) -> String {
        match self {
            Self::Linear => text::significant(value, 3),
            Self::Log10 => text::from_log10(value, 3),
            Self::Percent => format!("{:.1} %", 100.0 * value),
            Self::Deviation(_) if value == 0.0 => "0".into(),
            Self::Deviation(_) => {
                let sign = if value < 0.0 { "−" } else { "+" };
                if value.abs() < 1e-6 {
                    format!("{sign}{}", text::significant(value.abs(), 2))
                } else {
                    format!("{sign}{} %", text::significant(100.0 * value.abs(), 3))
                }
            }
        }
    }

    /// A range that shows everything between `low` and `high` with some air, ending at round numbers so that it moves
    /// rarely.
    pub fn fit(self, low: f64, high: f64, most: usize) -> [f64; 2] {
        if !(low.is_finite() && high.is_finite()) || low > high {
            return match self {
                Self::Linear => [0.0, 2.5],
                Self::Log10 => [-1.0, 1.0],
                Self::Percent => [0.0, 1.0],
                Self::Deviation(floor) => [-floor, floor],
            };
        }
        match self {
            Self::Deviation(floor) => {
                let reach = round_up(low.abs().max(high.abs()).max(floor / 1.3) * 1.3);
                [-reach, reach]
            }
            Self::Linear | Self::Percent => {
                let least = if self == Self::Percent { 0.2 } else { 1e-3 * high.abs().max(1e-6) };
                let missing = (least - (high - low)).max(0.0);
                let span = high - low + missing;
                let grain = round_up(span / most.max(2) as f64) / 2.0;
                let air = 0.04 * span + missing / 2.0;
                let range = [((low - air) / grain).floor() * grain, ((high + air) / grain).ceil() * grain];
                if self == Self::Percent { [range[0].max(0.0), range[1].min(1.0)] } else { range }
            }
            Self::Log10 => {
                let middle = (low + high) / 2.0;
                let span = (high - low).max(0.5);
                let (low, high) = (middle - 0.58 * span, middle + 0.58 * span);
                let grain = if span < 1.6 { 0.1 } else { round_up((span / most.max(2) as f64).max(1.0)) / 2.0 };
                [(low / grain).floor() * grain, (high / grain).ceil() * grain]
            }
        }
    }
}

fn fixed(value: f64, step: f64) -> String {
    let places = (-(step.abs() + 1e-12).log10().floor()).clamp(0.0, 9.0) as usize;
    let text = format!("{:.*}", places, value.abs());
    let is_zero = text.bytes().all(|b| b == b'0' || b == b'.');
    if value < 0.0 && !is_zero { format!("−{text}") } else { text }
}

fn signed_percent(value: f64, step: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let sign = if value < 0.0 { "−" } else { "+" };
    if step < 5e-5 {
        return format!("{sign}{}", text::from_log10(value.abs().log10(), 1));
    }
    format!("{sign}{} %", fixed(100.0 * value.abs(), 100.0 * step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_numbers() {
        for (x, want) in [(0.9, 1.0), (1.0, 1.0), (1.1, 2.0), (2.2, 5.0), (7.0, 10.0), (0.003, 0.005)] {
            assert!((round_up(x) - want).abs() < 1e-12, "{x}");
        }
        assert_eq!((significant(564_512.0, 3), significant(22_499.9, 3)), (565_000.0, 22_500.0));
        assert_eq!(x_end(0), 20.0);
        assert_eq!(x_end(1_600), 1_600.0);
        assert_eq!(x_end(1_601), 1_800.0);
    }

    #[test]
    fn labels() {
        let ticks = Scale::Linear.ticks([0.2, 2.2], 5);
        assert_eq!(
            ticks.iter().map(|&t| Scale::Linear.label(t, &ticks)).collect::<Vec<_>>(),
            ["0.5", "1.0", "1.5", "2.0"]
        );
        let ticks = Scale::Log10.ticks([-1.4, 2.2], 5);
        assert_eq!(
            ticks.iter().map(|&t| Scale::Log10.label(t, &ticks)).collect::<Vec<_>>(),
            ["10⁻¹", "10⁰", "10¹", "10²"]
        );
        let ticks = Scale::Log10.ticks([0.9, 1.8], 5);
        assert_eq!(ticks.iter().map(|&t| Scale::Log10.label(t, &ticks)).collect::<Vec<_>>(), ["10", "20", "50"]);
        let scale = Scale::Deviation(1e-5);
        let ticks = scale.ticks([-0.005, 0.005], 4);
        assert!(ticks.iter().any(|&t| scale.label(t, &ticks) == "0"));
        assert!(ticks.iter().any(|&t| scale.label(t, &ticks) == "+0.5 %"));
        assert_eq!(scale.readout(-2e-8), "−2.0·10⁻⁸");
        assert_eq!(scale.readout(-0.002_04), "−0.204 %");
        assert_eq!(scale.label(1e-5, &[0.0, 5e-6, 1e-5]), "+1·10⁻⁵");
        let [low, high] = Scale::Percent.fit(0.134, 0.134, 5);
        assert!(low <= 0.05 && high >= 0.2, "one point does not fill the axis: {low} {high}");
    }

    #[test]
    fn astronomical_axes_have_few_ticks() {
        let ticks = Scale::Log10.ticks([-1.0, 5_020.0], 5);
        assert!((3..=6).contains(&ticks.len()), "{ticks:?}");
        assert_eq!(Scale::Log10.label(2_000.0, &ticks), "10²⁰⁰⁰");
    }

    #[test]
    fn ranges_contain_what_they_show_and_have_a_floor() {
        for scale in [Scale::Linear, Scale::Log10] {
            for (low, high) in [(0.4, 2.3), (-7.2, -0.3), (5.0, 5.0), (0.0, 5_000.0)] {
                let [a, b] = scale.fit(low, high, 5);
                assert!(a <= low && b >= high && b > a, "{scale:?} {low} {high}: {a} {b}");
            }
        }
        let [a, b] = Scale::Deviation(1e-5).fit(-1e-9, 2e-9, 4);
        assert!((a + 1e-5).abs() < 1e-15 && (b - 1e-5).abs() < 1e-15, "noise is not blown up to fill the axis");
        assert_eq!(Scale::Linear.fit(f64::NAN, f64::NAN, 5), [0.0, 2.5]);
        assert_eq!(Scale::Linear.fit(f64::INFINITY, f64::NEG_INFINITY, 5), [0.0, 2.5]);
    }
}
