//! CIFAR-10 and CIFAR-100 as Python 2 pickled them (protocol 2): a dictionary with a list of labels and an array of
//! bytes `[n, 3072]`, each row red, green and blue as in the binary layout. In the official files the labels come first.
//!
//! A pickle is a program; this does not run it. It looks for the bytes that Python 2 wrote before the labels
//! (`labels`, or `fine_labels` of CIFAR-100) and before the pixels: `T` and the length of a string that is a whole
//! number of images. Such a length ends its first byte with zeros, so that no text and no label looks like it.

use super::cifar::{PIXELS, SHAPE};
use super::error::Fault;
use super::part::{Format, Images, Labels, check_label};

const TEN: &[u8] = b"U\x06labels";
const HUNDRED: &[u8] = b"U\x0bfine_labels";

/// What is read next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Up to the name of the labels or the string of pixels.
    Seek,
    /// Up to the first label: memo, empty list, memo, mark. `skip` bytes of a memo's number are still to come.
    Open { step: usize, skip: usize },
    /// `K` and a label, or the end of a batch of the list.
    Item,
    /// A label.
    Label,
    /// Behind a batch: another one or the end of the list.
    Batch,
    /// Pixels, so many still to come.
    Pixels(usize),
    /// Whatever follows.
    Rest,
}

/// A file on its way.
pub struct Reader {
    /// Most images kept.
    limit: usize,
    format: Format,
    state: State,
    taken: usize,
    /// The last bytes, up to the longest mark.
    last: Vec<u8>,
    /// Whether the labels have been read.
    labelled: bool,
    labels: Labels,
    /// Bytes of the string of pixels, once it has been found.
    size: Option<usize>,
    pixels: Vec<u8>,
}

impl Reader {
    /// A reader that keeps the first `limit` images.
    pub fn new(limit: usize) -> Self {
        let (labels, pixels, last) = Default::default();
        let (format, state) = (Format::Cifar10Python, State::Seek);
        Self { limit, format, state, taken: 0, last, labelled: false, labels, size: None, pixels }
    }

    /// Takes in the next bytes of the file.
    ///
    /// # Errors
    /// A list of labels that is not as Python 2 wrote it.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<(), Fault> {
        loop {
            match (self.state, bytes) {
                (State::Rest, _) | (_, []) => return Ok(()),
                (State::Pixels(left), _) => {
                    let take = left.min(bytes.len());
                    let room = self.limit.saturating_mul(PIXELS) - self.pixels.len();
                    self.pixels.extend_from_slice(&bytes[..take.min(room)]);
                    self.state = if take == left { self.seek_on() } else { State::Pixels(left - take) };
                    self.taken += take;
                    bytes = &bytes[take..];
                }
                (_, [byte, rest @ ..]) => {
                    self.state = self.after(*byte)?;
                    self.taken += 1;
                    bytes = rest;
                }
            }
        }
    }

    /// The images, their classes and which of the two it is; `None` if there is no list of labels in the file, as in
    /// the one with the names of the classes.
    ///
    /// # Errors
    /// A file that ends too early.
    pub fn finish(self) -> Result<Option<(Format, Images, Labels)>, Fault> {
        let end = |expected: String| Err(Fault::new(self.taken, expected, "the end of the file"));
        match (self.state, self.size) {
            (State::Open { .. } | State::Item | State::Label | State::Batch, _) => {
                end("the rest of the list of labels".into())
            }
            (State::Pixels(left), _) => end(format!("{left} more pixels")),
            (State::Seek, None) if !self.labelled => Ok(None),
            (State::Seek | State::Rest, None) => end(format!("the pixels of {} images", self.labels.count)),
            (State::Seek, Some(_)) => end("the list of labels".into()),
            (State::Rest, Some(size)) if size != self.labels.count.saturating_mul(PIXELS) => {
                let expected = format!("as many labels as images, {}", size / PIXELS);
                Err(Fault::new(self.labels.at, expected, self.labels.count.to_string()))
            }
            (State::Rest, Some(_)) => {
                let images = Images { shape: SHAPE, count: self.labels.count, pixels: self.pixels };
                Ok(Some((self.format, images, self.labels)))
            }
        }
    }

    /// What comes after the labels or the pixels: the other of them, or nothing.
    fn seek_on(&self) -> State {
        if self.labelled && self.size.is_some() { State::Rest } else { State::Seek }
    }

    fn after(&mut self, byte: u8) -> Result<State, Fault> {
        let wrong = |expected: &str| Err(Fault::new(self.taken, expected, format!("the byte {byte:02x}")));
        match self.state {
            State::Open { step, skip } if skip > 0 => Ok(State::Open { step, skip: skip - 1 }),
            // A memo's number has one byte or, where it is above 255, four.
            State::Open { step: step @ (0 | 2), .. } if byte == b'q' => Ok(State::Open { step: step + 1, skip: 1 }),
            State::Open { step: step @ (0 | 2), .. } if byte == b'r' => Ok(State::Open { step: step + 1, skip: 4 }),
            State::Open { step: 1, .. } if byte == b']' => Ok(State::Open { step: 2, skip: 0 }),
            State::Open { step: 3, .. } if byte == b'(' => Ok(State::Item),
            State::Open { .. } => wrong("a list behind the name of the labels"),
            State::Item if byte == b'K' => Ok(State::Label),
            State::Item if byte == b'e' => Ok(State::Batch),
            State::Item => wrong("a label (4b) or the end of the list (65)"),
            State::Label => {
                let class = check_label(byte.into(), self.taken)?;
                if self.format == Format::Cifar10Python && class > 9 {
                    return wrong("a label from 0 to 9");
                }
                self.labels.add(class, self.limit);
                Ok(State::Item)
            }
            State::Batch if byte == b'(' => Ok(State::Item),
            State::Batch => {
                self.labelled = true;
                self.remember(byte);
                Ok(self.seek_on())
            }
            State::Seek => Ok(self.seek(byte)),
            State::Pixels(_) | State::Rest => Ok(self.state),
        }
    }

    fn remember(&mut self, byte: u8) {
        if self.last.len() == HUNDRED.len() {
            self.last.remove(0);
        }
        self.last.push(byte);
    }

    fn seek(&mut self, byte: u8) -> State {
        self.remember(byte);
        let hundred = self.last.ends_with(HUNDRED);
        if !self.labelled && (hundred || self.last.ends_with(TEN)) {
            self.last.clear();
            if hundred {
                self.format = Format::Cifar100Python;
            }
            self.labels.at = self.taken + 1;
            self.labels.highest = if hundred { 99 } else { 9 };
            return State::Open { step: 0, skip: 0 };
        }
        if let (None, Some(&[b'T', a, b, c, d])) = (self.size, self.last.last_chunk()) {
            let size = u32::from_le_bytes([a, b, c, d]) as usize;
            if size > 0 && size.is_multiple_of(PIXELS) {
                self.last.clear();
                self.size = Some(size);
                return State::Pixels(size);
            }
        }
        State::Seek
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::sample::pickle;

    fn read(file: &[u8], limit: usize, chunk: usize) -> Result<Option<(Format, Images, Labels)>, Fault> {
        let mut reader = Reader::new(limit);
        file.chunks(chunk).try_for_each(|piece| reader.push(piece))?;
        reader.finish()
    }

    #[test]
    fn labels_and_pixels_are_found_in_any_pieces() {
        let pixels: Vec<u8> = (0..5 * PIXELS).map(|i| (i % 253) as u8).collect();
        for (chunk, batch) in [(1, 9), (7, 2), (511, 9), (1 << 20, 3)] {
            let (format, images, labels) =
                read(&pickle("labels", &[6, 9, 9, 4, 1], &pixels, batch), 3, chunk).unwrap().unwrap();
            assert_eq!((format, images.count, labels.count, labels.highest), (Format::Cifar10Python, 5, 5, 9));
            assert_eq!((&labels.kept[..], &images.pixels[..]), (&[6, 9, 9][..], &pixels[..3 * PIXELS]));
            let hundred = pickle("fine_labels", &[60, 99, 9, 4, 1], &pixels, batch);
            let (format, images, labels) = read(&hundred, 9, chunk).unwrap().unwrap();
            assert_eq!((format, labels.kept), (Format::Cifar100Python, vec![60, 99, 9, 4, 1]));
            assert_eq!(images.pixels, pixels);
        }
    }

    #[test]
    fn faults_name_their_byte() {
        let pixels = vec![1; 2 * PIXELS];
        let good = pickle("labels", &[6, 9], &pixels, 9);
        let first = good.windows(2).position(|w| w == [b'K', 6]).unwrap();
        let says = |file: &[u8]| read(file, 9, 100).unwrap_err().of("x", false).to_string();
        let changed = |at: usize, to: u8| {
            let mut file = good.clone();
            file[at] = to;
            says(&file)
        };
        assert_eq!(
            changed(first + 1, 10),
            format!("x: at byte {} expected a label from 0 to 9, found the byte 0a.", first + 1)
        );
        assert!(changed(first, b'J').starts_with(&format!("x: at byte {first} expected a label (4b)")));
        assert!(changed(first - 1, b'K').contains("expected a list behind the name of the labels"));
        let cut = says(&good[..good.len() - 3_000]);
        assert!(cut.contains("more pixels, found the end of the file"), "{cut}");
        assert!(
            says(&pickle("labels", &[6, 9, 1], &pixels, 9)).contains("expected as many labels as images, 2, found 3")
        );
        assert!(says(&pickle("names", &[6, 9], &pixels, 9)).contains("expected the list of labels"));
        assert!(says(&pickle("labels", &[6, 9], &[], 9)).contains("expected the pixels of 2 images"));
        assert_eq!(read(&pickle("label_names", &[6, 9], &[], 9), 9, 7), Ok(None));
    }
}
