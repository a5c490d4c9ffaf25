//! Small images of 16 greys in two thirds of the bytes that DEFLATE needs: each pixel is four binary decisions, whose
//! chances are the mean of three adaptive models; `constriction`'s range coder turns decisions into bytes. Integers only: the
//! same bytes give the same pixels everywhere.
//!
//! A decision is the next bit of the grey, highest first. Every model has seen some of the pixels that are known by then:
//! the three neighbours above and to the left; the place in the image and the planar guess left + above − corner; left,
//! above and, in the right half, the mirror image in the same row, because clothes are symmetric.

use constriction::stream::Decode;
use constriction::stream::model::{DecoderModel, EntropyModel};
use constriction::stream::queue::DefaultRangeDecoder;
use std::num::NonZeroU32;

/// Bits of a grey.
const BITS: u32 = 4;
/// Contexts of a decision that one grey makes: the bits before it, with a leading 1.
const NODES: usize = 1 << BITS;
/// After so many observations of a context its chance adapts no more slowly.
const LONGEST_MEMORY: u8 = 250;

/// The pixels `[n, side, side]`, 0 to 15, of a packed file. A damaged one gives other pixels.
pub fn unpack(bytes: &[u8], images: usize, side: usize) -> Vec<u8> {
    // Little-endian words; a byte or three too many are of no word.
    let words: Vec<u32> =
        bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect();
    let Ok(mut decoder) = DefaultRangeDecoder::from_compressed(words);
    let mut models = Models::new(side);
    let mut pixels = vec![0; images * side * side];
    for image in pixels.chunks_exact_mut(side * side) {
        for at in 0..side * side {
            let contexts = models.contexts(image, side, at);
            let mut node = 1;
            while node < NODES {
                // Damage that the coder itself notices ends as any other: in other pixels.
                let bit = decoder.decode_symbol(Decision(models.chance(contexts, node))).unwrap_or(false);
                models.learn(contexts, node, bit);
                node = 2 * node + usize::from(bit);
            }
            image[at] = (node - NODES) as u8;
        }
    }
    pixels
}

/// How often a bit was set in one context.
#[derive(Clone, Copy)]
struct Chance {
    /// That the bit is set, in 65,536ths.
    set: u16,
    seen: u8,
}

impl Chance {
    fn learn(&mut self, bit: bool) {
        let distance = if bit { 65_535 - i32::from(self.set) } else { -i32::from(self.set) };
        // 1 / (seen + 1.6): nearly the mean of what was seen, with a weak opinion before.
        self.set = (i32::from(self.set) + distance * 10 / (10 * i32::from(self.seen) + 16)) as u16;
        self.seen = (self.seen + 1).min(LONGEST_MEMORY);
    }
}

/// Three tables of chances, `[context, node]`.
struct Models([Vec<Chance>; 3]);

impl Models {
    fn new(side: usize) -> Self {
        let table = |contexts: usize| vec![Chance { set: 1 << 15, seen: 0 }; contexts * NODES];
        Self([table(1 << 12), table((side * side) << 4), table(1 << 13)])
    }

    /// Where the chances of pixel `at` begin in each table. Outside the image it is black.
    fn contexts(&self, image: &[u8], side: usize, at: usize) -> [usize; 3] {
        let (y, x) = (at / side, at % side);
        let grey = |up: usize, left: usize| {
            if y >= up && x >= left { usize::from(image[(y - up) * side + x - left]) } else { 0 }
        };
        let (left, above, corner) = (grey(0, 1), grey(1, 0), grey(1, 1));
        let plane = (left + above).saturating_sub(corner).min(15);
        let right = 2 * x >= side;
        let far = if right { usize::from(image[y * side + side - 1 - x]) } else { grey(0, 2) };
        let near = left << 4 | above;
        [near << 4 | corner, at << 4 | plane, (usize::from(right) << 4 | far) << 8 | near].map(|c| c * NODES)
    }

    /// That the bit is set, in 65,536ths, never certain.
    fn chance(&self, contexts: [usize; 3], node: usize) -> u32 {
        let sum: u32 = self.0.iter().zip(contexts).map(|(table, at)| u32::from(table[at + node].set)).sum();
        (sum / 3).clamp(16, 65_536 - 16)
    }

    fn learn(&mut self, contexts: [usize; 3], node: usize, bit: bool) {
        for (table, at) in self.0.iter_mut().zip(contexts) {
            table[at + node].learn(bit);
        }
    }
}

/// Bits of the chance of a decision.
const PRECISION: usize = 16;

/// A bit that is set with this chance, in 65,536ths, neither never nor always.
#[derive(Clone, Copy)]
struct Decision(u32);

impl Decision {
    /// Where the bit's part of 0..65,536 begins, and its length.
    fn part(self, bit: bool) -> (u32, NonZeroU32) {
        let (begin, length) = if bit { (0, self.0) } else { (self.0, (1 << PRECISION) - self.0) };
        (begin, NonZeroU32::new(length).expect("a chance is clamped"))
    }
}

impl EntropyModel<PRECISION> for Decision {
    type Symbol = bool;
    type Probability = u32;
}

impl DecoderModel<PRECISION> for Decision {
    fn quantile_function(&self, quantile: u32) -> (bool, u32, NonZeroU32) {
        let bit = quantile < self.0;
        let (begin, length) = self.part(bit);
        (bit, begin, length)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use constriction::stream::Encode;
    use constriction::stream::model::EncoderModel;
    use constriction::stream::queue::DefaultRangeEncoder;
    use rand_core::{Rng, SeedableRng};
    use std::borrow::Borrow;

    impl EncoderModel<PRECISION> for Decision {
        fn left_cumulative_and_probability(&self, bit: impl Borrow<bool>) -> Option<(u32, NonZeroU32)> {
            Some(self.part(*bit.borrow()))
        }
    }

    /// The other direction: this is how the file in assets/ was made.
    pub fn pack(pixels: &[u8], side: usize) -> Vec<u8> {
        let mut encoder = DefaultRangeEncoder::new();
        let mut models = Models::new(side);
        for image in pixels.chunks_exact(side * side) {
            for (at, &grey) in image.iter().enumerate() {
                let contexts = models.contexts(image, side, at);
                let mut node = 1;
                for place in (0..BITS).rev() {
                    let bit = grey >> place & 1 == 1;
                    let decision = Decision(models.chance(contexts, node));
                    encoder.encode_symbol(bit, decision).expect("every bit has a chance");
                    models.learn(contexts, node, bit);
                    node = 2 * node + usize::from(bit);
                }
            }
        }
        let Ok(words) = encoder.into_compressed();
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[test]
    fn what_was_packed_comes_back() {
        let mut random = rand_pcg::Pcg32::seed_from_u64(1);
        for side in [1, 2, 5, 14] {
            let noise: Vec<u8> = (0..20 * side * side).map(|_| (random.next_u32() >> 28) as u8).collect();
            let steep: Vec<u8> = (0..20 * side * side).map(|i| if i / side % 2 == 0 { 15 } else { 0 }).collect();
            for pixels in [vec![0; 20 * side * side], vec![15; 20 * side * side], noise, steep] {
                assert_eq!(unpack(&pack(&pixels, side), 20, side), pixels, "{side}");
            }
        }
    }

    #[test]
    fn another_byte_gives_other_pixels_and_no_panic() {
        let pixels: Vec<u8> = (0..40 * 25).map(|i| (i % 7) as u8).collect();
        let mut packed = pack(&pixels, 5);
        packed[3] ^= 1;
        assert_ne!(unpack(&packed, 40, 5), pixels);
        assert_eq!(unpack(&[], 40, 5).len(), pixels.len());
    }
}
