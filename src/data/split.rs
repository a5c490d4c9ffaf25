//! A test split for a set that has none: taken from the training images, evenly over the classes, the same every time.

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg32;

/// Fixed: which images are test images is a property of the files, not of a run.
const SEED: u64 = 0x7465_7374;

/// Which images become the test split: `test` of them, each class in proportion.
///
/// A seeded shuffle is put in an order whose every beginning holds the classes in proportion (the r-th of n images of
/// a class stands at (r + ½)/n); the end of it is the test split.
pub fn choose(labels: &[u8], test: usize) -> Vec<bool> {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    let mut rng = Pcg32::seed_from_u64(SEED);
    for i in (1..order.len()).rev() {
        let j = ((u64::from(rng.next_u32()) * (i as u64 + 1)) >> 32) as usize;
        order.swap(i, j);
    }
    let mut sizes = [0u64; 256];
    labels.iter().for_each(|&label| sizes[usize::from(label)] += 1);
    let mut ranks = [0u64; 256];
    let mut placed: Vec<(u64, u64, usize)> = order
        .into_iter()
        .map(|image| {
            let class = usize::from(labels[image]);
            ranks[class] += 1;
            (2 * ranks[class] - 1, 2 * sizes[class], image)
        })
        .collect();
    // Fractions compared without rounding; the sort is stable, so that equals keep the order of the shuffle.
    placed.sort_by(|a, b| (a.0 * b.1).cmp(&(b.0 * a.1)));
    let mut chosen = vec![false; labels.len()];
    for &(_, _, image) in placed.iter().rev().take(test) {
        chosen[image] = true;
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_gives_its_share() {
        // Sorted by class, 600, 300 and 60 of a class.
        let labels: Vec<u8> = [(0u8, 600), (1, 300), (2, 60)].iter().flat_map(|&(c, n)| vec![c; n]).collect();
        let chosen = choose(&labels, 160);
        let of = |class: u8| labels.iter().zip(&chosen).filter(|&(&l, &c)| l == class && c).count();
        assert_eq!((of(0), of(1), of(2)), (100, 50, 10));
        assert_eq!(chosen, choose(&labels, 160));
        // Not simply the last of a class.
        assert!(chosen[..300].iter().any(|&c| c) && chosen[300..600].iter().any(|&c| c));
    }

    #[test]
    fn the_asked_number_is_chosen() {
        let labels: Vec<u8> = (0..1_000).map(|i| (i * i % 7) as u8).collect();
        for test in [0, 1, 300, 1_000] {
            assert_eq!(choose(&labels, test).iter().filter(|&&c| c).count(), test);
        }
    }
}
