//! CIFAR-10 and CIFAR-100 as Python 2 pickled them (protocol 2): a dictionary with a list of labels and, behind it, an
//! array of bytes `[n, 3072]`, each row red, green and blue as in the binary layout.
//!
//! A pickle is a program; this does not run it. It looks for the bytes that Python 2 wrote before the labels
//! (`labels`, or `fine_labels` of CIFAR-100) and before the pixels (a string of exactly n × 3,072 bytes).

use super::cifar::{PIXELS, SHAPE};
use super::error::Fault;
use super::part::{Format, Images, Labels, check_label};

const TEN: &[u8] = b"U\x06labels";
const HUNDRED: &[u8] = b"U\x0bfine_labels";

/// What is read next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Up to the name of the labels.
    Name,
    /// Up to the first label: memo, empty list, memo, mark. `skip` bytes of a memo's number are still to come.
    Open { step: usize, skip: usize },
    /// `K` and a label, or the end of a batch of the list.
    Item,
    /// A label.
    Label,
    /// Behind a batch: another one or the end of the list.
    Batch,
    /// Up to the string of the right length.
    String,
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
    labels: Labels,
    pixels: Vec<u8>,
}

impl Reader {
    /// A reader that keeps the first `limit` images.
    pub fn new(limit: usize) -> Self {
        let (labels, pixels, last) = Default::default();
        Self { limit, format: Format::Cifar10Python, state: State::Name, taken: 0, last, labels, pixels }
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
                    self.state = if take == left { State::Rest } else { State::Pixels(left - take) };
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
        match self.state {
            State::Name => Ok(None),
            State::Open { .. } | State::Item | State::Label | State::Batch => {
                end("the rest of the list of labels".into())
            }
            State::String => end(format!("{} pixels after the labels", self.size())),
            State::Pixels(left) => end(format!("{left} more pixels")),
            State::Rest => {
                let images = Images { shape: SHAPE, count: self.labels.count, pixels: self.pixels };
                Ok(Some((self.format, images, self.labels)))
            }
        }
    }

    /// Bytes of all images.
    fn size(&self) -> usize {
        self.labels.count.saturating_mul(PIXELS)
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
            State::Batch | State::String => Ok(self.seek_pixels(byte)),
            State::Name => Ok(self.seek_name(byte)),
            State::Pixels(_) | State::Rest => Ok(self.state),
        }
    }

    fn remember(&mut self, byte: u8) {
        if self.last.len() == HUNDRED.len() {
            self.last.remove(0);
        }
        self.last.push(byte);
    }

    fn seek_name(&mut self, byte: u8) -> State {
        self.remember(byte);
        let hundred = self.last.ends_with(HUNDRED);
        if !hundred && !self.last.ends_with(TEN) {
            return State::Name;
        }
        self.last.clear();
        if hundred {
            self.format = Format::Cifar100Python;
        }
        self.labels.at = self.taken + 1;
        self.labels.highest = if hundred { 99 } else { 9 };
        State::Open { step: 0, skip: 0 }
    }

    fn seek_pixels(&mut self, byte: u8) -> State {
        self.remember(byte);
        let [a, b, c, d] = (self.size() as u32).to_le_bytes();
        if self.last.ends_with(&[b'T', a, b, c, d]) { State::Pixels(self.size()) } else { State::String }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// What Python 2.7's cPickle writes for `{name: labels, 'data': array}`; lists go in batches of `batch`.
    pub fn pickle(name: &str, labels: &[u8], pixels: &[u8], batch: usize) -> Vec<u8> {
        let mut out = b"\x80\x02}q\x01(U\x0bbatch_labelq\x02U\x15training batch 1 of 5q\x03U".to_vec();
        out.push(name.len() as u8);
        out.extend(name.bytes());
        out.extend(b"q\x04]q\x05");
        for labels in labels.chunks(batch) {
            out.push(b'(');
            labels.iter().for_each(|&label| out.extend([b'K', label]));
            out.push(b'e');
        }
        out.extend(
            b"U\x04dataq\x06cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00\x85q\tU\x01bq\n",
        );
        out.extend(
            b"\x87Rq\x0b(K\x01M\x10'M\x00\x0c\x86q\x0ccnumpy\ndtype\nq\rU\x02u1q\x0eK\x00K\x01\x87q\x0fRq\x10(K\x03",
        );
        out.extend(b"U\x01|q\x11NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\x12b\x89T");
        out.extend((pixels.len() as u32).to_le_bytes());
        out.extend(pixels);
        out.extend(b"q\x13tq\x14bU\tfilenamesq\x15]q\x16(U\x05a.pngq\x17eu.");
        out
    }

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
        assert!(says(&pickle("labels", &[6, 9, 1], &pixels, 9)).contains("expected 9216 pixels after the labels"));
        assert_eq!(read(&pickle("label_names", &[6, 9], &pixels, 9), 9, 7), Ok(None));
    }
}
