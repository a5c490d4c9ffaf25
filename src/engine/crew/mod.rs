//! Several CPU engines as one: each trains a share of the arms somewhere else (a Worker of the page), and the crew joins
//! what they answer. A browser has no threads without headers that static hosts do not send; arms need none, because
//! within a chunk of steps none waits for another.
//!
//! **A member holds no training images.** They would lie in memory once a Worker. The crew picks and moves each batch and
//! sends it along; a batch is small, and what a member computes has the bits of [`CpuEngine`](super::cpu::CpuEngine).

mod mate;
mod order;

pub use mate::Mate;
pub use order::{Answer, Call, Order, Start};

use super::cpu::gather::gather;
use super::{ArmInput, Engine, EngineError, Output, Setup};
use crate::model::{Draw, Shape, WeightId};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use std::ops::Range;
use std::sync::Arc;

/// The near end of one member: a [`Mate`] obeys at the far end.
pub trait Member {
    /// Sends an order and the images `[n, c, h, w]` that belong to it; never waits.
    fn send(&mut self, order: &Order, images: &[f32]);

    /// The answer to the oldest order that is not answered yet.
    fn answer(&mut self) -> LocalBoxFuture<'_, Result<Answer, EngineError>>;
}

/// Trains the arms of one experiment on several members.
pub struct Crew<M> {
    name: String,
    /// Each with its arms.
    members: Vec<(M, Range<usize>)>,
    shape: Shape,
    images: Arc<[f32]>,
    labels: Arc<[u8]>,
    calls: Vec<Call>,
    /// The batches of the enqueued steps, `[n, c, h, w]`, and their classes.
    batches: (Vec<f32>, Vec<u8>),
}

impl<M: Member> Crew<M> {
    /// Hands each of `members` its share of the arms, at step 0, in f64 where `double`.
    ///
    /// # Errors
    /// When a member does not answer.
    ///
    /// # Panics
    /// Without members.
    pub async fn new(setup: Setup, double: bool, members: Vec<M>) -> Result<Self, EngineError> {
        let shares = shares(setup.weights.len(), members.len());
        let mut members: Vec<(M, Range<usize>)> = members.into_iter().zip(shares).collect();
        for (member, arms) in &mut members {
            member.send(&Order::Start(Box::new(Start::new(&setup, arms.clone(), double))), &setup.test_images);
        }
        for (member, _) in &mut members {
            member.answer().await?;
        }
        Ok(Self {
            name: format!("CPU, {} Workers", members.len()),
            members,
            shape: setup.net.input,
            images: setup.train_images,
            labels: setup.train_labels,
            calls: Vec::new(),
            batches: Default::default(),
        })
    }

    async fn run(&mut self) -> Result<Vec<Output>, EngineError> {
        let calls = std::mem::take(&mut self.calls);
        let (images, labels) = &self.batches;
        for (member, arms) in &mut self.members {
            let calls = calls.iter().map(|call| call.of(arms.clone())).collect();
            member.send(&Order::Run { labels: labels.clone(), calls }, images);
        }
        self.batches.0.clear();
        self.batches.1.clear();
        let mut joined: Vec<Output> = Vec::new();
        for (member, _) in &mut self.members {
            let outputs = member.answer().await?.outputs();
            if joined.is_empty() {
                joined = outputs;
            } else {
                joined.iter_mut().zip(outputs).for_each(|(whole, part)| append(whole, part));
            }
        }
        Ok(joined)
    }
}

/// `arms` arms shared out among `members`, in order, none without one where there are enough.
fn shares(arms: usize, members: usize) -> impl Iterator<Item = Range<usize>> {
    (0..members).map(move |m| m * arms / members..(m + 1) * arms / members)
}

/// Adds the arms of one member's output to those of the members before it.
fn append(whole: &mut Output, part: Output) {
    match (whole, part) {
        (Output::Row { arms, .. }, Output::Row { arms: more, .. }) => arms.extend(more),
        (Output::Logits { arms, .. }, Output::Logits { arms: more, .. })
        | (Output::Weights { arms, .. }, Output::Weights { arms: more, .. }) => arms.extend(more),
        _ => unreachable!("all members obey the same calls in the same order"),
    }
}

impl<M: Member> Engine for Crew<M> {
    fn device_name(&self) -> &str {
        &self.name
    }

    fn step(&mut self, step: u64, batch: &[Draw], arms: &[ArmInput]) {
        let (images, labels) = &mut self.batches;
        for draw in batch {
            let start = images.len();
            images.resize(start + self.shape.len(), 0.0);
            gather(&self.images, self.shape, std::slice::from_ref(draw), &mut images[start..]);
            labels.push(self.labels[draw.image as usize]);
        }
        self.calls.push(Call::Step { step, arms: arms.to_vec() });
    }

    fn evaluate(&mut self, step: u64, start: usize, arms: &[ArmInput]) {
        self.calls.push(Call::Evaluate { step, start, arms: arms.to_vec() });
    }

    fn snapshot(&mut self, step: u64, layers: &[WeightId]) {
        self.calls.push(Call::Snapshot { step, layers: layers.to_vec() });
    }

    fn collect(&mut self) -> LocalBoxFuture<'_, Result<Vec<Output>, EngineError>> {
        self.run().boxed_local()
    }

    fn weights(&mut self, arm: usize) -> LocalBoxFuture<'_, Result<Vec<f64>, EngineError>> {
        async move {
            let (member, arms) =
                self.members.iter_mut().find(|(_, arms)| arms.contains(&arm)).expect("an arm of this engine");
            member.send(&Order::Weights(arm - arms.start), &[]);
            Ok(member.answer().await?.weights())
        }
        .boxed_local()
    }
}

#[cfg(test)]
mod tests;
