//! The same small set in every format.

use crate::File;
use crate::sample::{gz, idx, npy, pickle, tar, zip};

/// Images and their classes as bytes.
pub struct Set {
    pub count: usize,
    pub side: usize,
    pub channels: usize,
    /// `[count, channels, side, side]`
    pub pixels: Vec<u8>,
    pub labels: Vec<u8>,
}

/// `count` different images in `classes` classes, the highest first.
pub fn set(count: usize, side: usize, channels: usize, classes: usize, seed: usize) -> Set {
    let pixels = (0..count * channels * side * side).map(|i| (((i + seed) * 2_654_435_761) >> 13) as u8).collect();
    let labels = (0..count).map(|i| (classes - 1 - i % classes) as u8).collect();
    Set { count, side, channels, pixels, labels }
}

impl Set {
    fn size(&self) -> usize {
        self.channels * self.side * self.side
    }

    fn image(&self, i: usize) -> &[u8] {
        &self.pixels[i * self.size()..][..self.size()]
    }

    pub fn images_idx(&self) -> Vec<u8> {
        idx(&[self.count as u32, self.side as u32, self.side as u32], &self.pixels)
    }

    pub fn labels_idx(&self) -> Vec<u8> {
        idx(&[self.count as u32], &self.labels)
    }

    pub fn records(&self, coarse: bool) -> Vec<u8> {
        (0..self.count)
            .flat_map(|i| coarse.then_some(3).into_iter().chain([self.labels[i]]).chain(self.image(i).to_vec()))
            .collect()
    }

    pub fn pickle(&self, name: &str) -> Vec<u8> {
        pickle(name, &self.labels, &self.pixels, 1_000)
    }

    /// Colour in NumPy's order.
    pub fn images_npy(&self) -> Vec<u8> {
        let (n, s, c) = (self.count, self.side, self.channels);
        let mixed = |i: usize| self.pixels[(i / (s * s * c) * c + i % c) * s * s + i / c % (s * s)];
        let shape = if c == 1 { format!("{n}, {s}, {s}") } else { format!("{n}, {s}, {s}, {c}") };
        npy("|u1", &shape, &(0..n * s * s * c).map(mixed).collect::<Vec<_>>())
    }

    pub fn labels_npy(&self, descr: &str, width: usize) -> Vec<u8> {
        let numbers: Vec<u8> =
            self.labels.iter().flat_map(|&l| (0..width).map(move |i| if i == 0 { l } else { 0 })).collect();
        npy(descr, &format!("{},", self.count), &numbers)
    }
}

/// Training and test sets of a format; what they are must come out.
pub struct Case {
    pub format: &'static str,
    pub files: Vec<File>,
    pub train: Vec<Set>,
    pub test: Set,
}

fn file(name: &str, bytes: Vec<u8>) -> File {
    (name.to_owned(), bytes)
}

/// Every format once.
pub fn cases() -> Vec<Case> {
    let colour = |classes| (vec![set(40, 32, 3, classes, 1), set(60, 32, 3, classes, 2)], set(300, 32, 3, classes, 3));
    let grey = || (vec![set(100, 9, 1, 7, 1)], set(300, 9, 1, 7, 2));
    let mut cases = Vec::new();
    let mut case = |format, files, (train, test): (Vec<Set>, Set)| cases.push(Case { format, files, train, test });

    for (format, classes, coarse) in [("CIFAR-10 .bin", 10, false), ("CIFAR-100 .bin", 100, true)] {
        let (train, test) = colour(classes);
        let [a, b, t] = [&train[0], &train[1], &test].map(|s| s.records(coarse));
        case(
            format,
            vec![file("data_batch_2.bin", b), file("test_batch.bin", t), file("data_batch_1.bin", a)],
            (train, test),
        );
    }
    let (train, test) = colour(10);
    let [a, b, t] = [&train[0], &train[1], &test].map(|s| s.records(false));
    let archive = tar(&[
        ("x/test_batch.bin", &t),
        ("x/batches.meta.txt", b"airplane\n"),
        ("x/data_batch_2.bin", &b),
        ("x/data_batch_1.bin", &a),
    ]);
    case("plain .tar", vec![file("cifar.tar", archive.clone())], colour(10));
    case("binary .tar.gz", vec![file("cifar-10-binary.tar.gz", gz(&archive))], (train, test));
    for (format, name, classes) in [("python .tar.gz", "labels", 10), ("CIFAR-100 python", "fine_labels", 100)] {
        let (train, test) = colour(classes);
        let [a, b, t] = [&train[0], &train[1], &test].map(|s| s.pickle(name));
        let archive = tar(&[
            ("x/data_batch_1", &a),
            ("x/batches.meta", b"\x80\x02}q\x01U\x0blabel_namesq\x02]q\x03s."),
            ("x/test_batch", &t),
            ("x/data_batch_2", &b),
        ]);
        case(format, vec![file("cifar-python.tar.gz", gz(&archive))], (train, test));
    }
    let (train, test) = grey();
    let idx = [train[0].images_idx(), train[0].labels_idx(), test.images_idx(), test.labels_idx()];
    let names =
        ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];
    case("IDX", names.iter().zip(&idx).map(|(name, bytes)| file(name, bytes.clone())).rev().collect(), grey());
    let zipped: Vec<(&str, &[u8])> = names.iter().zip(&idx).map(|(name, bytes)| (*name, &bytes[..])).collect();
    case("IDX in a zip", vec![file("mnist.zip", zip(&zipped))], grey());
    case(
        "IDX .gz",
        names.iter().zip(&idx).map(|(name, bytes)| file(&format!("{name}.gz"), gz(bytes))).collect(),
        (train, test),
    );
    let (train, test) = grey();
    let keras = zip(&[
        ("y_test.npy", &test.labels_npy("|u1", 1)),
        ("x_train.npy", &train[0].images_npy()),
        ("y_train.npy", &train[0].labels_npy("<i8", 8)),
        ("x_test.npy", &test.images_npy()),
        ("more.npy", &train[0].labels_npy("<f4", 4)),
    ]);
    case("Keras .npz", vec![file("mnist.npz", keras)], (train, test));
    let (train, test) = ((vec![set(90, 8, 3, 5, 1)]), set(300, 8, 3, 5, 2));
    let medmnist = zip(&[
        ("train_images.npy", &train[0].images_npy()),
        ("val_images.npy", &set(7, 8, 3, 5, 9).images_npy()),
        ("test_images.npy", &test.images_npy()),
        ("train_labels.npy", &train[0].labels_npy("<i4", 4)),
        ("val_labels.npy", &set(7, 8, 3, 5, 9).labels_npy("|u1", 1)),
        ("test_labels.npy", &test.labels_npy("|u1", 1)),
    ]);
    case("MedMNIST .npz", vec![file("medmnist.npz", medmnist)], (train, test));
    cases
}
