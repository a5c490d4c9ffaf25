//! `explr table`: schedules × norms × networks, and how far the twin is from the weight-decay run in each.

use super::run::{images, train_on};
use crate::experiment::{Arm, Experiment, Link};
use clap::Args;
use std::fmt::Write;
use std::path::PathBuf;

/// What every cell trains.
const BASE: &str = "v=1&arms=wd,exp,control&batch=32&prec=f64&engine=cpu&n=200";

/// Title and part of the link of each schedule. Epochs are 125 steps here.
const SCHEDULES: [(&str, &str); 9] = [
    ("constant", "sched=const"),
    ("step decay", "sched=step:60,130/0.1"),
    ("TEXP", "sched=step:60,130/0.1&twin=texp"),
    ("cosine", "sched=cos:200/0"),
    ("cosine, restarts", "sched=cosr:50/0.01"),
    ("triangular", "sched=tri:80/0.05"),
    ("warm-up, cosine", "sched=cos:160/0~40"),
    ("drawn", "sched=curve:0_0.1,40_1,90_0.3,150_0.8,200_0"),
    ("live changes", "sched=const&ev=50:lr=0.05;90:wd=5e-3;120:mom=0.8;150:sched=step:170/0.5"),
];

/// Title and part of the link of each norm.
const NORMS: [(&str, &str); 4] =
    [("Batch", "norm=bn"), ("Group (4)", "norm=gn:4"), ("Layer", "norm=ln"), ("Instance", "norm=in")];

/// Title and part of the link of each network.
const NETWORKS: [(&str, &str); 3] = [
    ("ConvNet 16-32-32", "net=conv:16,32s2,32s2"),
    ("PreResNet-8 8-16-32", "net=preres8:8,16,32"),
    ("DenseNet 2×3, growth 8", "net=dense:2x3k8"),
];

/// Arguments of `explr table`.
#[derive(Args)]
pub struct Table {
    /// More of the link, for every cell: 'act=relu'.
    #[arg(long, default_value = "")]
    pub with: String,
    /// Write the table as Markdown.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// A sentence when a cell cannot be trained or the file cannot be written.
pub fn main(arguments: &Table) -> Result<(), String> {
    let text = markdown(&arguments.with, 200, |done, of| eprintln!("explr: {done} of {of} cells"))?;
    match &arguments.out {
        Some(path) => {
            std::fs::write(path, text).map_err(|error| format!("{} cannot be written: {error}", path.display()))
        }
        None => {
            print!("{text}");
            Ok(())
        }
    }
}

/// One cell: the distances of the twin and of the control after `steps` steps.
fn cell(link: &str, steps: u64) -> Result<(f64, f64), String> {
    let link = Link::parse(link);
    if !link.notes.is_empty() {
        return Err(link.notes.join(" "));
    }
    let mut experiment = Experiment { steps, ..link.experiment.clone() };
    let data = images(&mut experiment, &[])?;
    let session = train_on(&data, &experiment, steps, steps)?;
    let last = |arm| session.last_distance(arm).filter(|(at, _)| *at == steps).map(|(_, distance)| distance);
    last(Arm::Exp).zip(last(Arm::Control)).ok_or_else(|| format!("{}: an arm stopped.", link.fragment()))
}

/// The whole table: a section a network, a row a schedule, a column a norm.
fn markdown(with: &str, steps: u64, said: impl Fn(usize, usize)) -> Result<String, String> {
    let mut out = format!(
        "Relative distance of the twin's logits on {} test images from the weight-decay run's after {steps} steps in \
         float64;\nin brackets that of the control, whose initial weights differ by one unit in the last place. \
         Each cell trains\n`#{BASE}&…`{}.\n",
        crate::engine::EVAL_CHUNK,
        if with.is_empty() { String::new() } else { format!(" with `{with}`") }
    );
    let (mut done, all) = (0, NETWORKS.len() * SCHEDULES.len() * NORMS.len());
    for (network, net) in NETWORKS {
        let heads: Vec<&str> = NORMS.iter().map(|(norm, _)| *norm).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "\n| {network} | {} |\n|---|{}", heads.join(" | "), "---|".repeat(NORMS.len()));
        for (schedule, sched) in SCHEDULES {
            let _ = write!(out, "| {schedule} `{sched}` |");
            for (_, norm) in NORMS {
                let (twin, control) = cell(&format!("#{BASE}&{net}&{norm}&{sched}&{with}"), steps)?;
                let _ = write!(out, " {twin:.0e} ({control:.0e}) |");
                done += 1;
                said(done, all);
            }
            out.push('\n');
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_is_a_link_without_a_complaint() {
        for (_, net) in NETWORKS {
            for (_, norm) in NORMS {
                for (_, sched) in SCHEDULES {
                    let link = Link::parse(&format!("#{BASE}&{net}&{norm}&{sched}"));
                    assert!(link.notes.is_empty(), "{:?}", link.notes);
                }
            }
        }
    }

    #[test]
    fn a_cell_says_how_far_the_twin_is() {
        let (twin, control) =
            cell(&format!("#{BASE}&net=conv:4,4s2&norm=gn:2&sched=step:5/0.1&twin=texp"), 12).unwrap();
        assert!(twin < 1e-12 && control < 1e-12, "{twin:e} {control:e}");
        assert!(cell("#v=1&sched=banana", 3).unwrap_err().contains("banana"));
    }
}
