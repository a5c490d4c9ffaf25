//! Damaged data files: a sentence each, never a panic, never a hang, never much memory.

#![cfg(not(target_arch = "wasm32"))]

use explr::data::{DataError, gzip, idx};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg32;

const CLASSES: usize = 10;

fn idx_file(dims: &[u32], elements: &[u8]) -> Vec<u8> {
    let header = [0, 0, 8, dims.len() as u8].into_iter();
    header.chain(dims.iter().flat_map(|d| d.to_be_bytes())).chain(elements.iter().copied()).collect()
}

fn gz(content: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    out.extend(miniz_oxide::deflate::compress_to_vec(content, 6));
    out.extend(gzip::crc32(content).to_le_bytes());
    out.extend((content.len() as u32).to_le_bytes());
    out
}

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
            // Most faults that matter are in the first bytes.
            4 if !out.is_empty() => {
                let at = below(rng, out.len().min(24));
                out[at] = rng.next_u32() as u8;
            }
            _ if at < out.len() => out[at] ^= 1 << below(rng, 8),
            _ => out.push(0),
        }
    }
    out
}

/// What both readers say of a file; what they accept must be as long as it claims.
fn read(file: &[u8]) -> [Result<(), DataError>; 2] {
    let images = idx::images("file", file).map(|i| {
        assert_eq!(i.pixels.len(), i.count * i.height * i.width);
        assert!(i.count > 0 && i.height > 0 && i.width > 0);
    });
    let labels = idx::labels("file", file, CLASSES).map(|l| {
        assert!(!l.is_empty() && l.iter().all(|&class| usize::from(class) < CLASSES));
    });
    [images, labels]
}

#[test]
fn a_hundred_thousand_damaged_files_get_a_sentence_each() {
    let mut rng = Pcg32::seed_from_u64(1_234);
    let pixels: Vec<u8> = (0..3 * 5 * 4).map(|_| rng.next_u32() as u8).collect();
    let images = idx_file(&[3, 5, 4], &pixels);
    let labels = idx_file(&[40], &[3; 40]);
    let files = [images.clone(), labels.clone(), gz(&images), gz(&labels)];
    let (mut refused, mut accepted) = (0, 0);
    for round in 0..100_000 {
        let file = mutated(&mut rng, &files[round % 4]);
        for result in read(&file) {
            match result {
                Ok(()) => accepted += 1,
                Err(error) => {
                    refused += 1;
                    let sentence = error.to_string();
                    assert!(sentence.starts_with("file: at byte ") && sentence.ends_with('.'), "{sentence}");
                    assert!(sentence.contains(" expected ") && sentence.contains(", found "), "{sentence}");
                    assert!(sentence.len() < 200, "{sentence}");
                }
            }
        }
    }
    // Both readers read every file: half must be refused; a changed pixel of a plain file is no fault.
    assert!(refused > 150_000 && accepted > 2_000, "{refused} refused, {accepted} accepted");
}

#[test]
fn a_changed_bit_never_changes_a_label_unseen() {
    let labels = gz(&idx_file(&[60], &[1; 60]));
    for byte in 10..labels.len() {
        for bit in 0..8 {
            let mut file = labels.clone();
            file[byte] ^= 1 << bit;
            // The unused bits of the last DEFLATE byte may change, and a repetition may be found elsewhere.
            let read = idx::labels("file", &file, CLASSES);
            assert!(read.is_err() || read == Ok(vec![1; 60]), "bit {bit} of byte {byte}");
        }
    }
}

#[test]
fn bombs_are_refused_at_the_limit() {
    // 40 MB of zeros in 40 kB.
    let bomb = gz(&idx_file(&[40_000, 1_000], &vec![0; 40_000_000]));
    assert!(bomb.len() < 60_000);
    let error = gzip::content("bomb", &bomb, 1_000_000).unwrap_err();
    assert_eq!(error.expected, "at most 1000000 unpacked bytes");
    // A header that promises more memory than there is costs none.
    let promise = idx_file(&[u32::MAX, u32::MAX, u32::MAX], &[0; 9]);
    assert!(idx::images("promise", &promise).unwrap_err().found == "9");
}
