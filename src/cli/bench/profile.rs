//! `explr bench --profile`: where the time of a step goes, beside what the machine can do.

use super::{Bench, Kind, kind};
use crate::bench::peers::{self, PeerNet};
use crate::engine::cpu::{CpuEngine, roofline};
use crate::engine::gpu::GpuEngine;
use crate::engine::profile::{Part, Roofline};
use crate::engine::{Engine, EngineError};
use crate::model::Draw;
use serde::Serialize;
use std::fmt::Write;

/// Where the time of a step goes, as `--json` prints it.
#[derive(Clone, Debug, Serialize)]
pub struct Profile {
    /// The network's name.
    pub net: &'static str,
    /// Images per step and arm.
    pub batch: usize,
    /// Arms in lockstep.
    pub arms: usize,
    /// What was measured.
    pub device: String,
    /// The most arithmetic that was measured on it, 10⁹ operations a second; on the CPU one thread's.
    pub peak_gflop_per_second: f64,
    /// The fastest copy that was measured on it, 10⁹ bytes read and written a second; on the CPU one thread's.
    pub copy_gb_per_second: f64,
    /// The parts of a step, in order.
    pub parts: Vec<Row>,
}

/// One part of a step.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Kernel, or operation and pass.
    pub name: String,
    /// What it works on.
    pub shape: String,
    /// Milliseconds.
    pub ms: f64,
    /// Of all parts' time.
    pub share: f64,
    /// Arithmetic of convolutions.
    pub gflop_per_second: f64,
    /// Operands and results, each once.
    pub gb_per_second: f64,
    /// Of what the device was measured to do at best with as much arithmetic and as many bytes.
    pub of_roofline: f64,
}

/// Measures.
///
/// # Errors
/// A sentence when the engine cannot be had.
pub fn measure(args: &Bench) -> Result<Profile, String> {
    let (net, arms) = (args.net, args.arms as usize);
    let batch = args.batch.map_or(net.usual_batch(), |batch| batch as usize);
    let (device, parts, roofline) = match kind(args)? {
        Kind::Gpu => on_gpu(net, batch, arms).map_err(|error| format!("{error}."))?,
        _ if arms > 1 => return Err("On the CPU the arms run side by side: profile one of them.".to_owned()),
        Kind::Cpu(_) => on_cpu(CpuEngine::<f32>::new(net.setup(batch, 1), 1), batch, args.steps, roofline::<f32>()),
        Kind::CpuExact(_) => {
            on_cpu(CpuEngine::<f64>::new(net.setup(batch, 1), 1), batch, args.steps, roofline::<f64>())
        }
    };
    let total: f64 = parts.iter().map(|part| part.seconds).sum();
    let row = |part: Part| Row {
        ms: part.seconds * 1e3,
        share: part.seconds / total,
        gflop_per_second: part.flops / part.seconds / 1e9,
        gb_per_second: part.bytes / part.seconds / 1e9,
        of_roofline: roofline.fraction(&part),
        name: part.name,
        shape: part.shape,
    };
    Ok(Profile {
        net: net.key(),
        batch,
        arms,
        device,
        peak_gflop_per_second: roofline.flops_per_second / 1e9,
        copy_gb_per_second: roofline.bytes_per_second / 1e9,
        parts: parts.into_iter().map(row).collect(),
    })
}

type Measured = (String, Vec<Part>, Roofline);

fn first_batch(batch: usize) -> Vec<Draw> {
    (0..batch as u32).map(Draw::plain).collect()
}

fn on_gpu(net: PeerNet, batch: usize, arms: usize) -> Result<Measured, EngineError> {
    pollster::block_on(async {
        let setup = net.setup(batch, arms);
        let mut engine = GpuEngine::new(&setup).await?;
        // So that every buffer holds what it holds in training.
        engine.step(0, &first_batch(batch), &vec![peers::INPUT; arms]);
        engine.collect().await?;
        let device = engine.device_name().to_owned();
        let (parts, roofline) = engine.profile(&setup.train_plan()).await?;
        Ok((device, parts, roofline))
    })
}

fn on_cpu<T: crate::engine::cpu::scalar::Scalar>(
    mut engine: CpuEngine<T>,
    batch: usize,
    steps: u64,
    roofline: Roofline,
) -> Measured {
    let parts = engine.profile(&first_batch(batch), &[peers::INPUT], steps as usize);
    ("CPU, 1 thread".to_owned(), parts, roofline)
}

impl Profile {
    /// For people.
    pub fn text(&self) -> String {
        let total: f64 = self.parts.iter().map(|part| part.ms).sum();
        let mut text = format!(
            "{}, batch {}, {}, on {}\nat best {:.1} GFLOP/s, and {:.1} GB/s read and written\n\n{:<24}{:<22}{:>9}{:>7}{:>9}{:>8}{:>10}\n",
            self.net,
            self.batch,
            if self.arms == 1 { "1 arm".to_owned() } else { format!("{} arms", self.arms) },
            self.device,
            self.peak_gflop_per_second,
            self.copy_gb_per_second,
            "part",
            "works on",
            "ms",
            "share",
            "GFLOP/s",
            "GB/s",
            "roofline"
        );
        for part in &self.parts {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{:<24}{:<22}{:>9.3}{:>6.1}%{:>9.1}{:>8.2}{:>9.0}%",
                part.name,
                part.shape,
                part.ms,
                100.0 * part.share,
                part.gflop_per_second,
                part.gb_per_second,
                100.0 * part.of_roofline
            );
        }
        let _ = writeln!(text, "{:<46}{total:>9.3}", "all, one after another");
        text
    }
}
