//! Writing `.npy` and text files, with sentences for what goes wrong.

use npyz::WriterBuilder;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Writes `values` in C order as a `.npy` file of `shape`.
///
/// # Errors
/// A sentence, if the file cannot be written or there are not as many values as `shape` says.
pub fn npy<T: npyz::AutoSerialize>(path: &Path, shape: &[u64], values: impl Iterator<Item = T>) -> Result<(), String> {
    let write = || -> std::io::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        let mut array = npyz::WriteOptions::new().default_dtype().shape(shape).writer(&mut file).begin_nd()?;
        array.extend(values)?;
        array.finish()?;
        file.flush()
    };
    write().map_err(|error| cannot(path, &error))
}

/// Writes a file of `bytes`.
///
/// # Errors
/// A sentence, if it cannot be written.
pub fn save(path: &Path, bytes: &[u8]) -> Result<(), String> {
    std::fs::write(path, bytes).map_err(|error| cannot(path, &error))
}

/// The sentence for a `path` that cannot be written.
pub fn cannot(path: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be written: {error}.", path.display())
}
