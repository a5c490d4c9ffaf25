//! All arms of one experiment, step by step, on one engine.

use super::measure::{arm_point, count_correct, relative_distance};
use super::message::{ArmStop, Evaluation, Event, Row, StopReason};
use crate::data::{BatchOrder, Dataset};
use crate::engine::{ArmInput, ArmRow, EVAL_CHUNK, Engine, EngineError, Output};
use crate::experiment::{Arm, Change, Experiment, Setting};
use crate::model::Augment;
use crate::theory::{Ghost, GhostStep, Hyper};
use std::collections::VecDeque;
use std::sync::Arc;

/// How often functions are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvaluationPlan {
    /// Steps between comparisons of the probe logits.
    pub probe_every: u64,
    /// Steps between test accuracies.
    pub test_every: u64,
}

impl Default for EvaluationPlan {
    fn default() -> Self {
        Self { probe_every: 10, test_every: 100 }
    }
}

/// What [`Lockstep::enqueue`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// The next step is on its way.
    Step,
    /// The twin ends here and the step was not taken; the next call goes on without the twin.
    TwinEnds,
}

/// What was known of a step when it was enqueued.
struct Pending {
    step: u64,
    hyper: Hyper,
    twin: Option<GhostStep>,
}

/// An evaluation of which some chunks are still to come.
struct Comparing {
    step: u64,
    /// First images of the chunks still to come.
    chunks: VecDeque<usize>,
    distance: Vec<(Arm, f64)>,
    correct: Vec<(Arm, usize)>,
    whole_test_set: bool,
}

/// One experiment under way.
pub struct Lockstep {
    experiment: Experiment,
    engine: Box<dyn Engine>,
    order: BatchOrder,
    test_labels: Arc<[u8]>,
    plan: EvaluationPlan,
    arms: Vec<Arm>,
    /// Next step to be enqueued.
    step: u64,
    hyper: Hyper,
    ghost: Ghost,
    /// How many of the experiment's changes are applied.
    changes_applied: usize,
    /// Added to the twin's buffer at the next step.
    kick: f64,
    stopped: Vec<ArmStop>,
    evaluated: Option<u64>,
    pending: VecDeque<Pending>,
    comparing: VecDeque<Comparing>,
    events: Vec<Event>,
}

impl Lockstep {
    /// `engine` stands at step 0 of `experiment` on `data`.
    pub fn new(experiment: Experiment, data: &Dataset, engine: Box<dyn Engine>, plan: EvaluationPlan) -> Self {
        let arms = experiment.arms.iter().collect();
        Self {
            order: BatchOrder::new(experiment.seed, data.train.len(), experiment.batch, Augment::default()),
            test_labels: data.test.labels.clone(),
            plan,
            arms,
            step: 0,
            hyper: experiment.hyper,
            ghost: Ghost::new(experiment.rescaling),
            changes_applied: 0,
            kick: 0.0,
            stopped: Vec::new(),
            evaluated: None,
            pending: VecDeque::new(),
            comparing: VecDeque::new(),
            events: Vec::new(),
            experiment,
            engine,
        }
    }

    /// What is trained, with all changes recorded.
    pub fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// The next step to be trained.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// ⌈images / batch⌉.
    pub fn steps_per_epoch(&self) -> u64 {
        self.order.steps_per_epoch() as u64
    }

    /// The step at which the twin ended, if it did.
    pub fn twin_ended(&self) -> Option<u64> {
        self.stopped.iter().find(|s| s.reason == StopReason::GaugeEnded).map(|s| s.step)
    }

    /// Where the run stands: what predictions start from.
    pub fn present(&self) -> Event {
        Event::Present { step: self.step, ghost: self.ghost, hyper: self.hyper }
    }

    /// Makes the GPU device go away, to see the recovery.
    pub fn lose_device(&mut self) {
        self.engine.lose_device();
    }

    /// The weights of the `index`-th arm that trains.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn weights(&mut self, index: usize) -> Result<Vec<f64>, EngineError> {
        self.engine.weights(index).await
    }

    /// Takes a setting before the next step.
    pub fn set(&mut self, setting: Setting) {
        let change = Change { step: self.step, setting };
        self.experiment.record(change);
        if self.step == 0 {
            self.hyper = self.experiment.hyper;
        }
        self.apply_changes();
        self.events.push(Event::Changed(change));
    }

    /// Applies every recorded change that is due.
    fn apply_changes(&mut self) {
        // A setting recorded twice for one step replaced its predecessor, so those of this step are applied again.
        let due = self.experiment.changes.partition_point(|c| c.step <= self.step);
        let from = self.experiment.changes.partition_point(|c| c.step < self.step).min(self.changes_applied);
        for index in from..due {
            let change = self.experiment.changes[index];
            change.setting.apply_to(&mut self.hyper);
            if change.setting == Setting::RestartGauge {
                self.restart_gauge();
            }
        }
        self.changes_applied = due;
    }

    /// Revives the twin only where it ended: one that has missed steps is no twin any more.
    fn restart_gauge(&mut self) {
        let step = self.step;
        self.stopped.retain(|s| s.reason != StopReason::GaugeEnded || s.step != step);
        if !self.is_stopped(Arm::Exp) {
            self.kick += self.ghost.restart();
        }
    }

    /// Enqueues the next step, and the evaluations due before it.
    pub fn enqueue(&mut self) -> Enqueued {
        self.apply_changes();
        let twin = if self.is_stopped(Arm::Exp) { None } else { self.ghost.advance(self.hyper).ok() };
        if twin.is_none() && !self.is_stopped(Arm::Exp) {
            self.stop(Arm::Exp, self.step, StopReason::GaugeEnded);
            return Enqueued::TwinEnds;
        }
        let inputs = self.inputs(twin.as_ref());
        if self.step.is_multiple_of(self.plan.probe_every) {
            self.enqueue_evaluation(self.step.is_multiple_of(self.plan.test_every), &inputs);
        }
        let batch = self.order.next_batch();
        self.engine.step(self.step, &batch, &inputs);
        self.pending.push_back(Pending { step: self.step, hyper: self.hyper, twin });
        self.kick = 0.0;
        self.step += 1;
        Enqueued::Step
    }

    /// Enqueues an evaluation of where the run stands, over the whole test set, unless it was evaluated here already.
    pub fn enqueue_final_evaluation(&mut self) {
        if self.evaluated != Some(self.step) {
            // The ghost is asked on a copy: no step is taken.
            let twin = { self.ghost }.advance(self.hyper).ok();
            let inputs = self.inputs(twin.as_ref());
            self.enqueue_evaluation(true, &inputs);
        }
    }

    /// What drives each arm in the step that `twin` describes.
    fn inputs(&self, twin: Option<&GhostStep>) -> Vec<ArmInput> {
        let Hyper { lr, weight_decay, momentum } = self.hyper;
        let epsilon = self.experiment.epsilon;
        let plain = ArmInput { epsilon, ..ArmInput::plain(lr, weight_decay, momentum) };
        let of_arm = |&arm: &Arm| match (arm, twin) {
            (Arm::Wd | Arm::Control, _) => plain,
            (Arm::Ablation, _) => ArmInput { weight_decay: 0.0, ..plain },
            (Arm::Exp, Some(twin)) => ArmInput {
                lr: twin.lr,
                weight_decay: 0.0,
                kick: self.kick,
                epsilon: epsilon * twin.epsilon_factor,
                halvings: twin.halvings as i32,
                ..plain
            },
            (Arm::Exp, None) => ArmInput { live: false, ..plain },
        };
        self.arms
            .iter()
            .map(|arm| {
                let input = of_arm(arm);
                ArmInput { live: input.live && !self.is_stopped(*arm), ..input }
            })
            .collect()
    }

    fn enqueue_evaluation(&mut self, whole_test_set: bool, inputs: &[ArmInput]) {
        self.evaluated = Some(self.step);
        let last = self.test_labels.len() - EVAL_CHUNK;
        let chunks: VecDeque<usize> = if whole_test_set {
            (0..self.test_labels.len()).step_by(EVAL_CHUNK).map(|start| start.min(last)).collect()
        } else {
            VecDeque::from([0])
        };
        for &start in &chunks {
            self.engine.evaluate(self.step, start, inputs);
        }
        let (distance, correct) = (Vec::new(), Vec::new());
        self.comparing.push_back(Comparing { step: self.step, chunks, distance, correct, whole_test_set });
    }

    /// Waits for everything enqueued and says what came of it.
    ///
    /// # Errors
    /// When the device was lost or refused; what was enqueued is gone then.
    pub async fn collect(&mut self) -> Result<Vec<Event>, EngineError> {
        let outputs = self.engine.collect().await?;
        let (mut rows, mut evaluations) = (Vec::new(), Vec::new());
        for output in outputs {
            match output {
                Output::Row { step, arms } => rows.extend(self.row(step, &arms)),
                Output::Logits { step, start, arms } => evaluations.extend(self.logits(step, start, &arms)),
                Output::Weights { .. } => {}
            }
        }
        let mut events = std::mem::take(&mut self.events);
        // Rows first: whoever watches knows the losses of a step before its comparison, and a stop after both.
        let at = events.iter().take_while(|e| !matches!(e, Event::ArmStopped(_))).count();
        events
            .splice(at..at, [Event::Rows(rows), Event::Evaluations(evaluations)].into_iter().filter(|e| !is_empty(e)));
        events.push(self.present());
        Ok(events)
    }

    fn row(&mut self, step: u64, arms: &[ArmRow]) -> Option<Row> {
        let known = self.pending.pop_front()?;
        debug_assert_eq!(known.step, step, "rows come back in order");
        let mut points = Vec::with_capacity(arms.len());
        for (index, row) in arms.iter().enumerate() {
            let arm = self.arms[index];
            if self.is_stopped_before(arm, step) {
                continue;
            }
            let (log10_lr, halvings) = match (arm, &known.twin) {
                (Arm::Exp, None) => continue,
                (Arm::Exp, Some(twin)) => (twin.log10_lr, twin.exponent),
                _ => (known.hyper.lr.log10(), 0),
            };
            let finite = row.loss.is_finite() && row.layers.iter().all(|l| l.gradient_sq.is_finite());
            if finite {
                points.push(arm_point(arm, row, self.experiment.batch, log10_lr, halvings));
            } else {
                self.stop(arm, step, StopReason::Diverged);
            }
        }
        let log10_u = |twin: &GhostStep| twin.u.log10() - twin.exponent as f64 * std::f64::consts::LOG10_2;
        Some(Row {
            step,
            hyper: known.hyper,
            log10_u: known.twin.as_ref().map(log10_u),
            rho: known.twin.map(|t| t.rho),
            arms: points,
        })
    }

    fn logits(&mut self, step: u64, start: usize, arms: &[Vec<f64>]) -> Option<Evaluation> {
        let labels = self.test_labels.clone();
        let live: Vec<(Arm, &Vec<f64>)> =
            self.arms.iter().copied().zip(arms).filter(|(arm, _)| !self.is_stopped_before(*arm, step)).collect();
        let comparing = self.comparing.front_mut()?;
        comparing.chunks.pop_front();
        if start == 0
            && let Some((_, reference)) = live.iter().find(|(arm, _)| *arm == Arm::Wd)
        {
            let others = live.iter().filter(|(arm, _)| *arm != Arm::Wd);
            comparing.distance = others
                .map(|(arm, z)| (*arm, relative_distance(z, reference)))
                .filter(|(_, distance)| distance.is_finite())
                .collect();
        }
        // The last chunk reaches back to be full; images counted already are not counted again.
        let first = if start.is_multiple_of(EVAL_CHUNK) { start } else { start.next_multiple_of(EVAL_CHUNK) };
        for (arm, z) in &live {
            let classes = z.len() / EVAL_CHUNK;
            let hits = count_correct(&z[(first - start) * classes..], &labels[first..start + EVAL_CHUNK]);
            match comparing.correct.iter_mut().find(|(a, _)| a == arm) {
                Some((_, count)) => *count += hits,
                None => comparing.correct.push((*arm, hits)),
            }
        }
        if !comparing.chunks.is_empty() {
            return None;
        }
        let done = self.comparing.pop_front()?;
        let accuracy = |(arm, hits): (Arm, usize)| (arm, hits as f64 / labels.len() as f64);
        let test_accuracy =
            if done.whole_test_set { done.correct.into_iter().map(accuracy).collect() } else { Vec::new() };
        Some(Evaluation { step: done.step, distance: done.distance, test_accuracy })
    }

    fn stop(&mut self, arm: Arm, step: u64, reason: StopReason) {
        let stop = ArmStop { arm, step, reason };
        self.stopped.push(stop);
        self.events.push(Event::ArmStopped(stop));
    }

    fn is_stopped(&self, arm: Arm) -> bool {
        self.stopped.iter().any(|s| s.arm == arm)
    }

    fn is_stopped_before(&self, arm: Arm, step: u64) -> bool {
        self.stopped.iter().any(|s| s.arm == arm && s.step <= step)
    }
}

fn is_empty(event: &Event) -> bool {
    match event {
        Event::Rows(rows) => rows.is_empty(),
        Event::Evaluations(list) => list.is_empty(),
        _ => false,
    }
}
