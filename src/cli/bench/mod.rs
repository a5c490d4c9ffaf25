//! `explr bench`: how fast an engine trains the peers' networks, and that it trains what they train.

mod profile;
mod report;

pub use profile::Profile;
pub use report::{GpuReport, Report};

use super::run::{EngineArgument, PrecisionArgument};
use crate::bench::{Kind, Trial, peers::PeerNet};
use crate::engine::profile::median;
use crate::engine::{EngineError, MAX_ARMS};
use crate::experiment::{Precision, limits};
use crate::model::plan::INPUT;
use crate::model::{Op, Plan};
use clap::Args;
use web_time::Instant;

/// Steps before the clock starts; their losses are printed.
const WARM_UP: u64 = 4;

/// Arguments of `explr bench`.
#[derive(Args)]
pub struct Bench {
    /// Which network.
    #[arg(long, value_parser = PeerNet::parse, default_value = "N1")]
    pub net: PeerNet,
    /// Images per step; 32 for N0 and 64 for the others by default.
    #[arg(long, value_parser = clap::value_parser!(u64).range(*limits::BATCH.start() as u64..=*limits::BATCH.end() as u64))]
    pub batch: Option<u64>,
    /// The engine.
    #[arg(long, value_enum, default_value = "cpu")]
    pub engine: EngineArgument,
    /// The precision; f64 exists on the CPU only.
    #[arg(long, value_enum, default_value = "f32")]
    pub precision: PrecisionArgument,
    /// Arms trained in lockstep, all alike.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=MAX_ARMS as u64))]
    pub arms: u64,
    /// Most threads of the CPU engine; as many as the machine has by default.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=256))]
    pub threads: Option<u64>,
    /// Steps of a round.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    pub steps: u64,
    /// Rounds, of which the median counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    pub rounds: u64,
    /// Measure each dispatch of a GPU's step, or each operation of one CPU thread's, beside the device's limits.
    #[arg(long)]
    pub profile: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Runs the command.
///
/// # Errors
/// A sentence when the engine cannot be had.
pub fn main(args: &Bench) -> Result<(), String> {
    let (json, text) = if args.profile {
        let profile = profile::measure(args)?;
        (serde_json::to_string_pretty(&profile), profile.text())
    } else {
        let report = measure(args)?;
        (serde_json::to_string_pretty(&report), report.text())
    };
    if args.json {
        println!("{}", json.map_err(|error| error.to_string())?);
    } else {
        print!("{text}");
    }
    Ok(())
}

/// Trains and measures.
///
/// # Errors
/// As [`main`].
pub fn measure(args: &Bench) -> Result<Report, String> {
    let batch = args.batch.map_or(args.net.usual_batch(), |batch| batch as usize);
    let plan = Plan::new(&args.net.net(), batch);
    let gflop_per_step = convolution_flops(&plan) * args.arms as f64 / 1e9;
    let kind = kind(args)?;
    let precision = match kind {
        Kind::Cpu(_) | Kind::Gpu => Precision::F32.key(),
        Kind::CpuExact(_) => Precision::F64.key(),
    };
    let sentence = |error: EngineError| format!("{error}.");
    pollster::block_on(async {
        let start = Instant::now();
        let mut trial = Trial::start(args.net, batch, args.arms as usize, kind).await.map_err(sentence)?;
        let setup_ms = start.elapsed().as_secs_f64() * 1e3;
        let mut warm_up = Vec::new();
        for _ in 0..WARM_UP {
            warm_up.push(trial.train(1).await.map_err(sentence)?);
        }
        let (before, mut rounds) = (trial.gpu_calls(), Vec::new());
        for _ in 0..args.rounds {
            rounds.push(trial.train(args.steps).await.map_err(sentence)?);
        }
        let gpu = before.zip(trial.gpu_calls()).map(|(a, b)| GpuReport::new(a, b, args.rounds * args.steps));
        let rounds_ms: Vec<f64> = rounds.iter().map(|round| round.ms_per_step).collect();
        let ms_per_step = median(&rounds_ms);
        Ok(Report {
            net: args.net.key(),
            batch,
            device: trial.device().to_owned(),
            precision,
            threads: kind.threads(),
            arms: args.arms as usize,
            steps: args.steps,
            ms_per_step,
            rounds_ms,
            setup_ms,
            first_ms: warm_up[0].ms_per_step,
            gflop_per_step,
            gflop_per_second: gflop_per_step / ms_per_step * 1e3,
            images_per_second: batch as f64 / ms_per_step * 1e3,
            gpu,
            first_losses: warm_up.iter().flat_map(|round| round.losses.clone()).collect(),
            last_loss: rounds.iter().flat_map(|round| &round.losses).next_back().copied().unwrap_or(f64::NAN),
        })
    })
}

fn kind(args: &Bench) -> Result<Kind, String> {
    let here = || std::thread::available_parallelism().map_or(1, Into::into);
    let threads = args.threads.map_or_else(here, |threads| threads as usize);
    Ok(match (args.engine, args.precision) {
        (EngineArgument::Cpu, PrecisionArgument::F32) => Kind::Cpu(threads),
        (EngineArgument::Cpu, PrecisionArgument::F64) => Kind::CpuExact(threads),
        (EngineArgument::Gpu, PrecisionArgument::F32) => Kind::Gpu,
        (EngineArgument::Gpu, PrecisionArgument::F64) => {
            return Err("f64 arithmetic exists only on the CPU: leave out --engine gpu or --precision f64.".to_owned());
        }
    })
}

/// Additions and multiplications of the convolutions of one step: forward, gradient of the weights, and gradient of the
/// input except where that is the images.
pub fn convolution_flops(plan: &Plan) -> f64 {
    let of_op = |op: &Op| match *op {
        Op::Conv { input, geometry, .. } => {
            let passes = if input == INPUT { 2 } else { 3 };
            2.0 * (passes * geometry.multiply_adds()) as f64
        }
        Op::NormAct { .. }
        | Op::Add { .. }
        | Op::Concat { .. }
        | Op::AvgPool { .. }
        | Op::Affine { .. }
        | Op::PoolHead { .. } => 0.0,
    };
    plan.ops.iter().map(of_op).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        bench: Bench,
    }

    fn bench(line: &str) -> Result<Report, String> {
        let line = Line::try_parse_from(line.split_whitespace()).map_err(|error| error.to_string())?;
        measure(&line.bench)
    }

    #[test]
    fn a_step_costs_what_the_peers_say() {
        for (net, gflop) in [(PeerNet::N0, 0.044), (PeerNet::N1, 1.07), (PeerNet::N2, 4.74)] {
            let plan = Plan::new(&net.net(), net.usual_batch());
            let got = convolution_flops(&plan) / 1e9;
            assert!((got / gflop - 1.0).abs() < 0.012, "{net:?}: {got}");
        }
    }

    #[test]
    fn a_small_run_reports_the_peers_losses() {
        let report = bench("bench --net n0 --steps 8 --rounds 2 --arms 2 --precision f32").unwrap();
        for (got, want) in report.first_losses.iter().zip([2.32369, 2.41102, 2.30195, 2.34749]) {
            assert!((got - want).abs() < 1e-4, "{got} {want}");
        }
        // Step 19 of the same training, in PyTorch.
        assert!((report.last_loss - 1.76873).abs() < 1e-3, "{}", report.last_loss);
        assert!(report.text().starts_with("N0, batch 32, 2 arms, f32 on CPU"), "{}", report.text());
        assert_eq!((report.rounds_ms.len(), report.batch, report.arms), (2, 32, 2));
    }

    #[test]
    fn a_profile_holds_all_the_arithmetic_of_a_step() {
        for line in ["bench --net N0 --batch 8 --profile --steps 2", "bench --net N0 --batch 8 --profile --engine gpu"]
        {
            let args = Line::try_parse_from(line.split_whitespace()).map_err(|error| error.to_string()).unwrap();
            let profile = profile::measure(&args.bench).unwrap();
            let gflop: f64 = profile.parts.iter().map(|part| part.gflop_per_second * part.ms / 1e3).sum();
            let want = convolution_flops(&Plan::new(&PeerNet::N0.net(), 8)) / 1e9;
            assert!((gflop / want - 1.0).abs() < 1e-9, "{line}: {gflop} {want}");
            assert!(profile.parts.iter().all(|part| part.ms > 0.0 && part.of_roofline > 0.0));
            assert!(profile.peak_gflop_per_second > 0.1 && profile.copy_gb_per_second > 0.1);
            let of_all: f64 = profile.parts.iter().map(|part| part.share).sum();
            assert!((of_all - 1.0).abs() < 1e-9);
        }
        let args = Line::try_parse_from("bench --profile --arms 2".split(' ')).map_err(|e| e.to_string()).unwrap();
        assert!(profile::measure(&args.bench).unwrap_err().contains("profile one of them"));
    }

    #[test]
    fn what_cannot_be_is_said() {
        assert!(bench("bench --engine gpu --precision f64").unwrap_err().starts_with("f64 arithmetic exists only"));
        assert!(bench("bench --arms 9").unwrap_err().contains("9 is not in 1..=8"));
        assert!(bench("bench --net N3").unwrap_err().contains("N3"));
    }
}
