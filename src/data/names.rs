//! What names say: which split a file belongs to, and the names of well-known classes.

use super::part::Role;

/// The classes of Fashion-MNIST (Xiao et al. 2017).
pub const FASHION: [&str; 10] =
    ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

/// The classes of CIFAR-10 (Krizhevsky 2009).
pub const CIFAR10: [&str; 10] =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/// The split of a file by its path: `t10k` or a word that begins with `test`, in the file's name or a folder's.
pub fn role(path: &str) -> Role {
    let base = path.rsplit('/').next().unwrap_or_default();
    let test = path.split('/').any(|name| has(name, "t10k") || has(name, "test"));
    if test && !has(base, "train") { Role::Test } else { Role::Train }
}

/// The split of an array by its key in an `.npz`, as in `x_train`, `val_images` or `test_labels`; `None` for others.
pub fn array_role(path: &str) -> Option<Role> {
    let base = path.rsplit('/').next().unwrap_or_default();
    [("train", Role::Train), ("val", Role::Validation), ("test", Role::Test)]
        .into_iter()
        .find_map(|(word, role)| has(base, word).then_some(role))
}

/// Whether `word` stands in `text` in any case and does not continue another word, as in *latest*.
fn has(text: &str, word: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(char::is_alphabetic))
}

/// The last part of a path.
pub fn base(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// A number with commas between thousands.
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let comma = |i: usize| i > 0 && (digits.len() - i).is_multiple_of(3);
    digits.char_indices().flat_map(|(i, c)| comma(i).then_some(',').into_iter().chain([c])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_split() {
        for test in ["t10k-images-idx3-ubyte.gz", "test_batch.bin", "cifar/test.bin", "test/images.idx", "my-TEST.idx"]
        {
            assert_eq!(role(test), Role::Test, "{test}");
        }
        for train in ["data_batch_1.bin", "latest.bin", "contest/a.bin", "test-run/train-images.gz", "images", ""] {
            assert_eq!(role(train), Role::Train, "{train}");
        }
        assert_eq!(array_role("x_train.npy"), Some(Role::Train));
        assert_eq!(array_role("val_labels.npy"), Some(Role::Validation));
        assert_eq!((array_role("y_test"), array_role("interval")), (Some(Role::Test), None));
    }

    #[test]
    fn numbers_have_commas() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }
}
