//! Numbers as people read them. Pure functions of numbers to strings; every digit shown comes from state.

/// `-12` as `⁻¹²`.
pub fn superscript(n: i64) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    n.to_string().chars().map(|c| c.to_digit(10).map_or('⁻', |d| DIGITS[d as usize])).collect()
}

/// `1600` as `1,600`.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `x` with `digits` significant digits; far from 1 as a power of ten.
pub fn significant(x: f64, digits: usize) -> String {
    if x == 0.0 {
        return "0".into();
    }
    if !x.is_finite() {
        return if x.is_nan() { "–".into() } else { if x > 0.0 { "∞" } else { "−∞" }.into() };
    }
    if (9.9e-6..1e6).contains(&x.abs()) {
        return decimal(x, digits);
    }
    let sign = if x < 0.0 { "−" } else { "" };
    format!("{sign}{}", from_log10(x.abs().log10(), digits))
}

/// Plain decimal notation with `digits` significant digits.
fn decimal(x: f64, digits: usize) -> String {
    let exponent = x.abs().log10().floor();
    let places = |exponent: f64| (digits as f64 - 1.0 - exponent).clamp(0.0, 17.0) as usize;
    let text = format!("{:.*}", places(exponent), x.abs());
    // Rounding may have carried into the next decade: 0.09996 is 0.100 with three digits.
    let carried = text.parse::<f64>().is_ok_and(|y| y.log10().floor() > exponent);
    let text = if carried { format!("{:.*}", places(exponent + 1.0), x.abs()) } else { text };
    if x < 0.0 { format!("−{text}") } else { text }
}

/// The number whose decimal logarithm is given, however large: `65.6`, `6.3·10⁵⁰²¹`.
pub fn from_log10(log10: f64, digits: usize) -> String {
    if !log10.is_finite() {
        return if log10 == f64::NEG_INFINITY { "0".into() } else { "–".into() };
    }
    if (-3.0..5.0).contains(&log10) {
        return decimal(10f64.powf(log10), digits);
    }
    let mut exponent = log10.floor();
    let places = digits.saturating_sub(1);
    let mut mantissa = format!("{:.*}", places, 10f64.powf(log10 - exponent));
    if mantissa.starts_with("10") {
        exponent += 1.0;
        mantissa = format!("{:.*}", places, 1.0);
    }
    format!("{mantissa}·10{}", superscript(exponent as i64))
}

/// A power of ten on an axis: `10⁻³`.
pub fn axis_power(log10: f64) -> String {
    format!("10{}", superscript(log10.round() as i64))
}

/// At most two significant digits, none of them a zero at the end: `0.15`, `2`, `10`.
pub fn short(x: f64) -> String {
    let rounded: f64 = format!("{x:.1e}").parse().unwrap_or(x);
    rounded.to_string()
}

/// A setting in as few digits as say it exactly, but at least three.
pub fn setting(x: f64) -> String {
    if x == 0.0 {
        return "0".into();
    }
    if (1e-5..1e6).contains(&x.abs()) {
        for digits in 3..=8 {
            let text = decimal(x, digits);
            if text.parse() == Ok(x) {
                return text;
            }
        }
        return decimal(x, 8);
    }
    format!("{x:e}")
}

/// A small fraction in per cent (with a space that does not break) with two significant digits, as a power of ten where per cent would be all zeros.
pub fn percent(fraction: f64) -> String {
    if fraction == 0.0 {
        "0\u{a0}%".into()
    } else if fraction.abs() >= 1e-7 {
        format!("{}\u{a0}%", significant(fraction * 100.0, 2))
    } else {
        significant(fraction, 2)
    }
}

/// Decimals in groups of three, with a thin space between: `0.997 963`.
pub fn grouped(x: f64, decimals: usize) -> String {
    let text = format!("{x:.decimals$}");
    let Some((whole, fraction)) = text.split_once('.') else { return text };
    let mut out = format!("{whole}.");
    for (i, c) in fraction.chars().enumerate() {
        if i > 0 && i.is_multiple_of(3) {
            out.push('\u{2009}');
        }
        out.push(c);
    }
    out
}

/// What somebody typed as a number: decimal comma and a typed minus are understood.
pub fn parse(text: &str) -> Option<f64> {
    let text = text.trim().replace(',', ".").replace('−', "-");
    text.parse::<f64>().ok().filter(|x| x.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(superscript(-120), "⁻¹²⁰");
        assert_eq!(thousands(1_600), "1,600");
        assert_eq!(thousands(12), "12");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(significant(0.1, 3), "0.100");
        assert_eq!(significant(0.099_96, 3), "0.100");
        assert_eq!(significant(-0.25, 2), "−0.25");
        assert_eq!(significant(1.3e-8, 2), "1.3·10⁻⁸");
        assert_eq!(significant(f64::NAN, 2), "–");
        assert_eq!(from_log10(1.816_9, 3), "65.6");
        assert_eq!(from_log10(5_021.8, 2), "6.3·10⁵⁰²¹");
        assert_eq!(from_log10(6.999_9, 2), "1.0·10⁷");
        assert_eq!(axis_power(-3.0), "10⁻³");
        assert_eq!([short(0.15), short(2.000_01), short(9.999)], ["0.15", "2", "10"]);
        assert_eq!(grouped(0.997_963_4, 6), "0.997\u{2009}963");
        assert_eq!(percent(1.3e-5), "0.0013\u{a0}%");
        assert_eq!(percent(7.3e-7), "0.000073\u{a0}%");
        assert_eq!(percent(1.3e-8), "1.3·10⁻⁸");
        assert_eq!(percent(0.26), "26\u{a0}%");
    }

    #[test]
    fn settings_are_exact() {
        assert_eq!(setting(0.1), "0.100");
        assert_eq!(setting(2e-3), "0.00200");
        assert_eq!(setting(0.123_45), "0.12345");
        assert_eq!(setting(1e-7), "1e-7");
        for x in [0.1, 2e-3, 0.999, 0.123_45, 1e-7, 3.0] {
            assert_eq!(parse(&setting(x)), Some(x));
        }
    }

    #[test]
    fn typed_numbers() {
        assert_eq!(parse(" 0,05 "), Some(0.05));
        assert_eq!(parse("−1e-3"), Some(-1e-3));
        assert_eq!(parse("inf"), None);
        assert_eq!(parse("abc"), None);
    }
}
