//! The file formats without a container, behind one face.

use super::error::Fault;
use super::part::{Format, Images, Labels, Role};
use super::store::Store;
use super::{cifar, idx, npy, pickle};

/// A file whose format is known, on its way.
pub struct Leaf {
    /// Its split.
    pub role: Role,
    reader: Reader,
}

enum Reader {
    Idx(idx::Reader),
    Cifar(cifar::Reader),
    Pickle(pickle::Reader),
    Npy(npy::Reader),
}

/// Which of the formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeafKind {
    /// [`idx`].
    Idx,
    /// [`cifar`].
    Cifar,
    /// [`pickle`].
    Pickle,
    /// [`npy`].
    Npy,
}

/// What a file held.
pub type Content = (Format, Option<Images>, Option<Labels>);

impl Leaf {
    /// A reader that keeps as many images as the store has room for.
    pub fn new(kind: LeafKind, role: Role, store: &Store) -> Self {
        // Labels that come alone belong to images that may be here already: they are no further file.
        let (room, limit) = (store.room(role), store.limit(role));
        let reader = match kind {
            LeafKind::Idx => Reader::Idx(idx::Reader::new(room, limit)),
            LeafKind::Cifar => Reader::Cifar(cifar::Reader::new(room)),
            LeafKind::Pickle => Reader::Pickle(pickle::Reader::new(room)),
            LeafKind::Npy => Reader::Npy(npy::Reader::new(room, limit)),
        };
        Self { role, reader }
    }

    /// Takes in the next bytes.
    ///
    /// # Errors
    /// What the format says.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        match &mut self.reader {
            Reader::Idx(reader) => reader.push(bytes),
            Reader::Cifar(reader) => reader.push(bytes),
            Reader::Pickle(reader) => reader.push(bytes),
            Reader::Npy(reader) => reader.push(bytes),
        }
    }

    /// What the file held; `None` for a pickle of something else.
    ///
    /// # Errors
    /// What the format says.
    pub fn finish(self) -> Result<Option<Content>, Fault> {
        let both = |(format, images, labels)| (format, Some(images), Some(labels));
        Ok(match self.reader {
            Reader::Idx(reader) => Some(match reader.finish()? {
                idx::Content::Images(images) => (Format::Idx, Some(images), None),
                idx::Content::Labels(labels) => (Format::Idx, None, Some(labels)),
            }),
            Reader::Cifar(reader) => Some(both(reader.finish()?)),
            Reader::Pickle(reader) => reader.finish()?.map(both),
            Reader::Npy(reader) => Some(match reader.finish()? {
                npy::Content::Images(images) => (Format::Npy, Some(images), None),
                npy::Content::Labels(labels) => (Format::Npy, None, Some(labels)),
            }),
        })
    }
}
