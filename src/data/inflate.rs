//! DEFLATE (RFC 1951) in pieces: compressed bytes in as they come, unpacked bytes out, 32 KiB in memory.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

/// How far back DEFLATE may refer.
const WINDOW: usize = 32 << 10;

/// A stream on its way.
pub struct Inflate {
    state: Box<DecompressorOxide>,
    window: Box<[u8]>,
    /// Where the window is written next.
    next: usize,
    /// The window was full: more may come without more input.
    pending: bool,
    /// The stream has ended; what follows in the input does not belong to it.
    pub done: bool,
}

/// The stream is not DEFLATE here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged;

impl Default for Inflate {
    fn default() -> Self {
        let state = Box::default();
        Self { state, window: vec![0; WINDOW].into_boxed_slice(), next: 0, pending: false, done: false }
    }
}

impl Inflate {
    /// The next unpacked bytes; takes what it needs off the front of `input`. `None` where the input is used up or the
    /// stream has ended.
    ///
    /// # Errors
    /// A code that does not exist.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<&[u8]>, Damaged> {
        while !self.done && (self.pending || !input.is_empty()) {
            let start = self.next;
            let flags = inflate_flags::TINFL_FLAG_HAS_MORE_INPUT;
            let (status, took, gave) = decompress(&mut self.state, input, &mut self.window, start, flags);
            *input = &input[took..];
            self.next = (start + gave) % WINDOW;
            self.pending = status == TINFLStatus::HasMoreOutput;
            match status {
                TINFLStatus::Done => self.done = true,
                TINFLStatus::HasMoreOutput | TINFLStatus::NeedsMoreInput => {}
                _ => return Err(Damaged),
            }
            if gave > 0 {
                return Ok(Some(&self.window[start..start + gave]));
            }
            if took == 0 && !self.done && !input.is_empty() {
                return Err(Damaged);
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_back_in_any_pieces() {
        // Longer than the window, with references across it.
        let plain: Vec<u8> = (0..100_000u32).map(|i| (i.wrapping_mul(i) >> 7) as u8).collect();
        let mut packed = miniz_oxide::deflate::compress_to_vec(&plain, 6);
        packed.extend(b"after");
        for size in [1, 7, packed.len()] {
            let (mut inflate, mut out, mut rest) = (Inflate::default(), Vec::new(), 0);
            for mut chunk in packed.chunks(size) {
                while let Some(bytes) = inflate.next(&mut chunk).unwrap() {
                    out.extend_from_slice(bytes);
                }
                rest += chunk.len();
            }
            assert!(inflate.done && out == plain && rest == 5, "pieces of {size}");
        }
    }

    #[test]
    fn a_code_that_does_not_exist_is_damage() {
        assert_eq!(Inflate::default().next(&mut [7u8, 7, 7].as_slice()), Err(Damaged));
    }
}
