//! The CPU engine, in f32 and f64: the reference, the fallback where there is no GPU, and the exact mode.
//!
//! Convolutions are computed directly in register tiles ([`conv`]), norms and activations over contiguous sets ([`norm`],
//! [`activation`]), all in vectors that are named and not hoped for (`vector`). [`mod@reference`] holds a naive twin of
//! every operation, which the tests compare with. The arms are independent: natively each runs in a thread of its own,
//! and where there are more threads than arms several share the work of one (`team`); in the page one after another. The
//! bits are the same.

pub mod activation;
pub mod add;
mod arm;
pub mod avg_pool;
pub mod concat;
pub mod conv;
pub mod gather;
pub mod head;
pub mod norm;
#[cfg(not(target_arch = "wasm32"))]
mod profile;
pub mod real;
pub mod reference;
pub mod scalar;
mod sum;
mod team;
mod vector;
// In the page nobody starts one: `explr bench --profile` does.
#[cfg_attr(target_arch = "wasm32", allow(dead_code))]
mod watch;

#[cfg(not(target_arch = "wasm32"))]
pub use profile::roofline;
pub use real::Real;
pub use scalar::Scalar;

use super::{ArmInput, ArmRow, EVAL_CHUNK, Engine, EngineError, Output, Setup};
use crate::model::{Draw, Op, WeightId};
use arm::{ArmState, Workspace};
use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, ready};
use gather::gather;
use std::sync::Arc;
use team::{Team, worth_waking};

/// Something enqueued, for all arms.
enum Job {
    Step { step: u64, batch: Vec<Draw>, arms: Vec<ArmInput> },
    Evaluate { step: u64, start: usize, epsilons: Vec<f64> },
    Snapshot { step: u64, layers: Vec<WeightId> },
}

/// What one arm made of a job.
enum Done {
    Row(ArmRow),
    /// Logits or weights.
    Numbers(Vec<f64>),
}

/// One arm with the room it works in.
struct Lane<T> {
    state: ArmState<T>,
    train: Workspace<T>,
    eval: Workspace<T>,
    /// Classes of the batch.
    labels: Vec<u8>,
}

/// What all arms read.
struct Shared<T> {
    setup: Setup,
    head: Vec<T>,
    labels: Arc<[u8]>,
}

/// Trains on the CPU in `T`.
pub struct CpuEngine<T> {
    lanes: Vec<Lane<T>>,
    /// By lane.
    teams: Vec<Team>,
    shared: Shared<T>,
    jobs: Vec<Job>,
    threads: usize,
}

impl<T: Scalar> CpuEngine<T> {
    /// Builds the engine, at step 0. Uses up to `threads` threads; the number never changes bits.
    pub fn new(setup: Setup, threads: usize) -> Self {
        let multiply_adds = |op: &Op| match op {
            Op::Conv { geometry, .. } => geometry.multiply_adds(),
            _ => 0,
        };
        let work = setup.train_plan().ops.iter().map(multiply_adds).sum();
        // Threads that are more than the arms share the work of one.
        let each = worth_waking(threads / setup.weights.len().max(1), work);
        Self::with_teams(setup, threads, each)
    }

    /// Builds it with `each` threads for each arm.
    fn with_teams(setup: Setup, threads: usize, each: usize) -> Self {
        let lanes = setup
            .weights
            .iter()
            .map(|weights| Lane {
                state: ArmState::new(weights),
                train: Workspace::new(setup.train_plan(), true, each),
                eval: Workspace::new(setup.eval_plan(), false, each),
                labels: Vec::new(),
            })
            .collect();
        let teams = setup.weights.iter().map(|_| Team::new(each)).collect();
        let head = setup.head.iter().map(|&x| T::from_f64(f64::from(x))).collect();
        let labels = setup.train_labels.clone();
        Self { lanes, teams, shared: Shared { setup, head, labels }, jobs: Vec::new(), threads }
    }

    /// Replaces the training images `[n, c, h, w]` and their classes; to be called when nothing is enqueued.
    pub fn set_train(&mut self, images: Arc<[f32]>, labels: Arc<[u8]>) {
        self.shared.setup.train_images = images;
        self.shared.labels = labels;
    }

    fn run_jobs(&mut self) -> Vec<Output> {
        let jobs = std::mem::take(&mut self.jobs);
        let shared = &self.shared;
        let mut done: Vec<Vec<Done>> = Vec::with_capacity(self.lanes.len());
        done.resize_with(self.lanes.len(), Vec::new);
        let work = self.lanes.iter_mut().zip(&self.teams).zip(&mut done).enumerate();
        spread(self.threads, work.collect(), |(index, ((lane, team), done))| {
            *done = team.enter(|| jobs.iter().map(|job| lane.run(index, job, shared, team)).collect());
        });
        let mut done: Vec<_> = done.into_iter().map(Vec::into_iter).collect();
        jobs.into_iter()
            .map(|job| {
                let of_arms = done.iter_mut().map(|arm| arm.next().expect("one result a job"));
                match job {
                    Job::Step { step, .. } => Output::Row { step, arms: of_arms.map(Done::row).collect() },
                    Job::Evaluate { step, start, .. } => {
                        Output::Logits { step, start, arms: of_arms.map(Done::numbers).collect() }
                    }
                    Job::Snapshot { step, layers } => {
                        Output::Weights { step, layers, arms: of_arms.map(Done::numbers).collect() }
                    }
                }
            })
            .collect()
    }
}

impl Done {
    fn row(self) -> ArmRow {
        match self {
            Self::Row(row) => row,
            Self::Numbers(_) => unreachable!("a step gives a row"),
        }
    }

    fn numbers(self) -> Vec<f64> {
        match self {
            Self::Numbers(numbers) => numbers,
            Self::Row(_) => unreachable!("only a step gives a row"),
        }
    }
}

impl<T: Scalar> Lane<T> {
    fn weights_of(&self, layers: &[WeightId]) -> Vec<f64> {
        let of_layer = |&id: &WeightId| self.state.weights[self.train.range(id)].iter().map(|w| w.to_f64());
        layers.iter().flat_map(of_layer).collect()
    }

    fn run(&mut self, index: usize, job: &Job, shared: &Shared<T>, team: &Team) -> Done {
        let shape = shared.setup.net.input;
        match job {
            Job::Step { batch, arms, .. } if arms[index].live => {
                gather(&shared.setup.train_images, shape, batch, self.train.images_mut());
                self.labels.clear();
                self.labels.extend(batch.iter().map(|draw| shared.labels[draw.image as usize]));
                Done::Row(self.state.step(&mut self.train, &self.labels, &shared.head, &arms[index], team))
            }
            Job::Step { .. } => Done::Row(ArmRow { loss: f64::NAN, correct: 0, layers: Vec::new() }),
            Job::Evaluate { start, epsilons, .. } => {
                let images: Vec<Draw> = (*start..*start + EVAL_CHUNK).map(|i| Draw::plain(i as u32)).collect();
                gather(&shared.setup.test_images, shape, &images, self.eval.images_mut());
                Done::Numbers(self.state.logits(&mut self.eval, &shared.head, epsilons[index], team))
            }
            Job::Snapshot { layers, .. } => Done::Numbers(self.weights_of(layers)),
        }
    }
}

/// Does `task` for every item, on up to `threads` threads.
#[cfg(not(target_arch = "wasm32"))]
fn spread<I: Send>(threads: usize, items: Vec<I>, task: impl Fn(I) + Sync) {
    if threads <= 1 || items.len() <= 1 {
        return items.into_iter().for_each(task);
    }
    let queue = std::sync::Mutex::new(items.into_iter());
    let next = || queue.lock().expect("no task panics while it holds the queue").next();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(item) = next() {
                    task(item);
                }
            });
        }
    });
}

/// A Worker has one thread.
#[cfg(target_arch = "wasm32")]
fn spread<I>(_threads: usize, items: Vec<I>, task: impl Fn(I)) {
    items.into_iter().for_each(task);
}

impl<T: Scalar> Engine for CpuEngine<T> {
    fn device_name(&self) -> &str {
        "CPU"
    }

    fn step(&mut self, step: u64, batch: &[Draw], arms: &[ArmInput]) {
        self.jobs.push(Job::Step { step, batch: batch.to_vec(), arms: arms.to_vec() });
    }

    fn evaluate(&mut self, step: u64, start: usize, arms: &[ArmInput]) {
        self.jobs.push(Job::Evaluate { step, start, epsilons: arms.iter().map(|a| a.epsilon).collect() });
    }

    fn snapshot(&mut self, step: u64, layers: &[WeightId]) {
        self.jobs.push(Job::Snapshot { step, layers: layers.to_vec() });
    }

    fn collect(&mut self) -> LocalBoxFuture<'_, Result<Vec<Output>, EngineError>> {
        ready(Ok(self.run_jobs())).boxed_local()
    }

    fn weights(&mut self, arm: usize) -> LocalBoxFuture<'_, Result<Vec<f64>, EngineError>> {
        let weights = self.lanes[arm].state.weights.iter().map(|w| w.to_f64()).collect();
        ready(Ok(weights)).boxed_local()
    }
}

#[cfg(test)]
mod gradient_tests;
#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
