//! `explr run`: an experiment, headless.

use super::columns::{check, picked};
use crate::data::{self, Dataset};
use crate::experiment::{DataChoice, EngineChoice, Experiment, Link, Precision};
use crate::host;
use crate::session::{Session, csv, json};
use crate::trainer::choose::{Measured, build, choose};
use crate::trainer::{Enqueued, EvaluationPlan, Event, Lockstep, StopReason, build as setup};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Steps between two waits for the engine.
const CHUNK: usize = 8;

/// Arguments of `explr run`.
#[derive(Args)]
pub struct Run {
    /// A link to the page, its #fragment, or a bare fragment: '#v=1&act=relu'.
    pub link: String,
    /// Steps to train; the link's own number by default.
    #[arg(long)]
    pub steps: Option<u64>,
    /// The engine; the link's wish by default.
    #[arg(long)]
    pub engine: Option<EngineArgument>,
    /// The precision; the link's by default.
    #[arg(long)]
    pub precision: Option<PrecisionArgument>,
    /// Images of your own: CIFAR (binary, Python, their archives), IDX, npz, in any mixture of files.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub data: Vec<PathBuf>,
    /// Steps between comparisons of the functions.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    pub eval_every: u64,
    /// Write the series as CSV.
    #[arg(long)]
    pub csv: Option<PathBuf>,
    /// Keep every N-th step in the CSV; the loss is then the mean of the N steps up to it.
    #[arg(long, value_name = "N", requires = "csv", value_parser = clap::value_parser!(u64).range(1..))]
    pub thin: Option<u64>,
    /// Keep these columns of the CSV, beside step and arm.
    #[arg(long, value_name = "NAMES", requires = "csv", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// Round the numbers of the CSV to N significant digits.
    #[arg(long, value_name = "N", requires = "csv", value_parser = clap::value_parser!(u8).range(1..=17))]
    pub digits: Option<u8>,
    /// Print where the run stands as JSON.
    #[arg(long)]
    pub json: bool,
}

/// An engine on the command line.
#[derive(Clone, Copy, ValueEnum)]
pub enum EngineArgument {
    /// The CPU.
    Cpu,
    /// The GPU.
    Gpu,
}

/// A precision on the command line.
#[derive(Clone, Copy, ValueEnum)]
pub enum PrecisionArgument {
    /// 32 bits.
    F32,
    /// 64 bits.
    F64,
}

impl Run {
    /// The link with what the command line says over it.
    pub fn link(&self) -> Link {
        let mut link = Link::parse(&self.link);
        let experiment = &mut link.experiment;
        match self.engine {
            Some(EngineArgument::Cpu) => experiment.engine = EngineChoice::Cpu,
            Some(EngineArgument::Gpu) => experiment.engine = EngineChoice::Gpu,
            None => {}
        }
        match self.precision {
            Some(PrecisionArgument::F32) => experiment.precision = Precision::F32,
            Some(PrecisionArgument::F64) => experiment.precision = Precision::F64,
            None => {}
        }
        experiment.steps = self.steps.unwrap_or(experiment.steps);
        link
    }
}

/// Runs the command.
///
/// # Errors
/// A sentence when no engine can be had or a file cannot be written.
pub fn main(arguments: &Run) -> Result<(), String> {
    check(&arguments.columns)?;
    let mut link = arguments.link();
    link.notes.iter().for_each(|note| eprintln!("explr: {note}"));
    let steps = link.experiment.steps;
    let data = images(&mut link.experiment, &arguments.data)?;
    let session = train_on(&data, &link.experiment, steps, arguments.eval_every)?;
    session.notices.iter().for_each(|notice| eprintln!("explr: {notice}"));
    if let Some(path) = &arguments.csv {
        let text = match arguments.thin {
            Some(every) => csv::thinned(&session, &link.fragment(), every),
            None => csv::table(&session, &link.fragment()),
        };
        let text = picked(&text, &arguments.columns, arguments.digits.map(usize::from))?;
        std::fs::write(path, text).map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    }
    if arguments.json {
        println!("{:#}", json::state(&session));
    } else {
        print!("{}", summary(&session));
    }
    Ok(())
}

/// The images that `experiment` names; those in `files` if there are any, and the experiment then names them.
///
/// # Errors
/// A sentence when they cannot be read or are not at hand.
pub fn images(experiment: &mut Experiment, files: &[PathBuf]) -> Result<Dataset, String> {
    if !files.is_empty() {
        let data = data::load::paths(files, data::load::Limits::NONE)?;
        data.notes.iter().for_each(|note| eprintln!("explr: {note}"));
        experiment.data = DataChoice::Own(data.key.clone());
        return Ok(setup::limited(data));
    }
    match &experiment.data {
        DataChoice::Fashion14 => Ok(data::fashion_mnist()),
        DataChoice::Fashion28 => Ok(setup::limited(data::fashion28())),
        DataChoice::Own(key) => Err(format!("the link trains on {key}: name its files with --data.")),
    }
}

/// Trains `steps` steps of `experiment` on the data inside the program, comparing functions every `eval_every` steps and at the
/// end.
///
/// # Errors
/// A sentence when no engine can be had, or its device is lost.
pub fn train(experiment: &Experiment, steps: u64, eval_every: u64) -> Result<Session, String> {
    train_on(&images(&mut experiment.clone(), &[])?, experiment, steps, eval_every)
}

/// [`train`] on other data.
///
/// # Errors
/// As [`train`].
pub fn train_on(data: &Dataset, experiment: &Experiment, steps: u64, eval_every: u64) -> Result<Session, String> {
    pollster::block_on(async {
        let setup = setup::setup(experiment, data)?;
        let (network, groups) = setup::network(experiment, data)?;
        let platform = host::Native;
        let choice = choose(experiment, &setup, &platform, &mut Measured::default()).await;
        let (engine, report) =
            build(&choice, experiment.precision, setup, &platform).await.map_err(|e| format!("{e}."))?;
        let plan = EvaluationPlan { probe_every: eval_every, test_every: eval_every.saturating_mul(10) };
        let mut lockstep = Lockstep::new(experiment.clone(), data, engine, plan, &network, groups);
        let mut session = Session::that_keeps_all(experiment.clone());
        session.apply(Event::Started {
            experiment: Box::new(experiment.clone()),
            engine: report,
            network: Box::new(network),
            data: Box::new(setup::data_info(data)),
            steps_per_epoch: lockstep.steps_per_epoch(),
            replay_to: 0,
        });
        if choice.refused {
            session.apply(Event::Notice(choice.reason));
        }
        while lockstep.step() < steps {
            let mut enqueued = 0;
            while enqueued < CHUNK && lockstep.step() < steps {
                // Where the twin ends the others go on.
                enqueued += usize::from(lockstep.enqueue() == Enqueued::Step);
            }
            if lockstep.step() == steps {
                lockstep.enqueue_final_evaluation();
            }
            let events = lockstep.collect().await.map_err(|error| format!("{error}."))?;
            events.into_iter().for_each(|event| session.apply(event));
        }
        Ok(session)
    })
}

/// What people read at the end.
fn summary(session: &Session) -> String {
    let engine = &session.engine;
    let mut out = format!(
        "{} steps on {} ({}, {}). {}\n{:<10} {:>12} {:>14} {:>14} {:>16} {:>10}\n",
        session.steps_done,
        engine.kind,
        engine.device,
        engine.precision.key(),
        engine.reason,
        "arm",
        "loss",
        "log10 lr",
        "log10 |w|",
        "distance to wd",
        "test acc."
    );
    let number = |x: Option<f64>, digits: usize| x.map_or_else(|| "–".into(), |x| format!("{x:.digits$}"));
    for arm in session.experiment.arms.iter() {
        let s = session.arm(arm);
        let distance = s.distance.last().map_or_else(|| "–".into(), |(_, d)| format!("{d:.3e}"));
        out += &format!(
            "{:<10} {:>12} {:>14} {:>14} {:>16} {:>10}\n",
            arm.key(),
            number(s.loss.last().copied(), 6),
            number(s.log10_lr.last().copied(), 6),
            number(s.all.log10_weight_norm.last().copied(), 6),
            distance,
            number(s.test_accuracy.last().map(|(_, a)| *a), 4),
        );
    }
    for stop in &session.stops {
        let why = match stop.reason {
            StopReason::Diverged => "its loss was no longer finite",
            StopReason::GaugeEnded => "λη lies outside the regime and the ghost weight reached zero",
        };
        out += &format!("{} stopped at step {}: {why}.\n", stop.arm.key(), stop.step);
    }
    out
}
