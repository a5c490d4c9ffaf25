//! Damaged data files: a sentence each, never a panic, never a hang, never much memory.

use crate::sample::{gz, idx, npy, pickle, records, tar, zip};
use explr::data::DataError;
use explr::data::load::{self, Limits, Loader};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg32;

fn below(rng: &mut Pcg32, n: usize) -> usize {
    ((u64::from(rng.next_u32()) * n as u64) >> 32) as usize
}

/// Changes bytes, cuts, repeats and inserts.
fn mutated(rng: &mut Pcg32, file: &[u8]) -> Vec<u8> {
    let mut out = file.to_vec();
    for _ in 0..=below(rng, 4) {
        let at = below(rng, out.len() + 1);
        match below(rng, 6) {
            0 => out.truncate(at),
            1 => out.extend_from_within(at..),
            2 => drop(out.splice(at..at, [0xff; 4])),
            3 if at < out.len() => drop(out.remove(at)),
            // Most faults that matter are in the first bytes, and of archives in the last.
            4 if !out.is_empty() => {
                let near = below(rng, out.len().min(64));
                let at = if below(rng, 3) == 0 { out.len() - 1 - near } else { near };
                out[at] = rng.next_u32() as u8;
            }
            _ if at < out.len() => out[at] ^= 1 << below(rng, 8),
            _ => out.push(0),
        }
    }
    out
}

/// Small valid files of every format.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let pixels: Vec<u8> = (0..3_072).map(|i| (i * 7 % 251) as u8).collect();
    let images = idx(&[3, 8, 8], &pixels[..192]);
    let labels = idx(&[40], &[3; 40]);
    let arrays = [npy("|u1", "1, 8, 8, 3", &pixels[..192]), npy("<i8", "3,", &[0; 24])];
    let ten = records(&[&[6], &[9]]);
    let python = pickle("labels", &[7], &pixels, 9);
    let archive = tar(&[("a", &images), ("b.txt", b"text"), ("data_batch_1.bin", &ten[..3_073])]);
    vec![
        ("images", images.clone()),
        ("labels", labels.clone()),
        ("images.gz", gz(&images)),
        ("labels.gz", gz(&labels)),
        ("ten.bin", ten),
        ("hundred.bin", records(&[&[1, 99]])),
        ("python", python),
        ("x_train.npy", arrays[0].clone()),
        ("y_train.npy", arrays[1].clone()),
        ("a.npz", zip(&[("x_train.npy", &arrays[0]), ("y_train.npy", &arrays[1]), ("labels", &labels)])),
        ("a.tar", archive.clone()),
        ("a.tar.gz", gz(&archive)),
    ]
}

/// Reads a file in pieces of random lengths.
fn read(rng: &mut Pcg32, name: &str, mut file: &[u8]) -> (Loader, Result<(), DataError>) {
    let mut loader = Loader::new(Limits { train: 500, test: 300 });
    loader.begin_file(name);
    let longest = [1, 9, 700, file.len() + 1][below(rng, 4)].max(file.len() / 500);
    while !file.is_empty() {
        let (piece, rest) = file.split_at((1 + below(rng, longest)).min(file.len()));
        if let Err(error) = loader.push(piece) {
            return (loader, Err(error));
        }
        file = rest;
    }
    let end = loader.end_file();
    (loader, end)
}

fn assert_sentence(error: &DataError, name: &str) {
    let sentence = error.to_string();
    assert!(sentence.starts_with(name) && sentence.ends_with('.'), "{sentence}");
    assert!(sentence.contains("expected ") && sentence.contains(", found "), "{sentence}");
    assert!(sentence.len() < 400, "{sentence}");
}

#[test]
fn a_hundred_thousand_damaged_files_get_a_sentence_each() {
    let mut rng = Pcg32::seed_from_u64(1_234);
    let files = files();
    let mut counts = vec![(0, 0); files.len()];
    for round in 0..100_000 {
        let (name, good) = &files[round % files.len()];
        let file = mutated(&mut rng, good);
        let (refused, accepted) = &mut counts[round % files.len()];
        match read(&mut rng, name, &file) {
            (loader, Ok(())) => {
                *accepted += 1;
                // None is large enough to be a set: that is a sentence too.
                assert_sentence(&loader.finish().unwrap_err(), "");
            }
            (_, Err(error)) => {
                *refused += 1;
                assert_sentence(&error, name);
            }
        }
    }
    for ((name, _), (refused, accepted)) in files.iter().zip(&counts) {
        // A changed pixel is no fault where there is no checksum, and a tar archive's end is filled up at will.
        assert!(*refused > 1_500 && *accepted > 0, "{name}: {refused} refused, {accepted} accepted");
    }
}

#[test]
fn good_files_are_accepted() {
    let mut rng = Pcg32::seed_from_u64(5);
    for (name, good) in files() {
        for _ in 0..20 {
            let (_, end) = read(&mut rng, name, &good);
            assert_eq!(end, Ok(()), "{name}");
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let mut rng = Pcg32::seed_from_u64(6);
    for (name, good) in files() {
        // Whole records, and what follows a pickle's pixels or the first block of zeros of an archive, may be missing.
        let least = match name {
            "a.tar" => good.len() - 512,
            "python" => good.len() - 40,
            _ => good.len(),
        };
        for length in (0..least).filter(|length| !length.is_multiple_of(3_073)) {
            let (_, end) = read(&mut rng, name, &good[..length]);
            assert_sentence(&end.expect_err(&format!("{name} cut at {length}")), name);
        }
    }
}

#[test]
fn a_changed_bit_of_a_packed_file_never_passes_unseen() {
    let (labels, images) = (idx(&[400], &[1, 0].repeat(200)), idx(&[400, 8, 8], &[9; 25_600]));
    let packed = [gz(&labels), gz(&images)];
    let set = |packed: &[Vec<u8>; 2]| load::files(&[("labels.gz", &packed[0]), ("images.gz", &packed[1])]);
    let good = set(&packed).unwrap().key;
    for byte in 10..packed[0].len() {
        for bit in 0..8 {
            let mut changed = packed.clone();
            changed[0][byte] ^= 1 << bit;
            // The unused bits of the last DEFLATE byte may change, and a repetition may be found elsewhere.
            let read = set(&changed);
            assert!(read.is_err() || read.is_ok_and(|set| set.key == good), "bit {bit} of byte {byte}");
        }
    }
}

#[test]
fn bombs_and_promises_are_refused_at_once() {
    let says = |name: &str, file: &[u8]| load::files(&[(name, file)]).unwrap_err().to_string();
    // A header that promises more memory than there is costs none.
    let promise = idx(&[u32::MAX, 32, 32], &[0; 9]);
    assert!(says("promise", &promise).ends_with("up to the end, found 9."));
    let promise = npy("|u1", "4294967295, 32, 32, 3", &[0; 9]);
    assert!(says("x_train.npy", &promise).ends_with("bytes of elements up to the end, found 9."));
    // 60 MB of zeros in 60 kB, after labels that are complete.
    let bomb = gz(&[idx(&[3], &[0; 3]), vec![0; 60_000_000]].concat());
    assert!(bomb.len() < 70_000);
    assert!(says("bomb", &bomb).contains("expected the end of 3 bytes (3), found more bytes"));
    // Zeros are records of CIFAR-10: of 20,000 nothing is held but the first 364.
    let mut loader = Loader::new(Limits { train: 0, test: 0 });
    loader.begin_file("zeros.gz");
    loader.push(&gz(&vec![0; 3_073 * 20_000])).unwrap();
    loader.end_file().unwrap();
    let set = loader.finish().unwrap();
    assert_eq!((set.train.len(), set.test.len()), (64, 300));
    // A zip archive longer than what is held as a whole.
    let mut long = zip(&[("a", b"a")]);
    long.resize((64 << 20) + 1, 0);
    assert!(says("long.zip", &long).contains("expected a zip archive of at most 67108864 bytes"));
    // Containers do not nest without end.
    assert!(says("twice.gz", &gz(&gz(b"a"))).contains("found a container inside another"));
}

#[test]
fn members_of_a_zip_archive_are_checked() {
    let labels = idx(&[300], &[1; 300]);
    let good = zip(&[("stored", &labels), ("deflated", &labels)]);
    let entries: Vec<usize> = (0..good.len()).filter(|&i| good[i..].starts_with(b"PK\x01\x02")).collect();
    let says = |at: usize, part: &str| {
        let mut changed = good.clone();
        changed[at] ^= 1;
        let sentence = load::files(&[("a.zip", &changed)]).unwrap_err().to_string();
        assert!(sentence.starts_with("a.zip: at byte ") && sentence.contains(part), "{sentence}");
    };
    for entry in entries {
        says(entry + 16, "expected the checksum ");
        says(entry + 24, "expected the 309 bytes of ");
    }
}
