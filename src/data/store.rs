//! What was read so far, within its limits: a split keeps the first images of each of its files, as many of one as of
//! another, so that five files of CIFAR-10 give a fifth each.

use super::part::{Part, Role};

/// Most images kept of each split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of the training images, those that become the test split included.
    pub train: usize,
    /// Of the test images; at least [`super::MIN_TEST`].
    pub test: usize,
}

impl Limits {
    /// Everything is kept.
    pub const NONE: Self = Self { train: usize::MAX, test: usize::MAX };
}

/// Names told of files that were left aside.
const MOST_NAMES: usize = 5;

/// The parts read so far.
#[derive(Debug)]
pub struct Store {
    limits: Limits,
    /// The names of the files.
    pub files: Vec<String>,
    /// In the order of the files.
    pub parts: Vec<Part>,
    /// Members of archives that are no images: the first names, and how many.
    pub aside: (Vec<String>, usize),
    /// How many of them are pictures.
    pub pictures: usize,
}

impl Store {
    /// An empty store.
    pub fn new(limits: Limits) -> Self {
        Self { limits, files: Vec::new(), parts: Vec::new(), aside: (Vec::new(), 0), pictures: 0 }
    }

    /// Most images kept of a split.
    pub fn limit(&self, role: Role) -> usize {
        match role {
            Role::Train => self.limits.train,
            Role::Validation | Role::Test => self.limits.test,
        }
    }

    /// Most images that a further file of this split may keep.
    pub fn room(&self, role: Role) -> usize {
        let mut sizes = self.sizes(role);
        sizes.push(usize::MAX);
        level(sizes, self.limit(role)).min(self.limit(role))
    }

    /// Takes in a part. The others give up what is no longer theirs: the level only falls as files come, so that no
    /// image is missed that was dropped before.
    pub fn add(&mut self, part: Part) {
        let role = part.role;
        self.parts.push(part);
        let level = level(self.sizes(role), self.limit(role));
        for images in self.parts.iter_mut().filter(|p| p.role == role).filter_map(|p| p.images.as_mut()) {
            let kept = level.min(images.count).saturating_mul(images.shape.len());
            images.pixels.truncate(kept);
            images.pixels.shrink_to_fit();
        }
    }

    /// Notes a member of an archive that is not read.
    pub fn put_aside(&mut self, name: &str, picture: bool) {
        self.pictures += usize::from(picture);
        let (names, count) = &mut self.aside;
        *count += 1;
        if names.len() < MOST_NAMES {
            names.push(name.to_owned());
        }
    }

    fn sizes(&self, role: Role) -> Vec<usize> {
        let images = self.parts.iter().filter(|part| part.role == role).filter_map(|part| part.images.as_ref());
        images.map(|images| images.count).collect()
    }
}

/// The largest level up to which all files can be kept: Σ min(size, level) ≤ limit.
fn level(mut sizes: Vec<usize>, limit: usize) -> usize {
    sizes.sort_unstable();
    let mut left = limit;
    for (i, &size) in sizes.iter().enumerate() {
        let share = left / (sizes.len() - i);
        if size > share {
            return share;
        }
        left -= size;
    }
    usize::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_files_leave_their_share_to_the_large_ones() {
        assert_eq!(level(vec![10, 10, 10], 30), usize::MAX);
        assert_eq!(level(vec![10_000; 5], 20_000), 4_000);
        assert_eq!(level(vec![100, 3, 50], 43), 20);
        assert_eq!(level(vec![usize::MAX], 7), 7);
        assert_eq!(level(vec![], 7), usize::MAX);
    }

    #[test]
    fn the_level_never_rises_when_a_file_comes() {
        let sizes = [5, 900, 3, 70, 12, 400, 1];
        for limit in 0..1_500 {
            for n in 1..sizes.len() {
                let room = level([&sizes[..n], &[usize::MAX]].concat(), limit);
                let known = level(sizes[..=n].to_vec(), limit);
                // What the newcomer keeps while its size is unknown is enough, and never too much.
                assert_eq!(sizes[n].min(room), sizes[n].min(known));
                assert!(known <= level(sizes[..n].to_vec(), limit));
            }
        }
    }
}
