//! The numbers of the tour's sentences: none is typed, each follows from the preset and from theory.

use crate::experiment::{Experiment, Preset, Setting, Twist};
use crate::theory::texp::{self, Phase, Taper};
use crate::theory::{Hyper, Regime, Roots, roots};
use crate::ui::text;
use std::sync::LazyLock;

/// Steps of an epoch in the paper: 50,000 images at 128 a step.
const PAPER_EPOCH: u64 = 50_000_u64.div_ceil(128);
/// The preset whose settings are the paper's.
const PAPER: &str = "fig2";
/// The preset with the table of [`tapered`].
pub const TAPERED: &str = "fig5";
/// Epochs after which the paper's step decay divides the learning rate by ten.
const DROPS: [u64; 2] = [80, 120];
/// Epochs after which [`tapered`] looks: on both sides of each drop, and at the end.
pub const CORNERS: [u64; 5] = [79, 80, 119, 120, 299];

/// `words` with each `{name}` replaced by that fact of `preset`; an unknown name stays as it is.
pub fn filled(words: &str, preset: &Preset) -> String {
    let experiment = preset.experiment();
    let mut out = String::with_capacity(words.len());
    let mut rest = words;
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, tail)| Some((before, tail.split_once('}')?)))
    {
        out.push_str(before);
        out.push_str(&fact(name, &experiment).unwrap_or_else(|| format!("{{{name}}}")));
        rest = after;
    }
    out + rest
}

/// The fact of that name.
fn fact(name: &str, experiment: &Experiment) -> Option<String> {
    let h = experiment.hyper;
    let real = roots_of(h);
    let times = |log10: f64| text::from_log10(log10, 4);
    let converted = |on| experiment.changes.iter().find(|c| c.setting == Setting::Convert(on)).map(|c| c.step);
    match name {
        "alpha" => Some(text::grouped(real?.alpha, 6)),
        "step" => Some(text::grouped(real?.growth_per_step(), 6)),
        "paper_epoch" => Some(times(real?.log10_growth(PAPER_EPOCH as f64))),
        "paper_steps" => Some(PAPER_EPOCH.to_string()),
        "tenfold" => Some(text::thousands((1.0 / real?.log10_growth(1.0)).ceil() as u64)),
        "end" => Some(text::from_log10(h.lr.log10() + real?.log10_growth(experiment.steps as f64 + 0.5), 1)),
        "n" => Some(text::thousands(experiment.steps)),
        "decay" => Some(text::setting(round(h.lr * h.weight_decay))),
        "border" => Some(text::significant(roots::border(h.momentum), 3)),
        "ends" => Some(text::thousands(roots::last_step_from_fresh_start(h)?)),
        "f32" => Some(text::significant(f64::from(f32::EPSILON), 1)),
        "f64" => Some(text::significant(f64::EPSILON, 1)),
        "largest" => Some(text::significant(f64::from(f32::MAX), 1)),
        "eps" => Some(experiment.epsilon.to_string()),
        "convert" => Some(text::thousands(converted(true)?)),
        "back" => Some(text::thousands(converted(false)?)),
        "wrong_step" => match experiment.twist? {
            Twist::Growth(power) => Some(text::grouped(10f64.powf(power * real?.log10_growth(1.0)), 6)),
            _ => None,
        },
        "power" => match experiment.twist? {
            Twist::Scaled(k) => Some(format!("2{}", text::superscript(i64::from(k)))),
            _ => None,
        },
        "paper" => {
            let h = paper();
            let [lr, wd, mom] = [h.lr, h.weight_decay, h.momentum].map(|x| x.to_string());
            Some(format!("η = {lr}, λ = {wd}, γ = {mom}"))
        }
        "drops" => Some(DROPS.map(|epoch| epoch.to_string()).join(" and ")),
        _ => None,
    }
}

/// A product of two settings without the digits that rounding adds.
fn round(x: f64) -> f64 {
    format!("{x:.6e}").parse().unwrap_or(x)
}

fn roots_of(h: Hyper) -> Option<Roots> {
    match roots::regime(h) {
        Regime::Inside(roots) => Some(roots),
        Regime::Outside { .. } => None,
    }
}

/// The settings of the paper's figures.
fn paper() -> Hyper {
    Preset::of_key(PAPER).map_or(Experiment::default().hyper, |preset| preset.experiment().hyper)
}

/// log10 of TEXP's learning rate after each of [`CORNERS`], with the paper's settings and epochs.
static TAPERED_LOG10: LazyLock<Vec<f64>> = LazyLock::new(|| {
    let h = paper();
    let mut phases = vec![Phase { start: 0, hyper: h }];
    for (i, epoch) in DROPS.into_iter().enumerate() {
        let lr = h.lr / 10f64.powi(i as i32 + 1);
        phases.push(Phase { start: epoch * PAPER_EPOCH, hyper: Hyper { lr, ..h } });
    }
    let steps = CORNERS.map(|epoch| epoch * PAPER_EPOCH);
    let last = steps.into_iter().max().unwrap_or_default();
    let all = texp::log10_lr(&phases, last + 1, Taper::Own).unwrap_or_default();
    steps.iter().map(|&step| all.get(step as usize).copied().unwrap_or(f64::NAN)).collect()
});

/// The learning rates of the table.
pub fn tapered() -> impl Iterator<Item = String> {
    TAPERED_LOG10.iter().map(|&log10| text::from_log10(log10, 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The right-hand panel of the paper's figure 5.
    #[test]
    fn the_table_is_figure_5() {
        assert_eq!(paper(), Hyper { lr: 0.1, weight_decay: 5e-4, momentum: 0.9 });
        assert_eq!(tapered().collect::<Vec<_>>(), ["3.02·10¹²", "4.47·10¹¹", "2.05·10¹²", "2.14·10¹¹", "4.30·10¹¹"]);
    }

    #[test]
    fn figure_2_in_numbers() {
        let said = |words: &str| filled(words, Preset::of_key("fig2").unwrap());
        assert_eq!(said("{alpha}, {step}"), "0.999\u{2009}498, 1.001\u{2009}005");
        assert_eq!(said("{paper_epoch} in {paper_steps}"), "1.481 in 391");
        assert_eq!(said("{nothing} {"), "{nothing} {");
    }

    #[test]
    fn the_other_numbers() {
        let said = |key: &str, words: &str| filled(words, Preset::of_key(key).unwrap());
        assert_eq!(said("border", "{decay} > {border}"), "0.00290 > 0.00263");
        let far = said("astronomical", "{alpha} {tenfold} {end}");
        assert_eq!(far, "0.950\u{2009}000 23 3·10¹⁰⁰¹");
        assert_eq!(said("convert", "{convert} {back}"), "300 600");
        assert_eq!(said("start", "{f32} {f64} {largest}"), "1·10⁻⁷ 2·10⁻¹⁶ 3·10³⁸");
        assert_eq!(said("fig5", "{paper}; {drops}"), "η = 0.1, λ = 0.0005, γ = 0.9; 80 and 120");
    }
}
