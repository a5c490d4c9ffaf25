//! What the readers of the formats hand over: the first images and labels of a file, still as bytes.

use super::error::Fault;
use crate::model::Shape;
use std::ops::RangeInclusive;

/// Heights and widths the networks take.
pub const SIDES: RangeInclusive<usize> = 8..=32;

/// Highest label that is taken: CIFAR-100 has 100 classes, and a label above is more likely a misread file.
pub const HIGHEST_LABEL: u8 = 99;

/// What kind of file a part came from; parts of different kinds do not make one set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// IDX, the format of the MNIST family.
    Idx,
    /// Arrays of NumPy.
    Npy,
    /// CIFAR-10 in the binary layout.
    Cifar10Binary,
    /// CIFAR-100 in the binary layout.
    Cifar100Binary,
    /// CIFAR-10 as Python pickles.
    Cifar10Python,
    /// CIFAR-100 as Python pickles.
    Cifar100Python,
}

impl Format {
    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Idx => "IDX",
            Self::Npy => "NumPy arrays",
            Self::Cifar10Binary => "CIFAR-10 in the binary layout",
            Self::Cifar100Binary => "CIFAR-100 in the binary layout",
            Self::Cifar10Python => "CIFAR-10 as Python pickles",
            Self::Cifar100Python => "CIFAR-100 as Python pickles",
        }
    }
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// To train on.
    Train,
    /// `val_*` of an `.npz`: the test split where there is no other.
    Validation,
    /// To evaluate on.
    Test,
}

/// The first images of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    /// One image.
    pub shape: Shape,
    /// How many the file has.
    pub count: usize,
    /// `[kept, c, h, w]`, 0 = black; the first of the file.
    pub pixels: Vec<u8>,
}

/// The labels of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// The byte that says how many there are, for the sentence that they are too many.
    pub at: usize,
    /// How many the file has.
    pub count: usize,
    /// The first of them.
    pub kept: Vec<u8>,
    /// The highest of all.
    pub highest: u8,
}

impl Labels {
    /// Takes in the next label, and keeps it if fewer than `limit` are kept.
    pub fn add(&mut self, label: u8, limit: usize) {
        self.count += 1;
        self.highest = self.highest.max(label);
        if self.kept.len() < limit {
            self.kept.push(label);
        }
    }
}

/// What one file, or one member of an archive, gave.
#[derive(Clone, Debug)]
pub struct Part {
    /// The file as errors name it.
    pub file: String,
    /// Whether bytes count in what it unpacks to.
    pub unpacked: bool,
    /// Its kind.
    pub format: Format,
    /// Its split.
    pub role: Role,
    /// Its images; labels of the same count come from another file if this one has none.
    pub images: Option<Images>,
    /// Its labels.
    pub labels: Option<Labels>,
}

/// Whether `value` is a height or width that is taken; `byte` holds it.
///
/// # Errors
/// If not.
pub fn check_side(what: &str, value: usize, byte: usize) -> Result<(), Fault> {
    if SIDES.contains(&value) {
        return Ok(());
    }
    let (low, high) = (SIDES.start(), SIDES.end());
    Err(Fault::new(byte, format!("a {what} from {low} to {high} pixels"), value.to_string()))
}

/// `label` as a class; `byte` holds it.
///
/// # Errors
/// Where it is too high.
pub fn check_label(label: u64, byte: usize) -> Result<u8, Fault> {
    match u8::try_from(label) {
        Ok(class) if class <= HIGHEST_LABEL => Ok(class),
        _ => Err(Fault::new(byte, format!("a label from 0 to {HIGHEST_LABEL}"), label.to_string())),
    }
}

/// Takes up to `target − buffer` bytes off the front of `input` into `buffer`; whether it is now full.
pub fn fill(buffer: &mut Vec<u8>, target: usize, input: &mut &[u8]) -> bool {
    let take = target.saturating_sub(buffer.len()).min(input.len());
    buffer.extend_from_slice(&input[..take]);
    *input = &input[take..];
    buffer.len() >= target
}
