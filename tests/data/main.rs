//! Data files of every format, whole and damaged, through the one door they come in by.
#![cfg(not(target_arch = "wasm32"))]

mod damage;
mod formats;
mod limits;
#[allow(dead_code)]
mod sample;
mod sets;

use explr::data::load::{Limits, Loader};
use explr::data::{DataError, Dataset};

/// A file by name and content.
type File = (String, Vec<u8>);

/// The set of files pushed in pieces of `chunk` bytes.
fn load(files: &[File], chunk: usize, limits: Limits) -> Result<Dataset, DataError> {
    let mut loader = Loader::new(limits);
    for (name, bytes) in files {
        loader.begin_file(name);
        bytes.chunks(chunk).try_for_each(|piece| loader.push(piece))?;
        loader.end_file()?;
    }
    loader.finish()
}

/// The set of files at once and without limits.
fn whole(files: &[File]) -> Result<Dataset, DataError> {
    load(files, usize::MAX, Limits::NONE)
}
