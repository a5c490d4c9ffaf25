//! What is wrong with a file, and where.

/// Why files cannot be used: one sentence with the file, the byte, what was expected and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataError {
    /// The file, as the user knows it; of an archive with its member, `archive › member`.
    pub file: String,
    /// The byte the sentence is about.
    pub at: At,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// Where in a file, or in a member of an archive; bytes count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The fault is seen only beside the other files, or in the file as a whole.
    Whole,
    /// A byte of the file as it lies on the disk, or of the member as the archive holds it.
    File(usize),
    /// A byte of what a compressed file unpacks to.
    Unpacked(usize),
}

/// A fault seen by the reader of one format, which knows its bytes but not the file's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The byte, counted from the first one the reader was given.
    pub byte: usize,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl Fault {
    /// A fault at `byte`.
    pub fn new(byte: usize, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { byte, expected: expected.into(), found: found.into() }
    }

    /// The fault with the name of the file, whose content may have been unpacked.
    pub fn of(self, file: &str, unpacked: bool) -> DataError {
        let at = if unpacked { At::Unpacked(self.byte) } else { At::File(self.byte) };
        DataError { file: file.to_owned(), at, expected: self.expected, found: self.found }
    }
}

impl DataError {
    /// A fault of `file` as a whole.
    pub fn whole(file: &str, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { file: file.to_owned(), at: At::Whole, expected: expected.into(), found: found.into() }
    }
}

impl std::fmt::Display for DataError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = match self.at {
            At::Whole => String::new(),
            At::File(byte) => format!("at byte {byte} "),
            At::Unpacked(byte) => format!("at byte {byte} of the unpacked data "),
        };
        write!(f, "{}: {place}expected {}, found {}.", self.file, self.expected, self.found)
    }
}

impl std::error::Error for DataError {}
