//! What bench.html calls: the peers' networks on one engine, on the page's own thread; several arms of the CPU engine train
//! in Workers. The lab is not started there.

use crate::bench::{Kind, Trial, peers::PeerNet};
use crate::experiment::limits;
use crate::host::{crew_size, start_crew};
use std::cell::RefCell;
use std::ops::RangeInclusive;
use wasm_bindgen::JsValue;
use web_time::Instant;

/// Arms a page may ask for.
const ARMS: RangeInclusive<usize> = 1..=8;
/// Steps of one call.
const STEPS: RangeInclusive<usize> = 1..=100_000;

thread_local! {
    /// What [`train`] goes on with; taken out while it trains.
    static TRIAL: RefCell<Option<Trial>> = const { RefCell::new(None) };
}

/// Builds the engine at step 0 in place of the one before. `engine` is "gpu", "cpu", or empty for the GPU where there is
/// an adapter. Returns `{setupMs, engine, device}`.
///
/// # Errors
/// An `Error` with a sentence: what the page asked for does not exist, or the GPU refuses.
pub async fn start(net: String, batch: f64, engine: String, arms: f64) -> Result<JsValue, JsValue> {
    console_error_panic_hook::set_once();
    // First: two engines may not fit the device's memory.
    TRIAL.take();
    let asked = PeerNet::parse(&net)
        .and_then(|net| Ok((net, whole("batch", batch, limits::BATCH)?, whole("arms", arms, ARMS)?)));
    let (net, batch, arms) = asked.map_err(error)?;
    let kind = match engine.as_str() {
        "gpu" => Kind::Gpu,
        "cpu" => Kind::Cpu(1),
        "" => Kind::whatever_there_is().await,
        other => return Err(error(format!("There is no engine {other:?}; there are cpu and gpu."))),
    };
    let begin = Instant::now();
    // As in the lab: several arms on the CPU train in Workers.
    let workers = if kind == Kind::Gpu { 1 } else { crew_size(arms) };
    let trial = if workers > 1 {
        start_crew(net.setup(batch, arms), false, workers).await.map(|crew| Trial::on(Box::new(crew), batch, arms))
    } else {
        Trial::start(net, batch, arms, kind).await
    };
    let trial = trial.map_err(|why| error(format!("{why}.")))?;
    let answer = serde_json::json!({
        "setupMs": begin.elapsed().as_secs_f64() * 1e3,
        "engine": if kind == Kind::Gpu { "gpu" } else { "cpu" },
        "device": trial.device(),
    });
    TRIAL.set(Some(trial));
    parsed(&answer)
}

/// Trains on. Returns `{msPerStep, jsMsPerStep, losses, calls}`; the last, on a GPU only, counts what was asked of it since
/// it was opened.
///
/// # Errors
/// An `Error` with a sentence: nothing was started, or it trains already, or the device was lost.
pub async fn train(steps: f64) -> Result<JsValue, JsValue> {
    let steps = whole("steps", steps, STEPS).map_err(error)?;
    let Some(mut trial) = TRIAL.take() else {
        return Err(error("No engine is ready: either none was started, or it trains already.".to_owned()));
    };
    let trained = trial.train(steps as u64).await;
    let calls = trial.gpu_calls();
    TRIAL.set(Some(trial));
    let round = trained.map_err(|why| error(format!("{why}.")))?;
    parsed(&serde_json::json!({
        "msPerStep": round.ms_per_step,
        // Waiting for a CPU engine is computing: only on a GPU is this the time of the page's own code.
        "jsMsPerStep": calls.map(|_| round.enqueue_ms_per_step),
        "losses": round.losses,
        "calls": calls.map(|calls| serde_json::json!({
            "dispatch": calls.dispatches, "submit": calls.submits, "pipeline": calls.pipelines, "bytes": calls.bytes,
        })),
    }))
}

fn whole(name: &str, value: f64, range: RangeInclusive<usize>) -> Result<usize, String> {
    let found = (value.fract() == 0.0 && value >= 0.0).then_some(value as usize).filter(|n| range.contains(n));
    found.ok_or_else(|| format!("{value} is no {name}: a whole number from {} to {} is.", range.start(), range.end()))
}

fn error(sentence: String) -> JsValue {
    js_sys::Error::new(&sentence).into()
}

fn parsed(value: &serde_json::Value) -> Result<JsValue, JsValue> {
    js_sys::JSON::parse(&value.to_string())
}
