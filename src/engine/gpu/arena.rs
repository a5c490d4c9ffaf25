//! Lets feature maps that are not needed at the same time share memory.

/// A stretch of memory that is needed from one moment to another, both included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Life {
    /// Elements.
    pub len: usize,
    /// When it is first written.
    pub from: usize,
    /// When it is last used.
    pub to: usize,
}

/// Gives each life a slot, none two at the same moment. Returns the slots in the order of `lives`, and the length that
/// each slot needs.
pub fn assign(lives: &[Life]) -> (Vec<usize>, Vec<usize>) {
    let mut order: Vec<usize> = (0..lives.len()).collect();
    order.sort_by_key(|&i| lives[i].from);
    let mut slots = vec![0; lives.len()];
    // (length, busy until) of each slot.
    let mut held: Vec<(usize, usize)> = vec![];
    for i in order {
        let life = lives[i];
        let free = held.iter().enumerate().filter(|(_, held)| held.1 < life.from);
        // The one that fits best: grown or wasted least.
        let slot = free.min_by_key(|(_, held)| held.0.abs_diff(life.len)).map(|(slot, _)| slot);
        let slot = slot.unwrap_or_else(|| {
            held.push((0, 0));
            held.len() - 1
        });
        held[slot] = (held[slot].0.max(life.len), life.to);
        slots[i] = slot;
    }
    (slots, held.into_iter().map(|(len, _)| len).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_takes_turns() {
        let chain: Vec<Life> = (0..5).map(|i| Life { len: 10 - i, from: i, to: i + 1 }).collect();
        let (slots, lens) = assign(&chain);
        assert_eq!(slots, [0, 1, 0, 1, 0]);
        assert_eq!(lens, [10, 9]);
    }

    #[test]
    fn what_lives_together_lies_apart() {
        let lives: Vec<Life> =
            (0..40).map(|i| Life { len: 1 + i * 7 % 11, from: i * 5 % 13, to: i * 5 % 13 + i % 4 }).collect();
        let (slots, lens) = assign(&lives);
        for (i, a) in lives.iter().enumerate() {
            assert!(lens[slots[i]] >= a.len);
            for (j, b) in lives.iter().enumerate().skip(i + 1) {
                let together = a.from <= b.to && b.from <= a.to;
                assert!(!together || slots[i] != slots[j], "{a:?} {b:?}");
            }
        }
    }
}
