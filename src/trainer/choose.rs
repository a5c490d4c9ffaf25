//! Which engine trains: decided before step 0, said with its reason, never changed in mid-run.

use super::message::EngineReport;
use super::platform::Platform;
use crate::engine::gpu::{self, GpuEngine};
use crate::engine::{ArmInput, Engine, EngineError, Setup};
use crate::experiment::{EngineChoice, Experiment, Precision};
use crate::model::Draw;
use std::time::Duration;
use web_time::Instant;

/// How long each engine may train to be measured.
const MEASUREMENT: Duration = Duration::from_millis(150);

/// An engine and why it is this one.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Whether it is the GPU.
    pub gpu: bool,
    /// As a sentence.
    pub reason: String,
    /// Whether the experiment asked for something else: then the reason is worth a notice.
    pub refused: bool,
}

impl Choice {
    fn cpu(reason: impl Into<String>) -> Self {
        Self { gpu: false, reason: reason.into(), refused: false }
    }

    /// The CPU, against the experiment's wish.
    pub fn cpu_instead(reason: impl Into<String>) -> Self {
        Self { refused: true, ..Self::cpu(reason) }
    }
}

/// What was measured on an adapter: a second measurement might come out otherwise, and the engine with it.
#[derive(Clone, Debug, Default)]
pub struct Measured(Option<(String, Choice)>);

/// Chooses the engine of `experiment`. Measures only where there is a real GPU and the experiment leaves it open, and
/// once per adapter.
pub async fn choose(
    experiment: &Experiment,
    setup: &Setup,
    platform: &impl Platform,
    Measured(measured): &mut Measured,
) -> Choice {
    match (experiment.engine, experiment.precision) {
        (EngineChoice::Gpu, Precision::F64) => {
            return Choice::cpu_instead("Training on the CPU: f64 arithmetic exists only there.");
        }
        (_, Precision::F64) => return Choice::cpu("CPU: f64 arithmetic exists only there."),
        (EngineChoice::Cpu, _) => return Choice::cpu("CPU: the experiment asks for it."),
        _ => {}
    }
    let asked = experiment.engine == EngineChoice::Gpu;
    let Some(adapter) = gpu::probe_adapter().await else {
        let reason = format!("Training on the CPU. {}", platform.no_gpu_hint());
        return if asked { Choice::cpu_instead(reason) } else { Choice { refused: true, ..Choice::cpu(reason) } };
    };
    if asked {
        return Choice { gpu: true, reason: "GPU: the experiment asks for it.".into(), refused: false };
    }
    if adapter.software {
        return Choice::cpu(format!("CPU: the only WebGPU adapter here ({}) is itself software.", adapter.name));
    }
    if let Some((name, choice)) = measured
        && *name == adapter.name
    {
        return choice.clone();
    }
    let choice = faster(race(setup, platform).await);
    *measured = Some((adapter.name, choice.clone()));
    choice
}

/// The engine that was faster, and by how much.
fn faster(times: Result<(Duration, Duration), EngineError>) -> Choice {
    match times {
        Ok((cpu, gpu)) if gpu < cpu => Choice {
            gpu: true,
            reason: format!("GPU: measured {} a step, the CPU {}.", milliseconds(gpu), milliseconds(cpu)),
            refused: false,
        },
        Ok((cpu, gpu)) => {
            Choice::cpu(format!("CPU: measured {} a step, the GPU {}.", milliseconds(cpu), milliseconds(gpu)))
        }
        Err(error) => Choice::cpu_instead(format!("Training on the CPU: {error}.")),
    }
}

/// Builds the chosen engine at step 0.
///
/// # Errors
/// When the GPU refuses.
pub async fn build(
    choice: &Choice,
    precision: Precision,
    setup: Setup,
    platform: &impl Platform,
) -> Result<(Box<dyn Engine>, EngineReport), EngineError> {
    let engine: Box<dyn Engine> =
        if choice.gpu { Box::new(GpuEngine::new(&setup).await?) } else { platform.cpu_engine(setup, precision).await };
    let report = EngineReport {
        kind: if choice.gpu { "GPU" } else { "CPU" }.into(),
        device: engine.device_name().into(),
        precision,
        reason: choice.reason.clone(),
    };
    Ok((engine, report))
}

/// Time of one training step on the CPU and on the GPU.
async fn race(setup: &Setup, platform: &impl Platform) -> Result<(Duration, Duration), EngineError> {
    let mut gpu = GpuEngine::new(setup).await?;
    let mut cpu = platform.cpu_engine(setup.clone(), Precision::F32).await;
    Ok((step_time(cpu.as_mut(), setup).await?, step_time(&mut gpu, setup).await?))
}

async fn step_time(engine: &mut dyn Engine, setup: &Setup) -> Result<Duration, EngineError> {
    let image = |i: usize| Draw::plain((i % setup.train_labels.len()) as u32);
    let batch: Vec<Draw> = (0..setup.batch).map(image).collect();
    let arms = vec![ArmInput::plain(0.0, 0.0, 0.0); setup.weights.len()];
    // The first step pays for caches and compilers and is not counted.
    engine.step(0, &batch, &arms);
    engine.collect().await?;
    let start = Instant::now();
    let mut steps = 0;
    while start.elapsed() < MEASUREMENT {
        // A few at a time, as in training: one wait serves several steps.
        for _ in 0..4 {
            engine.step(steps, &batch, &arms);
            steps += 1;
        }
        engine.collect().await?;
    }
    Ok(start.elapsed() / steps as u32)
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_faster_one_trains_and_a_gpu_that_fails_is_not_asked_again() {
        let ms = Duration::from_millis;
        let gpu = faster(Ok((ms(20), ms(3))));
        assert!(gpu.gpu && gpu.reason.contains("3.0 ms") && gpu.reason.contains("20.0 ms"), "{gpu:?}");
        assert!(!faster(Ok((ms(3), ms(20)))).gpu);
        let failed = faster(Err(EngineError::Refused("no memory".into())));
        assert!(!failed.gpu && failed.refused && failed.reason.contains("no memory"), "{failed:?}");
    }
}
