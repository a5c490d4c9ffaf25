//! The order of the training images and how they are moved: a seeded shuffle an epoch, the same for all arms and engines.

use crate::model::init::{Stream, generator};
use crate::model::{Augment, Draw};
use rand_core::Rng;
use rand_pcg::Pcg32;

/// Hands out the batches of an endless run. An epoch is ⌈images / batch⌉ steps; its last batch is filled up from the
/// beginning of the same shuffle, so that every batch is full.
#[derive(Clone, Debug)]
pub struct BatchOrder {
    rng: Pcg32,
    augment: Augment,
    /// A stream of its own: the order of the images is the same with and without augmentation.
    moves: Pcg32,
    order: Vec<u32>,
    batch: usize,
    /// Next batch of the present epoch.
    next: usize,
}

impl BatchOrder {
    /// The order for `images` training images in batches of `batch`, moved as `augment` says.
    ///
    /// # Panics
    /// If either is zero.
    pub fn new(seed: u32, images: usize, batch: usize, augment: Augment) -> Self {
        assert!(images > 0 && batch > 0, "{images} images in batches of {batch}");
        let order = (0..images as u32).collect();
        let steps = images.div_ceil(batch);
        let (rng, moves) = (generator(seed, Stream::Batches), generator(seed, Stream::Augment));
        Self { rng, augment, moves, order, batch, next: steps }
    }

    /// ⌈images / batch⌉.
    pub fn steps_per_epoch(&self) -> usize {
        self.order.len().div_ceil(self.batch)
    }

    /// The images of the next step.
    pub fn next_batch(&mut self) -> Vec<Draw> {
        if self.next == self.steps_per_epoch() {
            self.shuffle();
            self.next = 0;
        }
        let start = self.next * self.batch;
        self.next += 1;
        (start..start + self.batch).map(|i| self.moved(self.order[i % self.order.len()])).collect()
    }

    /// Draws how `image` is moved: three numbers an image, whatever is asked for, so that mirroring leaves shifts alone.
    fn moved(&mut self, image: u32) -> Draw {
        let shift = i32::from(self.augment.shift.min(i8::MAX as u8));
        let mut shifted = || (below(&mut self.moves, 2 * shift as u32 + 1) as i32 - shift) as i8;
        let (dx, dy) = (shifted(), shifted());
        let mirrored = below(&mut self.moves, 2) == 1;
        Draw { image, dx, dy, flip: self.augment.flip && mirrored }
    }

    /// Fisher–Yates.
    fn shuffle(&mut self) {
        for i in (1..self.order.len()).rev() {
            let j = below(&mut self.rng, i as u32 + 1) as usize;
            self.order.swap(i, j);
        }
    }
}

/// A number uniform in 0..`bound`, without bias (Lemire 2019).
fn below(rng: &mut Pcg32, bound: u32) -> u32 {
    let threshold = bound.wrapping_neg() % bound;
    loop {
        let wide = u64::from(rng.next_u32()) * u64::from(bound);
        if wide as u32 >= threshold {
            return (wide >> 32) as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(seed: u32, images: usize, batch: usize) -> BatchOrder {
        BatchOrder::new(seed, images, batch, Augment::default())
    }

    /// The draws of `steps` steps.
    fn drawn(order: &mut BatchOrder, steps: usize) -> Vec<Draw> {
        (0..steps).flat_map(|_| order.next_batch()).collect()
    }

    #[test]
    fn an_epoch_shows_every_image_and_fills_its_last_batch() {
        let mut order = plain(7, 10, 4);
        assert_eq!(order.steps_per_epoch(), 3);
        let seen: Vec<u32> = drawn(&mut order, 3).iter().map(|draw| draw.image).collect();
        let mut first: Vec<u32> = seen[..10].to_vec();
        first.sort_unstable();
        assert_eq!(first, (0..10).collect::<Vec<_>>());
        assert_eq!(seen[10..], seen[..2]);
    }

    #[test]
    fn the_order_is_that_of_links_written_before() {
        // What version 0.1.0 drew for seed 6.
        let images: Vec<u32> = plain(6, 4_000, 8).next_batch().iter().map(|draw| draw.image).collect();
        assert_eq!(images, [1961, 3461, 2153, 1918, 1746, 2865, 603, 3816]);
    }

    #[test]
    fn epochs_differ_and_seeds_repeat() {
        let (mut a, mut b) = (plain(7, 100, 20), plain(7, 100, 20));
        let first = drawn(&mut a, 5);
        assert_eq!(first, drawn(&mut b, 5));
        assert_ne!(first, drawn(&mut a, 5));
        assert_ne!(first, drawn(&mut plain(8, 100, 20), 5));
    }

    #[test]
    fn a_batch_larger_than_the_set_wraps() {
        assert_eq!(plain(1, 3, 8).next_batch().len(), 8);
    }

    #[test]
    fn augmentation_leaves_the_order_alone_and_covers_its_range() {
        let moved = |augment| drawn(&mut BatchOrder::new(7, 100, 20, augment), 50);
        let augment = Augment { shift: 2, flip: true };
        let (plain, draws) = (moved(Augment::default()), moved(augment));
        assert!(plain.iter().all(|draw| *draw == Draw::plain(draw.image)));
        let images = |draws: &[Draw]| draws.iter().map(|draw| draw.image).collect::<Vec<_>>();
        assert_eq!(images(&plain), images(&draws));
        assert_eq!(draws, moved(augment), "seeded");
        // 1,000 draws of 25 shifts: 40 each on average; mirrored or not: 500 each, standard deviation 16.
        for (dx, dy) in (-2..=2).flat_map(|dx| (-2..=2).map(move |dy| (dx, dy))) {
            let count = draws.iter().filter(|draw| (draw.dx, draw.dy) == (dx, dy)).count();
            assert!((15..=65).contains(&count), "({dx}, {dy}): {count}");
        }
        let mirrored = draws.iter().filter(|draw| draw.flip).count();
        assert!((420..=580).contains(&mirrored), "{mirrored}");
        let unmirrored = moved(Augment { flip: false, ..augment });
        assert!(unmirrored.iter().zip(&draws).all(|(a, b)| Draw { flip: b.flip, ..*a } == *b && !a.flip));
        assert!(moved(Augment { shift: 255, flip: false }).iter().all(|draw| draw.dx > i8::MIN && draw.dy > i8::MIN));
    }
}
