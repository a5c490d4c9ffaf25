//! All arms of one experiment, step by step, on one engine.

use super::build::MAX_TEST;
use super::compare::Comparisons;
use super::drive::{Courses, Drive, TwinEnds};
use super::measure::{Turned, arm_point};
use super::message::{ArmPoint, ArmStop, Event, NetworkInfo, Row, StopReason, Watched};
use crate::data::{BatchOrder, Dataset};
use crate::engine::{ArmInput, ArmRow, EVAL_CHUNK, Engine, EngineError, MAX_ENQUEUED, Output};
use crate::experiment::{Arm, Change, Experiment, Setting};
use std::collections::VecDeque;

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

/// One experiment under way.
pub struct Lockstep {
    experiment: Experiment,
    engine: Box<dyn Engine>,
    order: BatchOrder,
    plan: EvaluationPlan,
    arms: Vec<Arm>,
    /// Layers of each invariance group.
    groups: Vec<Vec<usize>>,
    /// Next step to be enqueued.
    step: u64,
    drive: Drive,
    /// How many of the experiment's changes are applied.
    changes_applied: usize,
    stopped: Vec<ArmStop>,
    comparisons: Comparisons,
    /// Steps and evaluation chunks that the engine was handed since it was last waited for.
    enqueued: usize,
    /// What was known of the steps that are on their way.
    pending: VecDeque<(u64, Courses)>,
    /// By arm: what the next angle is measured from.
    turned: [Turned; Arm::ALL.len()],
    events: Vec<Event>,
}

impl Lockstep {
    /// `engine` stands at step 0 of `experiment` on `data`; `groups` lists the layers of each invariance group of
    /// `network`.
    pub fn new(
        experiment: Experiment,
        data: &Dataset,
        engine: Box<dyn Engine>,
        plan: EvaluationPlan,
        network: &NetworkInfo,
        groups: Vec<Vec<usize>>,
    ) -> Self {
        let arms: Vec<Arm> = experiment.arms.iter().collect();
        let order = BatchOrder::new(experiment.seed, data.train.len(), experiment.batch, experiment.augment);
        Self {
            drive: Drive::new(&experiment, order.steps_per_epoch() as u64),
            comparisons: Comparisons::new(data.test.labels.clone(), arms.clone(), network.layers.clone()),
            order,
            plan,
            arms,
            groups,
            step: 0,
            changes_applied: 0,
            stopped: Vec::new(),
            enqueued: 0,
            pending: VecDeque::new(),
            turned: Default::default(),
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
        self.stopped.iter().find(|s| s.arm == Arm::Exp && s.reason == StopReason::GaugeEnded).map(|s| s.step)
    }

    /// Where the run stands: what predictions start from.
    pub fn present(&self) -> Event {
        let (ghost, hyper) = (self.drive.ghost(), self.drive.hyper());
        Event::Present { step: self.step, ghost, hyper, factor: self.drive.factor(self.step) }
    }

    /// Looks at other weights from the next comparison on.
    pub fn watch(&mut self, watched: Watched) {
        self.comparisons.watch(watched);
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
        self.experiment.record(change.clone());
        if self.step == 0 && change.setting.is_of_the_start() {
            self.drive.set(&change.setting);
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
            let setting = self.experiment.changes[index].setting.clone();
            if setting == Setting::RestartGauge {
                self.revive_twin();
            }
            if setting != Setting::RestartGauge || !self.is_stopped(Arm::Exp) {
                self.drive.set(&setting);
            }
        }
        self.changes_applied = due;
    }

    /// Revives the twin only where it ended: one that has missed steps is no twin any more.
    fn revive_twin(&mut self) {
        let step = self.step;
        self.stopped.retain(|s| s.reason != StopReason::GaugeEnded || s.step != step);
        if !self.is_stopped(Arm::Exp) {
            self.drive.revive_twin();
        }
    }

    /// Whether [`Lockstep::collect`] must come before the next step, as that step may need an evaluation of every test
    /// image, and the pause after it another.
    pub fn is_full(&self) -> bool {
        self.enqueued + 2 * MAX_TEST.div_ceil(EVAL_CHUNK) + 1 > MAX_ENQUEUED
    }

    /// Enqueues the next step, and the evaluations due before it.
    pub fn enqueue(&mut self) -> Enqueued {
        self.apply_changes();
        let courses = match self.drive.advance(self.step) {
            Ok(courses) => courses,
            Err(TwinEnds) => {
                self.drive.end_twin();
                self.stop(Arm::Exp, self.step, StopReason::GaugeEnded);
                return Enqueued::TwinEnds;
            }
        };
        if courses.converted_back && !self.experiment.changes.iter().any(|c| c.step == self.step) {
            let sentence = "Weight decay was switched on again: the converted run's ghost would have reached zero.";
            self.events.push(Event::Notice(format!("Step {}: {sentence}", self.step)));
        }
        if courses.of(Arm::Broken).is_none() && self.arms.contains(&Arm::Broken) && !self.is_stopped(Arm::Broken) {
            self.stop(Arm::Broken, self.step, StopReason::GaugeEnded);
        }
        let inputs = self.inputs(&courses);
        if self.step.is_multiple_of(self.plan.probe_every) {
            self.enqueue_evaluation(self.step.is_multiple_of(self.plan.test_every), &inputs, &courses);
        }
        let batch = self.order.next_batch();
        self.engine.step(self.step, &batch, &inputs);
        self.enqueued += 1;
        self.pending.push_back((self.step, courses));
        self.step += 1;
        Enqueued::Step
    }

    /// Enqueues an evaluation of where the run stands, over the whole test set, unless it was evaluated here already.
    pub fn enqueue_final_evaluation(&mut self) {
        // The drive is asked on a copy: no step is taken.
        let mut ahead = self.drive.clone();
        if self.is_stopped(Arm::Exp) {
            ahead.end_twin();
        }
        let courses = ahead.advance(self.step).or_else(|TwinEnds| {
            ahead.end_twin();
            ahead.advance(self.step)
        });
        if let Ok(courses) = courses
            && self.comparisons.last() != Some(self.step)
        {
            let inputs = self.inputs(&courses);
            self.enqueue_evaluation(true, &inputs, &courses);
        }
    }

    /// What the engine is told of each arm that trains.
    fn inputs(&self, courses: &Courses) -> Vec<ArmInput> {
        let rests = ArmInput { live: false, ..ArmInput::plain(0.0, 0.0, 0.0) };
        let of_arm = |&arm: &Arm| match courses.of(arm) {
            Some(course) => ArmInput { live: !self.is_stopped(arm), ..course.input },
            None => rests,
        };
        self.arms.iter().map(of_arm).collect()
    }

    fn enqueue_evaluation(&mut self, whole_test_set: bool, inputs: &[ArmInput], courses: &Courses) {
        self.enqueued += self.comparisons.enqueue(self.engine.as_mut(), self.step, whole_test_set, inputs, courses);
    }

    /// Waits for everything enqueued and says what came of it.
    ///
    /// # Errors
    /// When the device was lost or refused; what was enqueued is gone then.
    pub async fn collect(&mut self) -> Result<Vec<Event>, EngineError> {
        self.enqueued = 0;
        let outputs = self.engine.collect().await?;
        let (mut rows, mut evaluations, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        for output in outputs {
            match output {
                Output::Row { step, arms } => rows.extend(self.row(step, &arms)),
                Output::Logits { step, start, arms } => {
                    evaluations.extend(self.comparisons.logits(start, &arms, lives_at(&self.stopped, step)));
                }
                Output::Weights { step, arms, .. } => {
                    weights.extend(self.comparisons.weights(&arms, lives_at(&self.stopped, step)));
                }
            }
        }
        let mut events = std::mem::take(&mut self.events);
        // Rows first: whoever watches knows the losses of a step before its comparison, and a stop after both.
        let at = events.iter().take_while(|e| !matches!(e, Event::ArmStopped(_))).count();
        let news = [Event::Rows(rows), Event::Evaluations(evaluations)].into_iter().filter(|e| !is_empty(e));
        events.splice(at..at, news.chain(weights.into_iter().map(|seen| Event::Weights(Box::new(seen)))));
        events.push(self.present());
        Ok(events)
    }

    fn row(&mut self, step: u64, arms: &[ArmRow]) -> Option<Row> {
        let (known, courses) = self.pending.pop_front()?;
        debug_assert_eq!(known, step, "rows come back in order");
        let mut points = Vec::with_capacity(arms.len());
        for (index, row) in arms.iter().enumerate() {
            let arm = self.arms[index];
            let Some(course) = courses.of(arm).filter(|_| !self.is_stopped_before(arm, step)) else { continue };
            if !row.loss.is_finite() || !row.layers.iter().all(|l| l.gradient_sq.is_finite()) {
                self.stop(arm, step, StopReason::Diverged);
                continue;
            }
            let before = &self.turned[arm as usize];
            let (point, turned): (ArmPoint, Turned) =
                arm_point(arm, row, self.experiment.batch, course, &self.groups, before);
            self.turned[arm as usize] = turned;
            points.push(point);
        }
        let twin = courses.of(Arm::Exp);
        let (log10_u, rho) = (twin.map(|t| t.log10_u), twin.map(|t| t.rho));
        Some(Row { step, hyper: courses.hyper, log10_u, rho, arms: points })
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

/// Whether an arm still trained at `step`.
fn lives_at(stopped: &[ArmStop], step: u64) -> impl Fn(Arm) -> bool {
    move |arm| !stopped.iter().any(|s| s.arm == arm && s.step <= step)
}

fn is_empty(event: &Event) -> bool {
    match event {
        Event::Rows(rows) => rows.is_empty(),
        Event::Evaluations(list) => list.is_empty(),
        _ => false,
    }
}
