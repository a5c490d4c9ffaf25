//! Every format gives the images that were put in, whatever pieces it comes in.

use crate::sets::{Set, cases, set};
use crate::{File, load, whole};
use explr::data::load::Limits;
use explr::data::{Dataset, Split};

fn assert_split(split: &Split, sets: &[&Set], case: &str) {
    let pixels: Vec<f32> = sets.iter().flat_map(|s| &s.pixels).map(|&x| f32::from(x) / 255.0).collect();
    let labels: Vec<u8> = sets.iter().flat_map(|s| &s.labels).copied().collect();
    assert!(split.labels[..] == labels[..], "labels of {case}");
    assert!(split.images[..] == pixels[..], "images of {case}");
}

#[test]
fn every_format_gives_the_images_in_any_pieces() {
    for case in cases() {
        for chunk in [1, 7, 511, usize::MAX] {
            let set = load(&case.files, chunk, Limits::NONE).unwrap_or_else(|error| panic!("{}: {error}", case.format));
            let (side, channels) = (case.test.side, case.test.channels);
            assert_eq!((set.shape.c, set.shape.h, set.shape.w), (channels, side, side), "{}", case.format);
            assert_split(&set.train, &case.train.iter().collect::<Vec<_>>(), case.format);
            assert_split(&set.test, &[&case.test], case.format);
            assert_eq!(set.classes, set.class_names.len());
        }
    }
}

#[test]
fn a_changed_pixel_is_noticed() {
    let mut case = cases().pop().unwrap();
    let set = whole(&case.files).unwrap();
    *case.test.pixels.last_mut().unwrap() ^= 1;
    let differs = std::panic::catch_unwind(|| assert_split(&set.test, &[&case.test], "a changed set"));
    assert!(differs.is_err());
}

#[test]
fn sets_are_told_in_sentences_and_by_key() {
    let of = |format: &str| whole(&cases().into_iter().find(|c| c.format == format).unwrap().files).unwrap();
    let ten = of("binary .tar.gz");
    assert_eq!((ten.key.as_str(), ten.name.as_str(), ten.class_names[6].as_str()), ("cifar10", "CIFAR-10", "frog"));
    assert_eq!(
        ten.notes,
        ["CIFAR-10 in the binary layout: 32×32 in colour, 10 classes.", "Left aside: batches.meta.txt."]
    );
    assert_eq!(of("CIFAR-100 python").key, "cifar100");
    let (plain, packed, zipped) = (of("IDX"), of("IDX .gz"), of("IDX in a zip"));
    assert!(plain.key.starts_with("own-") && plain.key.len() == 12, "{}", plain.key);
    assert_eq!((&packed.key, &zipped.key), (&plain.key, &plain.key));
    // Sizes and pixels are the same as in the IDX files, so this is the same set.
    assert_eq!((of("Keras .npz").key, of("Keras .npz").name), (plain.key, "mnist.npz".to_owned()));
    let medical = of("MedMNIST .npz");
    assert!(medical.notes.contains(&"The validation images are not used.".to_owned()), "{:?}", medical.notes);
}

/// One pair of IDX files, for training.
fn pair(set: &Set) -> Vec<File> {
    vec![("images".into(), set.images_idx()), ("labels".into(), set.labels_idx())]
}

#[test]
fn a_set_without_a_test_split_gets_one() {
    let given = set(3_000, 8, 1, 5, 1);
    let loaded = whole(&pair(&given)).unwrap();
    assert_eq!((loaded.train.len(), loaded.test.len()), (2_500, 500));
    for class in 0..5 {
        assert_eq!(loaded.test.labels.iter().filter(|&&l| l == class).count(), 100);
    }
    // Together they are what was given.
    let sorted = |data: &Dataset| {
        let images = data.train.images.chunks(64).chain(data.test.images.chunks(64));
        let labels = data.train.labels.iter().chain(&data.test.labels[..]);
        let mut all: Vec<_> =
            images.zip(labels).map(|(i, &l)| (l, i.iter().map(|x| x.to_bits()).collect::<Vec<_>>())).collect();
        all.sort();
        all
    };
    let mut want: Vec<_> = given
        .pixels
        .chunks(64)
        .zip(&given.labels)
        .map(|(i, &l)| (l, i.iter().map(|&x| (f32::from(x) / 255.0).to_bits()).collect::<Vec<_>>()))
        .collect();
    want.sort();
    assert!(sorted(&loaded) == want);
    let note = "No test images: 500 of the 3,000, chosen evenly over the classes, became the test split.";
    assert!(loaded.notes.contains(&note.to_owned()), "{:?}", loaded.notes);
    assert_eq!(loaded.test.labels, load(&pair(&given), 99, Limits::NONE).unwrap().test.labels);
    // A small set still gets the 300 that an engine needs.
    assert_eq!(whole(&pair(&set(400, 8, 1, 5, 1))).unwrap().test.len(), 300);
    let error = whole(&pair(&set(363, 8, 1, 5, 1))).unwrap_err().to_string();
    assert_eq!(error, "the files: expected at least 364 images where there is no test split, found 363.");
}

#[test]
fn files_that_make_no_set_get_a_sentence() {
    let says = |files: &[(&str, Vec<u8>)], sentence: &str| {
        let files: Vec<File> = files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect();
        assert_eq!(whole(&files).unwrap_err().to_string(), sentence);
    };
    let formats = "expected an IDX, CIFAR .bin, .npz, .tar or .tar.gz file, found";
    says(&[], &format!("the files: {formats} no file."));
    says(&[("a", vec![])], &format!("a: at byte 0 {formats} an empty file."));
    says(&[("folder/a.txt", b"hello".to_vec())], &format!("a.txt: at byte 0 {formats} 68 65 6c 6c."));
    says(&[("a.png", b"\x89PNG....".to_vec())], &format!("a.png: at byte 0 {formats} a PNG picture."));
    let pictures = crate::sample::zip(&[("cat/1.png", b"\x89PNG."), ("dog/2.jpg", b"\xff\xd8\xff.")]);
    let advice = "2 pictures (not read yet; numpy.savez with x_train and y_train writes a file that is)";
    says(&[("a.zip", pictures)], &format!("a.zip: {formats} {advice}."));
    says(
        &[("a.tar", crate::sample::tar(&[("readme", b"hello")]))],
        &format!("a.tar: {formats} 1 others, first readme."),
    );
    let small = set(70, 8, 1, 5, 1);
    says(&[("i", small.images_idx())], "i: expected a file of 70 labels beside it, found none.");
    says(
        &[("t10k-i", small.images_idx()), ("test-l", small.labels_idx())],
        "the files: expected training images, found test images only.",
    );
    let (i, l) = (small.images_idx(), small.labels_idx());
    says(
        &[("i", i.clone()), ("l", l.clone()), ("test-i", i.clone()), ("test-l", l.clone())],
        "the files: expected at least 300 test images, found 70.",
    );
    let other = set(70, 9, 1, 5, 1);
    says(
        &[("i", i.clone()), ("l", l), ("test-i", other.images_idx()), ("test-l", other.labels_idx())],
        "test-i: expected images of 8×8 with 1 channels as in i, found images of 9×9 with 1 channels.",
    );
    let one = crate::sample::idx(&[70], &[0; 70]);
    says(&[("i", i), ("l", one)], "the files: expected labels of at least 2 classes, found the label 0 alone.");
    let records = set(70, 32, 3, 10, 1).records(false);
    says(
        &[("c.tar.gz", crate::sample::gz(&crate::sample::tar(&[("data_batch_3.bin", &records[..9_000])])))],
        "c.tar.gz › data_batch_3.bin: at byte 9000 expected whole records of 3073 bytes (CIFAR-10), found the end, a length of 9000.",
    );
}
