//! What is wrong with a file, and where.

/// Why a file cannot be used: one sentence with the file, the byte, what was expected and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataError {
    /// The file, as the user knows it.
    pub file: String,
    /// The byte the sentence is about.
    pub at: At,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// Where in a file; bytes count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// A byte of the file as it lies on the disk.
    File(usize),
    /// A byte of what a compressed file unpacks to.
    Unpacked(usize),
}

impl std::fmt::Display for DataError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (byte, of) = match self.at {
            At::File(byte) => (byte, ""),
            At::Unpacked(byte) => (byte, " of the unpacked data"),
        };
        write!(f, "{}: at byte {byte}{of} expected {}, found {}.", self.file, self.expected, self.found)
    }
}

impl std::error::Error for DataError {}
