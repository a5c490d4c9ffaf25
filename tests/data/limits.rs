//! What is kept of large files, and the files people have, where they are at hand.

use crate::sets::set;
use crate::{File, load, whole};
use explr::data::load::{Limits, paths};
use std::path::Path;

#[test]
fn every_file_keeps_its_first_images_in_any_order() {
    let sets: Vec<_> = [(500, 1), (100, 2), (500, 3)].iter().map(|&(n, seed)| set(n, 32, 3, 10, seed)).collect();
    let test = set(400, 32, 3, 10, 4);
    let mut files: Vec<File> = sets.iter().enumerate().map(|(i, s)| (format!("{i}.bin"), s.records(false))).collect();
    files.push(("test.bin".into(), test.records(false)));
    // 700 over three files: 300, all 100, 300.
    let limits = Limits { train: 700, test: 350 };
    let mut seen = Vec::new();
    for _ in 0..files.len() {
        files.rotate_left(1);
        for chunk in [1_000, usize::MAX] {
            seen.push(load(&files, chunk, limits).unwrap());
        }
    }
    let labels = [&sets[0].labels[..300], &sets[1].labels[..], &sets[2].labels[..300]].concat();
    for set in &seen {
        assert!(set.train.labels[..] == labels[..] && set.test.labels[..] == test.labels[..350]);
        assert!(set.train.images == seen[0].train.images && set.test.images == seen[0].test.images);
    }
    let notes = [
        "Of 1,100 training images 700 are kept, the first of each file.",
        "Of 400 test images 350 are kept, the first of each file.",
    ];
    assert_eq!(seen[0].notes[1..], notes);
    let pixels =
        |range: std::ops::Range<usize>| sets[2].pixels[range].iter().map(|&x| f32::from(x) / 255.0).collect::<Vec<_>>();
    assert_eq!(seen[0].train.images[400 * 3_072..401 * 3_072], pixels(0..3_072));
}

#[test]
fn limits_hold_for_grey_images_and_arrays_too() {
    let (given, limits) = (set(2_000, 8, 1, 5, 1), Limits { train: 900, test: 0 });
    let idx = vec![("i".into(), given.images_idx()), ("l".into(), given.labels_idx())];
    let npz = crate::sample::zip(&[("x_train.npy", &given.images_npy()), ("y_train.npy", &given.labels_npy("<i8", 8))]);
    let (idx, npz) = (load(&idx, 100, limits).unwrap(), load(&[("a.npz".into(), npz)], 100, limits).unwrap());
    // An engine needs 300 test images, whatever the limit.
    assert_eq!((idx.train.len(), idx.test.len(), &idx.key), (600, 300, &npz.key));
}

#[test]
fn files_on_the_disk_are_read_as_they_stand_there() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let names = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"];
    let files: Vec<_> = names.iter().map(|name| folder.join(format!("fashion28q4-20000-{name}-ubyte.gz"))).collect();
    let set = paths(&files, Limits { train: 5_000, test: 1_000 }).unwrap();
    assert_eq!((set.train.len(), set.test.len(), set.shape.h), (5_000, 1_000, 28));
    assert_eq!(set.train.images[..], explr::data::fashion28().train.images[..5_000 * 784]);
    let error = paths(&[folder.join("missing.bin")], Limits::NONE).unwrap_err();
    assert!(error.contains("missing.bin: ") && error.ends_with('.'), "{error}");
}

#[test]
fn an_archive_in_the_official_style_is_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/private/mini-cifar-10-binary.tar.gz");
    if !path.exists() {
        println!("skipped: {} is not here", path.display());
        return;
    }
    let set = paths(std::slice::from_ref(&path), Limits { train: 2_000, test: 500 }).unwrap();
    assert_eq!((set.train.len(), set.test.len(), set.classes, set.key.as_str()), (2_000, 500, 10, "cifar10"));
    assert_eq!(set.train.labels[..10], [6, 9, 9, 4, 1, 1, 2, 7, 8, 3]);
    assert_eq!(set.test.labels[..10], [3, 8, 8, 0, 6, 6, 1, 6, 3, 1]);
    let whole = paths(&[path], Limits::NONE).unwrap();
    assert_eq!((whole.train.len(), whole.test.len()), (5_000, 1_000));
    assert_eq!(whole.train.images[..set.train.images.len()], set.train.images[..]);
}

#[test]
fn an_archive_that_numpy_wrote_is_read() {
    let bytes = include_bytes!("../fixtures/numpy.npz").to_vec();
    let set = whole(&[("numpy.npz".into(), bytes)]).unwrap();
    assert_eq!((set.train.len(), set.test.len(), set.classes), (80, 300, 4));
    // What the script that wrote it says: pixel (n, y, x, c) is (n + 8·y + x + 50·c) mod 256, label n mod 4.
    let pixel = |n: usize, y: usize, x: usize, c: usize| ((n + 8 * y + x + 50 * c) % 256) as f32 / 255.0;
    for (i, &value) in set.train.images.iter().enumerate() {
        assert_eq!(value, pixel(i / 192, i / 8 % 8, i % 8, i / 64 % 3), "element {i}");
    }
    assert!(set.test.labels.iter().enumerate().all(|(n, &label)| usize::from(label) == n % 4));
}

#[test]
fn archives_that_python_2_wrote_are_read() {
    let archives = [
        (include_bytes!("../fixtures/python2-cifar10.tar.gz").as_slice(), 10),
        (include_bytes!("../fixtures/python2-cifar100.tar.gz").as_slice(), 100),
    ];
    for (bytes, classes) in archives {
        for chunk in [1_000, usize::MAX] {
            let set =
                load(&[("cifar.tar.gz".into(), bytes.to_vec())], chunk, Limits { train: 500, test: 300 }).unwrap();
            assert_eq!((set.train.len(), set.test.len(), set.key), (500, 300, format!("cifar{classes}")));
            // What the script that wrote it says: label j is (7j + 3) mod the classes, all pixels of image j are j mod 16.
            assert!(set.train.labels.iter().enumerate().all(|(j, &label)| usize::from(label) == (7 * j + 3) % classes));
            let pixels = set.train.images.iter().enumerate();
            assert!(pixels.into_iter().all(|(i, &x)| x == (i / 3_072 % 16) as f32 / 255.0));
        }
    }
}
