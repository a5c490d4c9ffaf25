//! Files a person drops on the page or names on the command line → a [`Dataset`]. Bytes are pushed as they come; of a
//! 170 MB archive nothing is held but the images that are kept.

use super::Dataset;
use super::error::DataError;
use super::names;
use super::store::Store;
use super::stream::Stream;
use super::{MIN_TEST, MIN_TRAIN};

pub use super::store::Limits;

/// Files on their way. One after another: [`begin_file`](Self::begin_file), [`push`](Self::push) as often as it takes,
/// [`end_file`](Self::end_file); at the end [`finish`](Self::finish). After an error it is of no use.
pub struct Loader {
    store: Store,
    open: Option<Stream>,
}

impl Loader {
    /// A loader that keeps at most so many images of each split, but at least as many as are needed
    /// ([`MIN_TRAIN`], [`MIN_TEST`]); the images that become a test split where there is none count as training images.
    pub fn new(limits: Limits) -> Self {
        let (train, test) = (limits.train.max(MIN_TRAIN + MIN_TEST), limits.test.max(MIN_TEST));
        Self { store: Store::new(Limits { train, test }), open: None }
    }

    /// A file comes; its name says which split it belongs to and is told in errors. One that was not ended is
    /// forgotten.
    pub fn begin_file(&mut self, name: &str) {
        self.store.files.push(names::base(name).to_owned());
        self.open = Some(Stream::new(name));
    }

    /// The next bytes of the file.
    ///
    /// # Errors
    /// The first thing that is wrong, as soon as it shows.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), DataError> {
        match &mut self.open {
            Some(stream) => stream.push(chunk, &mut self.store),
            None => Err(DataError::whole("the files", "the name of a file first", "its bytes")),
        }
    }

    /// The file is complete.
    ///
    /// # Errors
    /// A file that ends too early, a wrong checksum; a damaged member of a zip archive.
    pub fn end_file(&mut self) -> Result<(), DataError> {
        self.open.take().map_or(Ok(()), |stream| stream.finish(&mut self.store))
    }

    /// The set the files make.
    ///
    /// # Errors
    /// Files without images or labels, or that do not belong together; too few images or classes.
    pub fn finish(self) -> Result<Dataset, DataError> {
        Dataset::assemble(self.store)
    }
}

/// The set of files that are in memory, without limits.
///
/// # Errors
/// As [`Loader`].
pub fn files(files: &[(&str, &[u8])]) -> Result<Dataset, DataError> {
    let mut loader = Loader::new(Limits::NONE);
    for (name, bytes) in files {
        loader.begin_file(name);
        loader.push(bytes)?;
        loader.end_file()?;
    }
    loader.finish()
}

/// The set of files on the disk, read in pieces of 1 MiB.
///
/// # Errors
/// A sentence: a file that cannot be opened or read; as [`Loader`].
#[cfg(not(target_arch = "wasm32"))]
pub fn paths(paths: &[std::path::PathBuf], limits: Limits) -> Result<Dataset, String> {
    use std::io::Read;
    let mut loader = Loader::new(limits);
    let mut chunk = vec![0; 1 << 20];
    for path in paths {
        let unreadable = |error: std::io::Error| format!("{}: {error}.", path.display());
        let mut file = std::fs::File::open(path).map_err(unreadable)?;
        loader.begin_file(&path.file_name().unwrap_or_default().to_string_lossy());
        loop {
            match file.read(&mut chunk) {
                Ok(0) => break,
                Ok(n) => loader.push(&chunk[..n]).map_err(|error| error.to_string())?,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(unreadable(error)),
            }
        }
        loader.end_file().map_err(|error| error.to_string())?;
    }
    loader.finish().map_err(|error| error.to_string())
}
