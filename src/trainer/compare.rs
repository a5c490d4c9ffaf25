//! Comparing what the arms compute: probe logits, test accuracies, sample images, and the weights somebody looks at.

use super::drive::Courses;
use super::measure::{count_correct, relative_distance};
use super::message::{ArmWeights, Evaluation, LayerInfo, Watched, WeightsSeen};
use crate::engine::{ArmInput, EVAL_CHUNK, Engine};
use crate::experiment::Arm;
use std::collections::VecDeque;
use std::f64::consts::LOG10_2;
use std::sync::Arc;

/// Test images whose logits are handed on as they are.
pub const SAMPLES: usize = 8;

/// An evaluation of which some chunks are still to come.
struct Comparing {
    step: u64,
    /// First images of the chunks still to come.
    chunks: VecDeque<usize>,
    distance: Vec<(Arm, f64)>,
    samples: Vec<(Arm, Vec<f32>)>,
    correct: Vec<(Arm, usize)>,
    whole_test_set: bool,
}

/// The evaluations under way.
pub struct Comparisons {
    test_labels: Arc<[u8]>,
    arms: Vec<Arm>,
    layers: Vec<LayerInfo>,
    watched: Watched,
    last: Option<u64>,
    comparing: VecDeque<Comparing>,
    looking: VecDeque<Looking>,
}

/// Weights that are on their way.
struct Looking {
    step: u64,
    of: Watched,
    /// By arm that trains: K.
    exponents: Vec<i64>,
}

impl Comparisons {
    /// None yet, of `arms` with these convolutions, on test images with these classes.
    pub fn new(test_labels: Arc<[u8]>, arms: Vec<Arm>, layers: Vec<LayerInfo>) -> Self {
        let (comparing, looking) = (VecDeque::new(), VecDeque::new());
        Self { test_labels, arms, layers, watched: Watched::default(), last: None, comparing, looking }
    }

    /// The newest step that was evaluated.
    pub fn last(&self) -> Option<u64> {
        self.last
    }

    /// Looks at other weights from now on.
    pub fn watch(&mut self, watched: Watched) {
        let layer = watched.layer.min(self.layers.len().saturating_sub(1));
        let filters = self.layers.get(layer).map_or(0, |l| l.out);
        self.watched = Watched { layer, filter: watched.filter.min(filters.saturating_sub(1)) };
    }

    /// Asks `engine` for the logits of the probe batch, or of the whole test set, and for the weights somebody looks at,
    /// before `step`. Returns how many evaluations that makes.
    pub fn enqueue(
        &mut self,
        engine: &mut dyn Engine,
        step: u64,
        whole_test_set: bool,
        inputs: &[ArmInput],
        courses: &Courses,
    ) -> usize {
        self.last = Some(step);
        let last = self.test_labels.len() - EVAL_CHUNK;
        let chunks: VecDeque<usize> = if whole_test_set {
            (0..self.test_labels.len()).step_by(EVAL_CHUNK).map(|start| start.min(last)).collect()
        } else {
            VecDeque::from([0])
        };
        for &start in &chunks {
            engine.evaluate(step, start, inputs);
        }
        let evaluations = chunks.len();
        let (distance, samples, correct) = (Vec::new(), Vec::new(), Vec::new());
        self.comparing.push_back(Comparing { step, chunks, distance, samples, correct, whole_test_set });
        let exponents = self.arms.iter().map(|&arm| courses.of(arm).map_or(0, |course| course.exponent)).collect();
        let layers: &[usize] = if self.watched.layer == 0 { &[0] } else { &[0, self.watched.layer] };
        engine.snapshot(step, layers);
        self.looking.push_back(Looking { step, of: self.watched, exponents });
        evaluations
    }

    /// Takes in the weights asked for.
    pub fn weights(&mut self, arms: &[Vec<f64>], lives: impl Fn(Arm) -> bool) -> Option<WeightsSeen> {
        let Looking { step, of, exponents } = self.looking.pop_front()?;
        let len = |layer: &LayerInfo| layer.out * layer.input * layer.kernel * layer.kernel;
        let (first, layer) = (len(self.layers.first()?), self.layers.get(of.layer)?);
        let (start, filter) = (if of.layer == 0 { 0 } else { first }, len(layer) / layer.out.max(1));
        let seen = self.arms.iter().zip(arms).zip(exponents).filter(|((arm, _), _)| lives(**arm));
        let arms = seen.map(|((&arm, weights), exponent)| ArmWeights {
            arm,
            log10_scale: exponent as f64 * LOG10_2,
            first: weights[..first].iter().map(|&w| w as f32).collect(),
            watched: weights[start + of.filter * filter..][..filter].to_vec(),
        });
        Some(WeightsSeen { step, of, arms: arms.collect() })
    }

    /// Takes in the logits `[EVAL_CHUNK, classes]` of the chunk that begins at test image `start`; the evaluation once it
    /// is complete.
    pub fn logits(&mut self, start: usize, arms: &[Vec<f64>], lives: impl Fn(Arm) -> bool) -> Option<Evaluation> {
        let labels = self.test_labels.clone();
        let live: Vec<(Arm, &Vec<f64>)> = self.arms.iter().copied().zip(arms).filter(|(arm, _)| lives(*arm)).collect();
        let comparing = self.comparing.front_mut()?;
        comparing.chunks.pop_front();
        if start == 0 {
            comparing.first_chunk(&live);
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
        Some(Evaluation { step: done.step, distance: done.distance, test_accuracy, samples: done.samples })
    }
}

impl Comparing {
    /// Distances of the probe batch to the weight-decay run, and the logits of the sample images.
    fn first_chunk(&mut self, live: &[(Arm, &Vec<f64>)]) {
        if let Some((_, reference)) = live.iter().find(|(arm, _)| *arm == Arm::Wd) {
            let others = live.iter().filter(|(arm, _)| *arm != Arm::Wd);
            self.distance = others
                .map(|(arm, z)| (*arm, relative_distance(z, reference)))
                .filter(|(_, distance)| distance.is_finite())
                .collect();
        }
        let sample = |(arm, z): &(Arm, &Vec<f64>)| {
            let classes = z.len() / EVAL_CHUNK;
            (*arm, z.iter().take(SAMPLES * classes).map(|&z| z as f32).collect())
        };
        self.samples = live.iter().map(sample).collect();
    }
}
