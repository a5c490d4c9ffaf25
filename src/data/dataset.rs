//! Two splits made from what was read: paired, checked, completed and scaled.

use super::crc::Crc32;
use super::error::DataError;
use super::names::{CIFAR10, thousands};
use super::pair::{Pair, pairs};
use super::part::{Format, Role};
use super::sniff::FORMATS;
use super::store::Store;
use super::{Dataset, MIN_TEST, MIN_TRAIN, Split, split};
use crate::model::Shape;

/// A split as bytes.
#[derive(Default)]
struct Pool {
    /// `[n, c, h, w]`.
    pixels: Vec<u8>,
    labels: Vec<u8>,
    /// How many images the files have.
    seen: usize,
}

impl Dataset {
    /// The set that was read. Pixels become x/255 and are not centred: with the zero padding of the convolutions a dark
    /// border then stays dark, and the runs are less chaotic (measured: the one-ulp control is 1e-5 away after 1,000
    /// steps instead of 6e-5).
    ///
    /// # Errors
    /// Files without images or labels, or that do not belong together; too few images or classes.
    pub(super) fn assemble(mut store: Store) -> Result<Self, DataError> {
        let limit = store.limit(Role::Test);
        let files = if let [one] = &store.files[..] { one.clone() } else { "the files".to_owned() };
        let wrong = |expected: &str, found: String| Err(DataError::whole(&files, expected, found));
        if store.parts.is_empty() {
            return wrong(FORMATS, nothing(&store));
        }
        let mut notes = use_validation(&mut store);
        let all = pairs(std::mem::take(&mut store.parts))?;
        let (format, shape, source) = alike(&all)?;
        let classes = all.iter().map(|pair| usize::from(pair.labels.highest) + 1).max().unwrap_or(0);
        let (train, test): (Vec<Pair>, Vec<Pair>) = all.into_iter().partition(|pair| pair.role == Role::Train);
        let (mut train, mut test) = (Pool::of(train), Pool::of(test));
        if train.labels.is_empty() {
            return wrong("training images", "test images only".to_owned());
        }
        if classes < 2 {
            return wrong("labels of at least 2 classes", "the label 0 alone".to_owned());
        }
        let colour = if shape.c == 1 { "grey" } else { "in colour" };
        notes.insert(0, format!("{}: {}×{} {colour}, {classes} classes.", format.label(), shape.h, shape.w));
        notes.extend(train.kept("training"));
        if test.labels.is_empty() {
            let n = train.labels.len();
            if n < MIN_TEST + MIN_TRAIN {
                let least = format!("at least {} images where there is no test split", MIN_TEST + MIN_TRAIN);
                return wrong(&least, n.to_string());
            }
            let chosen = (n / 6).clamp(MIN_TEST, limit.max(MIN_TEST)).min(n - MIN_TRAIN);
            test = train.split_off(chosen, shape);
            let [chosen, n] = [chosen, n].map(thousands);
            notes.push(format!(
                "No test images: {chosen} of the {n}, chosen evenly over the classes, became the test split."
            ));
        } else {
            notes.extend(test.kept("test"));
        }
        for (pool, least, what) in [(&train, MIN_TRAIN, "training"), (&test, MIN_TEST, "test")] {
            if pool.labels.len() < least {
                return wrong(&format!("at least {least} {what} images"), pool.labels.len().to_string());
            }
        }
        notes.extend(train.missing(classes));
        notes.extend(left_aside(&store));
        let (key, name, class_names) =
            identity(format, &source, classes, || fingerprint(shape, classes, &train, &test));
        Ok(Self { name, key, class_names, notes, shape, classes, train: train.scaled(), test: test.scaled() })
    }
}

impl Pool {
    fn of(pairs: Vec<Pair>) -> Self {
        let mut pool = Self::default();
        for mut pair in pairs {
            let size = pair.images.shape.len();
            let kept = (pair.images.pixels.len() / size).min(pair.labels.kept.len());
            pair.images.pixels.truncate(kept * size);
            pool.seen += pair.images.count;
            pool.labels.extend_from_slice(&pair.labels.kept[..kept]);
            if pool.pixels.is_empty() {
                pool.pixels = pair.images.pixels;
            } else {
                pool.pixels.append(&mut pair.images.pixels);
            }
        }
        pool
    }

    /// Takes `test` images out, each class in proportion.
    fn split_off(&mut self, test: usize, shape: Shape) -> Self {
        let chosen = split::choose(&self.labels, test);
        let part = |of: bool| {
            let images = self.pixels.chunks_exact(shape.len()).zip(&self.labels).zip(&chosen);
            let mut pool = Self::default();
            for ((image, &label), _) in images.filter(|&(_, &c)| c == of) {
                pool.pixels.extend_from_slice(image);
                pool.labels.push(label);
            }
            pool
        };
        let (train, test) = (part(false), part(true));
        *self = train;
        test
    }

    fn scaled(self) -> Split {
        let images = self.pixels.iter().map(|&x| f32::from(x) / 255.0).collect();
        Split { images, labels: self.labels.into() }
    }

    /// That not all images are kept.
    fn kept(&self, what: &str) -> Option<String> {
        let [seen, kept] = [self.seen, self.labels.len()].map(thousands);
        let sentence = format!("Of {seen} {what} images {kept} are kept, the first of each file.");
        (self.labels.len() < self.seen).then_some(sentence)
    }

    /// That a class has no images.
    fn missing(&self, classes: usize) -> Option<String> {
        let missing: Vec<String> = (0..classes)
            .filter(|&class| !self.labels.contains(&(class as u8)))
            .map(|class| class.to_string())
            .collect();
        let sentence = format!("No training image has the label {}.", missing.join(", "));
        (!missing.is_empty()).then_some(sentence)
    }
}

/// Makes the validation split the test split if there is no other, and forgets it if there is.
fn use_validation(store: &mut Store) -> Vec<String> {
    let tested = store.parts.iter().any(|part| part.role == Role::Test);
    if !store.parts.iter().any(|part| part.role == Role::Validation) {
        return Vec::new();
    }
    if tested {
        store.parts.retain(|part| part.role != Role::Validation);
        return vec!["The validation images are not used.".to_owned()];
    }
    store.parts.iter_mut().filter(|part| part.role == Role::Validation).for_each(|part| part.role = Role::Test);
    vec!["The validation images are the test split.".to_owned()]
}

/// The common format and size, and the first training file.
fn alike(pairs: &[Pair]) -> Result<(Format, Shape, String), DataError> {
    let of = |shape: Shape| format!("images of {}×{} with {} channels", shape.h, shape.w, shape.c);
    let Some(first) = pairs.iter().find(|pair| pair.role == Role::Train).or(pairs.first()) else {
        return Err(DataError::whole("the files", "images with labels", "none"));
    };
    for pair in pairs {
        if pair.format != first.format {
            let expected = format!("{} as in {}", first.format.label(), first.file);
            return Err(DataError::whole(&pair.file, expected, pair.format.label()));
        }
        let (want, got) = (first.images.shape, pair.images.shape);
        if want != got {
            return Err(DataError::whole(&pair.file, format!("{} as in {}", of(want), first.file), of(got)));
        }
    }
    let source = first.file.split(" › ").next().unwrap_or_default().to_owned();
    Ok((first.format, first.images.shape, source))
}

/// Why there is nothing to train on.
fn nothing(store: &Store) -> String {
    let (names, count) = &store.aside;
    if store.files.is_empty() {
        return "no file".to_owned();
    }
    if store.pictures > 0 {
        let pictures = thousands(store.pictures);
        return format!(
            "{pictures} pictures (not read yet; numpy.savez with x_train and y_train writes a file that is)"
        );
    }
    if *count == 0 { "an empty archive".to_owned() } else { format!("{count} others, first {}", names[0]) }
}

/// What was not read.
fn left_aside(store: &Store) -> Option<String> {
    let (names, count) = &store.aside;
    let more = count - names.len();
    let more = if more > 0 { format!(" and {} more", thousands(more)) } else { String::new() };
    (*count > 0).then(|| format!("Left aside: {}{more}.", names.join(", ")))
}

/// Key, name and class names.
fn identity(
    format: Format,
    source: &str,
    classes: usize,
    fingerprint: impl Fn() -> u32,
) -> (String, String, Vec<String>) {
    let numbers = || (0..classes).map(|class| class.to_string()).collect();
    match format {
        Format::Cifar10Binary | Format::Cifar10Python => {
            ("cifar10".into(), "CIFAR-10".into(), CIFAR10.map(str::to_owned).into())
        }
        Format::Cifar100Binary | Format::Cifar100Python => ("cifar100".into(), "CIFAR-100".into(), numbers()),
        Format::Idx | Format::Npy => (format!("own-{:08x}", fingerprint()), source.to_owned(), numbers()),
    }
}

/// The same number for the same images, labels and splits, whatever the files were called.
fn fingerprint(shape: Shape, classes: usize, train: &Pool, test: &Pool) -> u32 {
    let mut crc = Crc32::default();
    for n in [shape.c, shape.h, shape.w, classes, train.labels.len(), test.labels.len()] {
        crc.update(&(n as u32).to_le_bytes());
    }
    for pool in [train, test] {
        crc.update(&pool.pixels);
        crc.update(&pool.labels);
    }
    crc.value()
}
