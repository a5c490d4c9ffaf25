//! `explr bench`: how fast an engine trains the peers' networks, and that it trains what they train.

pub mod peers;
mod report;

pub use report::Report;

use super::run::{EngineArgument, PrecisionArgument};
use crate::engine::cpu::CpuEngine;
use crate::engine::gpu::{GpuEngine, encode, layout::Layout};
use crate::engine::{Engine, EngineError, MAX_ARMS, Output, Setup};
use crate::experiment::{Precision, limits};
use crate::model::plan::INPUT;
use crate::model::{Draw, Op, Plan};
use clap::Args;
use peers::{BATCHES, PeerNet};
use web_time::Instant;

/// Steps before the clock starts; their losses are printed.
const WARM_UP: u64 = 4;
/// Steps between two waits for the engine, as the peers' pages read the loss.
const READ_EVERY: u64 = 10;

/// Arguments of `explr bench`.
#[derive(Args)]
pub struct Bench {
    /// Which network.
    #[arg(long, value_enum, ignore_case = true, default_value = "N1")]
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
    /// Steps of a round.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    pub steps: u64,
    /// Rounds, of which the median counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    pub rounds: u64,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Runs the command.
///
/// # Errors
/// A sentence when the engine cannot be had.
pub fn main(args: &Bench) -> Result<(), String> {
    let report = measure(args)?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?);
    } else {
        print!("{}", report.text());
    }
    Ok(())
}

/// Trains and measures.
///
/// # Errors
/// As [`main`].
pub fn measure(args: &Bench) -> Result<Report, String> {
    let batch = args.batch.map_or(args.net.usual_batch(), |batch| batch as usize);
    let setup = args.net.setup(batch, args.arms as usize);
    let plan = setup.train_plan();
    let gflop_per_step = convolution_flops(&plan) * args.arms as f64 / 1e9;
    let dispatches_per_step = match args.engine {
        EngineArgument::Cpu => None,
        EngineArgument::Gpu => Some(encode::training_step(&plan, &Layout::new(&plan), args.arms as usize).calls.len()),
    };
    let precision = match args.precision {
        PrecisionArgument::F32 => Precision::F32.key(),
        PrecisionArgument::F64 => Precision::F64.key(),
    };
    let sentence = |error: EngineError| format!("{error}.");
    pollster::block_on(async {
        let mut bench = Rounds { engine: engine(args, setup).await?, batch, arms: args.arms as usize, step: 0 };
        let mut first_losses = Vec::new();
        let start = Instant::now();
        let mut first_ms = 0.0;
        for step in 0..WARM_UP {
            first_losses.push(bench.train(1).await.map_err(sentence)?);
            if step == 0 {
                first_ms = start.elapsed().as_secs_f64() * 1e3;
            }
        }
        let (mut rounds_ms, mut last_loss) = (Vec::new(), f64::NAN);
        for _ in 0..args.rounds {
            let start = Instant::now();
            last_loss = bench.train(args.steps).await.map_err(sentence)?;
            rounds_ms.push(start.elapsed().as_secs_f64() * 1e3 / args.steps as f64);
        }
        let ms_per_step = median(&rounds_ms);
        Ok(Report {
            net: format!("{:?}", args.net),
            batch,
            device: bench.engine.device_name().to_owned(),
            precision,
            arms: bench.arms,
            steps: args.steps,
            ms_per_step,
            rounds_ms,
            first_ms,
            gflop_per_step,
            gflop_per_second: gflop_per_step / ms_per_step * 1e3,
            images_per_second: batch as f64 / ms_per_step * 1e3,
            dispatches_per_step,
            first_losses,
            last_loss,
        })
    })
}

async fn engine(args: &Bench, setup: Setup) -> Result<Box<dyn Engine>, String> {
    let threads = std::thread::available_parallelism().map_or(1, Into::into);
    Ok(match (args.engine, args.precision) {
        (EngineArgument::Cpu, PrecisionArgument::F32) => Box::new(CpuEngine::<f32>::new(setup, threads)),
        (EngineArgument::Cpu, PrecisionArgument::F64) => Box::new(CpuEngine::<f64>::new(setup, threads)),
        (EngineArgument::Gpu, PrecisionArgument::F32) => {
            Box::new(GpuEngine::new(&setup).await.map_err(|error| format!("{error}."))?)
        }
        (EngineArgument::Gpu, PrecisionArgument::F64) => {
            return Err("f64 arithmetic exists only on the CPU: leave out --engine gpu or --precision f64.".to_owned());
        }
    })
}

/// An engine under way through the four batches.
struct Rounds {
    engine: Box<dyn Engine>,
    batch: usize,
    arms: usize,
    step: u64,
}

impl Rounds {
    /// Trains `steps` steps and waits for them; the first arm's loss in the last.
    async fn train(&mut self, steps: u64) -> Result<f64, EngineError> {
        let inputs = vec![peers::INPUT; self.arms];
        let mut loss = f64::NAN;
        for done in 1..=steps {
            let start = (self.step % BATCHES as u64) as u32 * self.batch as u32;
            let images: Vec<Draw> = (start..start + self.batch as u32).map(Draw::plain).collect();
            self.engine.step(self.step, &images, &inputs);
            self.step += 1;
            if (done % READ_EVERY == 0 || done == steps)
                && let Some(Output::Row { arms, .. }) = self.engine.collect().await?.last()
            {
                loss = arms[0].loss;
            }
        }
        Ok(loss)
    }
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

/// The middle value; of an even number the mean of the two in the middle.
fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 }
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
        assert!(report.text().starts_with("N0, batch 32, 2 arms, f32 on CPU\n"));
        assert_eq!((report.rounds_ms.len(), report.batch, report.arms), (2, 32, 2));
    }

    #[test]
    fn medians() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0]), 2.5);
    }

    #[test]
    fn what_cannot_be_is_said() {
        assert!(bench("bench --engine gpu --precision f64").unwrap_err().starts_with("f64 arithmetic exists only"));
        assert!(bench("bench --arms 9").unwrap_err().contains("9 is not in 1..=8"));
        assert!(bench("bench --net N3").unwrap_err().contains("N3"));
    }
}
