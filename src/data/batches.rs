//! The order of the training images: a seeded shuffle an epoch, the same for all arms and engines.

use crate::model::init::{Stream, generator};
use rand_core::Rng;
use rand_pcg::Pcg32;

/// Hands out the batches of an endless run. An epoch is ⌈images / batch⌉ steps; its last batch is filled up from the
/// beginning of the same shuffle, so that every batch is full.
#[derive(Clone, Debug)]
pub struct BatchOrder {
    rng: Pcg32,
    order: Vec<u32>,
    batch: usize,
    /// Next batch of the present epoch.
    next: usize,
}

impl BatchOrder {
    /// The order for `images` training images in batches of `batch`.
    ///
    /// # Panics
    /// If either is zero.
    pub fn new(seed: u32, images: usize, batch: usize) -> Self {
        assert!(images > 0 && batch > 0, "{images} images in batches of {batch}");
        let order = (0..images as u32).collect();
        let steps = images.div_ceil(batch);
        Self { rng: generator(seed, Stream::Batches), order, batch, next: steps }
    }

    /// ⌈images / batch⌉.
    pub fn steps_per_epoch(&self) -> usize {
        self.order.len().div_ceil(self.batch)
    }

    /// The image indices of the next step.
    pub fn next_batch(&mut self) -> Vec<u32> {
        if self.next == self.steps_per_epoch() {
            self.shuffle();
            self.next = 0;
        }
        let start = self.next * self.batch;
        self.next += 1;
        (start..start + self.batch).map(|i| self.order[i % self.order.len()]).collect()
    }

    /// Fisher–Yates, with the unbiased bounded integers of Lemire 2019.
    fn shuffle(&mut self) {
        for i in (1..self.order.len()).rev() {
            let j = self.below(i as u32 + 1) as usize;
            self.order.swap(i, j);
        }
    }

    fn below(&mut self, bound: u32) -> u32 {
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let wide = u64::from(self.rng.next_u32()) * u64::from(bound);
            if wide as u32 >= threshold {
                return (wide >> 32) as u32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_shows_every_image_and_fills_its_last_batch() {
        let mut order = BatchOrder::new(7, 10, 4);
        assert_eq!(order.steps_per_epoch(), 3);
        let seen: Vec<u32> = (0..3).flat_map(|_| order.next_batch()).collect();
        let mut first: Vec<u32> = seen[..10].to_vec();
        first.sort_unstable();
        assert_eq!(first, (0..10).collect::<Vec<_>>());
        assert_eq!(seen[10..], seen[..2]);
    }

    #[test]
    fn epochs_differ_and_seeds_repeat() {
        let epoch = |order: &mut BatchOrder| (0..5).flat_map(|_| order.next_batch()).collect::<Vec<_>>();
        let (mut a, mut b) = (BatchOrder::new(7, 100, 20), BatchOrder::new(7, 100, 20));
        let first = epoch(&mut a);
        assert_eq!(first, epoch(&mut b));
        assert_ne!(first, epoch(&mut a));
        assert_ne!(first, epoch(&mut BatchOrder::new(8, 100, 20)));
    }

    #[test]
    fn a_batch_larger_than_the_set_wraps() {
        assert_eq!(BatchOrder::new(1, 3, 8).next_batch().len(), 8);
    }
}
