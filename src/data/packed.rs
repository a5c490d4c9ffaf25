//! Small images of 16 greys in two thirds of the bytes that DEFLATE needs: each pixel is four binary decisions of an
//! arithmetic coder (Witten, Neal and Cleary 1987), whose chances are the mean of three adaptive models. Integers only:
//! the same bytes give the same pixels everywhere.
//!
//! A decision is the next bit of the grey, highest first. Every model has seen some of the pixels that are known by then:
//! the three neighbours above and to the left; the place in the image and the planar guess left + above − corner; left,
//! above and, in the right half, the mirror image in the same row, because clothes are symmetric.

/// Bits of a grey.
const BITS: u32 = 4;
/// Contexts of a decision that one grey makes: the bits before it, with a leading 1.
const NODES: usize = 1 << BITS;
/// After so many observations of a context its chance adapts no more slowly.
const LONGEST_MEMORY: u8 = 250;

/// The pixels `[n, side, side]`, 0 to 15, of a packed file. A damaged one gives other pixels.
pub fn unpack(bytes: &[u8], images: usize, side: usize) -> Vec<u8> {
    let mut decoder = Decoder::new(bytes);
    let mut models = Models::new(side);
    let mut pixels = vec![0; images * side * side];
    for image in pixels.chunks_exact_mut(side * side) {
        for at in 0..side * side {
            let contexts = models.contexts(image, side, at);
            let mut node = 1;
            while node < NODES {
                let bit = decoder.bit(models.chance(contexts, node));
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
        Self([table(1 << 12), table(side * side << 4), table(1 << 13)])
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

/// The part of an interval in which a set bit lies: `low..=result` of `low..=high`.
fn split(low: u32, high: u32, chance: u32) -> u32 {
    low + ((u64::from(high - low) * u64::from(chance)) >> 16) as u32
}

struct Decoder<'a> {
    low: u32,
    high: u32,
    code: u32,
    rest: std::slice::Iter<'a, u8>,
}

impl<'a> Decoder<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let mut new = Self { low: 0, high: u32::MAX, code: 0, rest: bytes.iter() };
        (0..4).for_each(|_| new.read());
        new
    }

    /// Zeros behind the end.
    fn read(&mut self) {
        self.code = self.code << 8 | u32::from(self.rest.next().copied().unwrap_or(0));
    }

    fn bit(&mut self, chance: u32) -> bool {
        let middle = split(self.low, self.high, chance);
        let bit = self.code <= middle;
        if bit {
            self.high = middle;
        } else {
            self.low = middle + 1;
        }
        while (self.low ^ self.high) >> 24 == 0 {
            (self.low, self.high) = (self.low << 8, self.high << 8 | 255);
            self.read();
        }
        bit
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use rand_core::{Rng, SeedableRng};

    /// The other direction: this is how the file in assets/ was made.
    pub fn pack(pixels: &[u8], side: usize) -> Vec<u8> {
        let (mut low, mut high, mut out) = (0, u32::MAX, Vec::new());
        let mut models = Models::new(side);
        for image in pixels.chunks_exact(side * side) {
            for (at, &grey) in image.iter().enumerate() {
                let contexts = models.contexts(image, side, at);
                let mut node = 1;
                for place in (0..BITS).rev() {
                    let bit = grey >> place & 1 == 1;
                    let middle = split(low, high, models.chance(contexts, node));
                    (low, high) = if bit { (low, middle) } else { (middle + 1, high) };
                    models.learn(contexts, node, bit);
                    node = 2 * node + usize::from(bit);
                    while (low ^ high) >> 24 == 0 {
                        out.push((high >> 24) as u8);
                        (low, high) = (low << 8, high << 8 | 255);
                    }
                }
            }
        }
        // One byte tells the last interval from its neighbours: zeros follow.
        out.push((high >> 24) as u8);
        out
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
