//! `explr theory`: what is known before anything is trained.

use crate::experiment::Experiment;
use crate::theory::roots::{self, Regime};
use crate::theory::{Ghost, Hyper, ghost};
use clap::Args;
use serde::Serialize;
use std::fmt::Write;

/// Constant hyper-parameters of the weight-decay run.
#[derive(Args)]
pub struct Theory {
    /// Learning rate η.
    #[arg(long, default_value_t = Experiment::default().hyper.lr)]
    pub lr: f64,
    /// Weight decay λ, coupled.
    #[arg(long, default_value_t = Experiment::default().hyper.weight_decay)]
    pub wd: f64,
    /// Heavy-ball momentum γ.
    #[arg(long, default_value_t = Experiment::default().hyper.momentum)]
    pub momentum: f64,
    /// Steps of an epoch: ⌈images / batch⌉.
    #[arg(long)]
    pub steps_per_epoch: Option<u64>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// The numbers, as `--json` prints them; what does not exist is null.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Numbers {
    /// η, λ, γ.
    #[serde(flatten)]
    pub hyper: Hyper,
    /// "inside" or "outside" the border.
    pub regime: &'static str,
    /// The larger root of x² − (1 + γ − λη)x + γ, where it is real.
    pub alpha: Option<f64>,
    /// The smaller root.
    pub small_root: Option<f64>,
    /// α^(−2).
    pub growth_per_step: Option<f64>,
    /// As asked for.
    pub steps_per_epoch: Option<u64>,
    /// α^(−2·steps); null also where it exceeds f64.
    pub growth_per_epoch: Option<f64>,
    /// Its decimal logarithm.
    pub log10_growth_per_epoch: Option<f64>,
    /// (1 − √γ)².
    pub border: f64,
    /// λη.
    pub decay: f64,
    /// λη / (1 − √γ)².
    pub fraction_of_border: f64,
    /// Angle that the ghost weight turns in a step where the roots are complex, radians.
    pub angle_per_step: Option<f64>,
    /// From a fresh start, the first step whose ghost weight is ≤ 0: the twin takes one step less.
    pub last_step: Option<u64>,
}

/// The numbers for `hyper`.
pub fn numbers(hyper: Hyper, steps_per_epoch: Option<u64>) -> Numbers {
    let (inside, angle_per_step) = match roots::regime(hyper) {
        Regime::Inside(roots) => (Some(roots), None),
        Regime::Outside { angle_per_step } => (None, Some(angle_per_step)),
    };
    let log10_growth = inside.zip(steps_per_epoch).map(|(r, steps)| r.log10_growth(steps as f64));
    let (border, decay) = (roots::border(hyper.momentum), hyper.weight_decay * hyper.lr);
    Numbers {
        hyper,
        regime: if inside.is_some() { "inside" } else { "outside" },
        alpha: inside.map(|r| r.alpha),
        small_root: inside.map(|r| r.small),
        growth_per_step: inside.map(|r| r.growth_per_step()),
        steps_per_epoch,
        growth_per_epoch: log10_growth.map(|log| 10f64.powf(log)).filter(|growth| growth.is_finite()),
        log10_growth_per_epoch: log10_growth,
        border,
        decay,
        fraction_of_border: decay / border,
        angle_per_step,
        // The formula takes over where the iteration would be long.
        last_step: Ghost::new(true)
            .steps_to_end(hyper, ghost::HORIZON)
            .or_else(|| roots::last_step_from_fresh_start(hyper)),
    }
}

/// Runs the command.
///
/// # Errors
/// A sentence, where η, λ or γ cannot be what was given.
pub fn main(args: &Theory) -> Result<(), String> {
    print!("{}", output(args)?);
    Ok(())
}

/// What the command prints.
///
/// # Errors
/// As [`main`].
pub fn output(args: &Theory) -> Result<String, String> {
    for (name, value) in [("--lr", args.lr), ("--wd", args.wd)] {
        if !value.is_finite() || value < 0.0 {
            return Err(format!("{name} must be a finite number of at least 0, not {value}."));
        }
    }
    if !(0.0..1.0).contains(&args.momentum) {
        return Err(format!("--momentum must be at least 0 and below 1, not {}.", args.momentum));
    }
    if args.steps_per_epoch == Some(0) {
        return Err("--steps-per-epoch must be at least 1.".to_owned());
    }
    let hyper = Hyper { lr: args.lr, weight_decay: args.wd, momentum: args.momentum };
    let numbers = numbers(hyper, args.steps_per_epoch);
    if args.json {
        return serde_json::to_string_pretty(&numbers).map(|json| json + "\n").map_err(|e| e.to_string());
    }
    Ok(text(&numbers))
}

fn text(n: &Numbers) -> String {
    let Hyper { lr, weight_decay, momentum } = n.hyper;
    let mut out = format!("η = {lr}, λ = {weight_decay}, γ = {momentum}\n");
    let mut line = |name: &str, text: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{name:<14}{text}");
    };
    if let (Some(alpha), Some(small), Some(growth)) = (n.alpha, n.small_root, n.growth_per_step) {
        line("α", format!("{alpha:.12}  (larger root of x² − (1 + γ − λη)x + γ)"));
        line("small root", format!("{small:.12}  (γ/α)"));
        line("growth", format!("{growth:.12} a step  (α⁻²)"));
        match (n.steps_per_epoch, n.growth_per_epoch, n.log10_growth_per_epoch) {
            (Some(steps), Some(growth), _) if growth < 1e6 => {
                line("", format!("{growth:.6} an epoch of {steps} steps"));
            }
            (Some(steps), _, Some(log)) => line("", format!("10^{log:.6} an epoch of {steps} steps")),
            _ => {}
        }
    } else if let Some(angle) = n.angle_per_step {
        line("roots", format!("complex: the ghost weight turns by {angle:.12} radians a step"));
    }
    // The product of two decimals has digits that nobody typed.
    let decay = format!("{:.12e}", n.decay).parse().unwrap_or(n.decay);
    let percent = 100.0 * n.fraction_of_border;
    line("border", format!("{:.12}  ((1 − √γ)²); λη = {decay} is {percent:.4} % of it", n.border));
    line(
        "regime",
        match n.last_step {
            None => "inside: from a fresh start the twin exists for ever".to_owned(),
            Some(step) => format!(
                "outside: from a fresh start the ghost weight would pass zero at step {step}; the twin takes {} steps",
                step - 1
            ),
        },
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        theory: Theory,
    }

    fn theory(line: &str) -> Result<String, String> {
        let line = Line::try_parse_from(line.split_whitespace()).map_err(|e| e.to_string())?;
        output(&line.theory)
    }

    #[test]
    fn the_numbers_of_the_blog() {
        let out = theory("theory --lr 0.1 --wd 5e-4 --momentum 0.9 --steps-per-epoch 391").unwrap();
        for part in [
            "α             0.999497728368 ",
            "growth        1.001005300602 a step",
            "1.481233 an epoch of 391 steps",
            "small root    0.900452",
            "border        0.002633403",
            "is 1.8987 % of it",
            "inside: from a fresh start the twin exists for ever",
        ] {
            assert!(out.contains(part), "{part} is not in\n{out}");
        }
    }

    #[test]
    fn json_says_the_same() {
        let out = theory("theory --lr 0.1 --wd 5e-4 --momentum 0.9 --steps-per-epoch 391 --json").unwrap();
        let json: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert!((json["alpha"].as_f64().unwrap() - 0.999_497_728_367_89).abs() < 1e-14);
        assert!((json["growth_per_epoch"].as_f64().unwrap() - 1.481_233).abs() < 1e-6);
        assert_eq!((&json["regime"], &json["last_step"]), (&"inside".into(), &serde_json::Value::Null));
        assert_eq!(json["lr"], 0.1);
    }

    #[test]
    fn beyond_the_border_it_names_the_step() {
        let border = roots::border(0.9);
        for (times, step) in [(1.01, 577), (1.1, 170), (2.0, 45), (10.0, 12)] {
            let out = theory(&format!("theory --lr 1 --wd {} --momentum 0.9", border * times)).unwrap();
            assert!(
                out.contains(&format!("would pass zero at step {step}; the twin")) && out.contains("complex"),
                "{out}"
            );
        }
    }

    #[test]
    fn growth_too_large_for_f64_is_a_power_of_ten() {
        let out = theory("theory --lr 0.1 --wd 0.5 --momentum 0 --steps-per-epoch 22500").unwrap();
        assert!(out.contains("10^1002.4"), "{out}");
    }

    #[test]
    fn what_cannot_be_is_said() {
        for (line, part) in [
            ("theory --momentum 1", "--momentum must be at least 0 and below 1, not 1."),
            ("theory --lr nan", "--lr must be a finite number"),
            ("theory --wd=-1", "--wd must be a finite number of at least 0, not -1."),
            ("theory --steps-per-epoch 0", "must be at least 1"),
            ("theory --lr one", "invalid value 'one'"),
        ] {
            let error = theory(line).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
