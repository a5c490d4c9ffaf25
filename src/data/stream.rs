//! One file on its way: what it is shows in its first bytes, and what it holds is handed on, an archive's members each
//! as a file of its own. Nothing is held but what is kept, except of a zip archive.

use super::error::{DataError, Fault};
use super::gzip::Gunzip;
use super::leaf::{Leaf, LeafKind};
use super::part::{Part, fill};
use super::sniff::{FORMATS, HEAD, Kind, first_bytes, kind};
use super::store::Store;
use super::tar::{Event, Tar};
use super::{cifar, names, zip};

/// Most bytes of a file, and of what it unpacks to: five times CIFAR-10.
pub const LONGEST: usize = 1 << 30;

/// Most files of images or labels, members counted.
const MOST_PARTS: usize = 1_000;

/// A file, or a member of an archive.
pub struct Stream {
    /// As errors name it: the archive, then the member.
    name: String,
    /// Its path in the archive, or its name.
    path: String,
    /// Whether it is a member of an archive.
    nested: bool,
    /// Its length, where an archive says so.
    size: Option<usize>,
    /// Whether these bytes come out of gzip.
    unpacked: bool,
    taken: usize,
    state: State,
}

enum State {
    /// Its first bytes.
    Head(Vec<u8>),
    Gzip(Box<Gunzip>, Box<Stream>),
    /// With the member that is open.
    Tar(Box<Tar>, Option<Box<Stream>>),
    /// As it lies on the disk.
    Zip(Vec<u8>),
    Leaf(Box<Leaf>),
    /// Nothing that is read.
    Aside,
}

impl Stream {
    /// A file that stands alone.
    pub fn new(path: &str) -> Self {
        let name = names::base(path).to_owned();
        let state = State::Head(Vec::new());
        Self { path: name.clone(), name, nested: false, size: None, unpacked: false, taken: 0, state }
    }

    /// A member of `archive`, `size` bytes long.
    pub fn member(archive: &str, path: &str, size: usize) -> Self {
        let name = format!("{archive} › {}", names::base(path));
        Self { name, path: path.to_owned(), nested: true, size: Some(size), ..Self::new("") }
    }

    /// What this gzip file unpacks to.
    fn content(&self) -> Self {
        let (name, path) = (self.name.clone(), self.path.clone());
        Self { name, path, nested: self.nested, unpacked: true, ..Self::new("") }
    }

    /// Takes in the next bytes.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn push(&mut self, mut bytes: &[u8], store: &mut Store) -> Result<(), DataError> {
        self.taken += bytes.len();
        if self.taken > LONGEST {
            return Err(self.fault(Fault::new(LONGEST, format!("at most {LONGEST} bytes"), "more than that")));
        }
        if let State::Head(head) = &mut self.state {
            if !fill(head, HEAD, &mut bytes) {
                return Ok(());
            }
            self.decide(store)?;
        }
        self.hand_on(bytes, store)
    }

    /// The file is complete.
    ///
    /// # Errors
    /// A file that ends too early; what shows only when all of it is there.
    pub fn finish(mut self, store: &mut Store) -> Result<(), DataError> {
        self.decide(store)?;
        match std::mem::replace(&mut self.state, State::Aside) {
            State::Head(_) | State::Aside => Ok(()),
            State::Gzip(gunzip, content) => {
                gunzip.finish().map_err(|fault| self.fault(fault))?;
                content.finish(store)
            }
            State::Tar(tar, _) => tar.finish().map_err(|fault| self.fault(fault)),
            State::Zip(archive) => zip::unpack(&self.name, &archive, store),
            State::Leaf(leaf) => self.finish_leaf(*leaf, store),
        }
    }

    /// What the first bytes say, if it is not decided yet.
    fn decide(&mut self, store: &mut Store) -> Result<(), DataError> {
        let State::Head(head) = &mut self.state else { return Ok(()) };
        let head = std::mem::take(head);
        let kind = kind(&head);
        let inner = "a container inside another";
        let found = match kind {
            Kind::Gzip if !self.unpacked => Ok(State::Gzip(Box::default(), Box::new(self.content()))),
            Kind::Tar if !self.nested => Ok(State::Tar(Box::default(), None)),
            Kind::Zip if !self.nested && !self.unpacked => Ok(State::Zip(Vec::new())),
            Kind::Gzip | Kind::Tar | Kind::Zip => Err(inner.to_owned()),
            Kind::Idx => Ok(self.leaf(LeafKind::Idx, store)),
            Kind::Pickle => Ok(self.leaf(LeafKind::Pickle, store)),
            Kind::Npy if names::array_role(&self.path).is_some() => Ok(self.leaf(LeafKind::Npy, store)),
            Kind::Npy => Err("an array without train, val or test in its name".to_owned()),
            Kind::Other if self.is_cifar(&head) => Ok(self.leaf(LeafKind::Cifar, store)),
            Kind::Picture(name) => Err(name.to_owned()),
            Kind::Other => Err(first_bytes(&head)),
        };
        self.state = match found {
            Ok(state) => state,
            Err(found) if !self.nested => return Err(self.fault(Fault::new(0, FORMATS, found))),
            Err(_) => {
                store.put_aside(names::base(&self.path), matches!(kind, Kind::Picture(_)));
                State::Aside
            }
        };
        self.hand_on(&head, store)
    }

    fn leaf(&self, kind: LeafKind, store: &Store) -> State {
        let array = if kind == LeafKind::Npy { names::array_role(&self.path) } else { None };
        let role = array.unwrap_or_else(|| names::role(&self.path));
        State::Leaf(Box::new(Leaf::new(kind, role, store)))
    }

    /// Whether it is records of CIFAR. A member's size says so, or its name (then a size that does not fit is an error).
    fn is_cifar(&self, head: &[u8]) -> bool {
        let base = names::base(&self.path);
        match self.size {
            None => cifar::begins(head),
            Some(_) if base.ends_with(".bin") && !base.starts_with('.') => true,
            Some(size) => cifar::fits(size, head),
        }
    }

    fn hand_on(&mut self, mut bytes: &[u8], store: &mut Store) -> Result<(), DataError> {
        let (name, unpacked) = (&self.name, self.unpacked);
        let named = |fault: Fault| fault.of(name, unpacked);
        match &mut self.state {
            State::Head(_) | State::Aside => {}
            State::Gzip(gunzip, content) => {
                while let Some(out) = gunzip.next(&mut bytes).map_err(named)? {
                    content.push(out, store)?;
                }
            }
            State::Tar(tar, open) => {
                while let Some(event) = tar.next(&mut bytes).map_err(named)? {
                    match (event, open.as_mut()) {
                        (Event::Begin { path, size }, _) => *open = Some(Box::new(Self::member(name, &path, size))),
                        (Event::Data(data), Some(member)) => member.push(data, store)?,
                        (Event::End, _) => open.take().map_or(Ok(()), |member| member.finish(store))?,
                        (Event::Data(_), None) => {}
                    }
                }
            }
            State::Zip(archive) => {
                if archive.len() + bytes.len() > zip::LONGEST {
                    let expected = format!("a zip archive of at most {} bytes", zip::LONGEST);
                    return Err(named(Fault::new(zip::LONGEST, expected, "more than that")));
                }
                archive.extend_from_slice(bytes);
            }
            State::Leaf(leaf) => leaf.push(bytes).map_err(named)?,
        }
        Ok(())
    }

    fn finish_leaf(&self, leaf: Leaf, store: &mut Store) -> Result<(), DataError> {
        let role = leaf.role;
        match leaf.finish().map_err(|fault| self.fault(fault))? {
            Some((format, images, labels)) => {
                if store.parts.len() == MOST_PARTS {
                    let expected = format!("at most {MOST_PARTS} files of images and labels");
                    return Err(self.fault(Fault::new(0, expected, "one more")));
                }
                let (file, unpacked) = (self.name.clone(), self.unpacked);
                store.add(Part { file, unpacked, format, role, images, labels });
            }
            None if self.nested => store.put_aside(names::base(&self.path), false),
            None => {
                let expected = "a pickle of CIFAR-10 or CIFAR-100 with its list of labels, as Python 2 wrote it";
                return Err(self.fault(Fault::new(0, expected, "another pickle")));
            }
        }
        Ok(())
    }

    fn fault(&self, fault: Fault) -> DataError {
        fault.of(&self.name, self.unpacked)
    }
}
