//! What a file is, by its first bytes.

use super::{gzip, idx, npy, tar, zip};

/// Bytes of a file that are enough to know it.
pub const HEAD: usize = 262;

/// What is read.
pub const FORMATS: &str = "an IDX, CIFAR .bin, .npz, .tar or .tar.gz file";

/// What a file begins like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A gzip file.
    Gzip,
    /// A zip archive.
    Zip,
    /// A tar archive.
    Tar,
    /// Labels or grey images of the MNIST family.
    Idx,
    /// A Python pickle of protocol 2 or above.
    Pickle,
    /// An array of NumPy.
    Npy,
    /// A picture, with the name of its format.
    Picture(&'static str),
    /// Nothing with a mark: records of CIFAR have none.
    Other,
}

/// What a file with this beginning is.
pub fn kind(head: &[u8]) -> Kind {
    const PICTURES: [(&[u8], &str); 5] = [
        (b"\x89PNG", "a PNG picture"),
        (b"\xff\xd8\xff", "a JPEG picture"),
        (b"GIF8", "a GIF picture"),
        (b"RIFF", "a WebP picture"),
        (b"BM", "a BMP picture"),
    ];
    match head {
        _ if head.starts_with(&gzip::MAGIC) => Kind::Gzip,
        _ if zip::is_zip(head) => Kind::Zip,
        _ if tar::is_tar(head) => Kind::Tar,
        _ if head.starts_with(npy::MAGIC) => Kind::Npy,
        [0x80, 2..=5, ..] => Kind::Pickle,
        [a, b, c, 1..=4, ..] if [*a, *b, *c] == idx::MAGIC => Kind::Idx,
        _ => match PICTURES.iter().find(|(mark, _)| head.starts_with(mark)) {
            Some((_, name)) => Kind::Picture(name),
            None => Kind::Other,
        },
    }
}

/// The first bytes, for a sentence about a file that is none of these.
pub fn first_bytes(head: &[u8]) -> String {
    let first: Vec<String> = head.iter().take(4).map(|b| format!("{b:02x}")).collect();
    if first.is_empty() { "an empty file".to_owned() } else { first.join(" ") }
}
