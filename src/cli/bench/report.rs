//! What `explr bench` says.

use serde::Serialize;

/// What was measured, as `--json` prints it.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The network's name.
    pub net: String,
    /// Images per step and arm.
    pub batch: usize,
    /// What trained.
    pub device: String,
    /// In which precision: f32 or f64.
    pub precision: &'static str,
    /// How many arms in lockstep.
    pub arms: usize,
    /// Steps of a round.
    pub steps: u64,
    /// Median over the rounds of milliseconds a step, all arms together.
    pub ms_per_step: f64,
    /// Each round's.
    pub rounds_ms: Vec<f64>,
    /// The first step, with everything that is made on first use.
    pub first_ms: f64,
    /// Arithmetic of the convolutions of a step, all arms together, 10⁹ operations.
    pub gflop_per_step: f64,
    /// That over the median.
    pub gflop_per_second: f64,
    /// Images a second of each arm.
    pub images_per_second: f64,
    /// Dispatches of a step on a GPU; null on the CPU.
    pub dispatches_per_step: Option<usize>,
    /// Losses of the first steps of the first arm: the peers' to four digits.
    pub first_losses: Vec<f64>,
    /// The loss of the last step.
    pub last_loss: f64,
}

impl Report {
    /// For people.
    pub fn text(&self) -> String {
        let r = self;
        let list = |values: &[f64], digits: usize| {
            values.iter().map(|x| format!("{x:.digits$}")).collect::<Vec<_>>().join(", ")
        };
        let dispatches = r.dispatches_per_step.map_or_else(String::new, |n| format!(", {n} dispatches a step"));
        let arms = if r.arms == 1 { "1 arm".to_owned() } else { format!("{} arms", r.arms) };
        format!(
            "{}, batch {}, {arms}, {} on {}\n\
         {:.3} ms a step, median of {} rounds of {} steps ({}); the first step {:.1} ms\n\
         {:.3} GFLOP a step, {:.2} GFLOP/s, {:.0} images/s an arm{dispatches}\n\
         first losses {}; last {:.4}\n",
            r.net,
            r.batch,
            r.precision,
            r.device,
            r.ms_per_step,
            r.rounds_ms.len(),
            r.steps,
            list(&r.rounds_ms, 3),
            r.first_ms,
            r.gflop_per_step,
            r.gflop_per_second,
            r.images_per_second,
            list(&r.first_losses, 5),
            r.last_loss,
        )
    }
}
