//! Images and labels from different files, brought together: of the same split and format, as many of one as of the
//! other, and where that leaves a choice, by their names.

use super::error::{At, DataError};
use super::part::{Format, Images, Labels, Part, Role};

/// Images with as many labels.
#[derive(Debug)]
pub struct Pair {
    /// The file of the images.
    pub file: String,
    /// Its kind.
    pub format: Format,
    /// Its split.
    pub role: Role,
    /// The images.
    pub images: Images,
    /// Their labels.
    pub labels: Labels,
}

/// Pairs all parts, in the order of their names, whatever order they came in.
///
/// # Errors
/// Images or labels that are left over; two files of labels that fit equally well.
pub fn pairs(parts: Vec<Part>) -> Result<Vec<Pair>, DataError> {
    let (mut out, mut images, mut labels) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        let Part { file, unpacked, format, role, .. } = part;
        match (part.images, part.labels) {
            (Some(images), Some(labels)) => out.push(Pair { file, format, role, images, labels }),
            (Some(of), None) => images.push(Half { file, unpacked, format, role, of }),
            (None, Some(of)) => labels.push(Half { file, unpacked, format, role, of }),
            (None, None) => {}
        }
    }
    for image in images {
        let fits =
            |l: &Half<Labels>| (l.role, l.format, archive(&l.file)) == (image.role, image.format, archive(&image.file));
        let same: Vec<usize> = (0..labels.len()).filter(|&i| fits(&labels[i])).collect();
        let counted: Vec<usize> = same.iter().copied().filter(|&i| labels[i].of.count == image.of.count).collect();
        let chosen = match counted[..] {
            [one] => one,
            [] => return Err(no_labels(&image, same.first().map(|&i| &labels[i]))),
            _ => {
                let likely = likely_labels(&image.file);
                let named = counted.iter().copied().find(|&i| likely.contains(&labels[i].file));
                named.ok_or_else(|| {
                    let found = format!("{} files with {} labels", counted.len(), image.of.count);
                    DataError::whole(&image.file, "one file of labels that belongs to these images", found)
                })?
            }
        };
        let label = labels.swap_remove(chosen);
        let Half { file, format, role, of, .. } = image;
        out.push(Pair { file, format, role, images: of, labels: label.of });
    }
    if let Some(left) = labels.first() {
        return Err(DataError::whole(
            &left.file,
            format!("images that belong to these {} labels", left.of.count),
            "none in the files",
        ));
    }
    out.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(out)
}

/// Images or labels alone.
struct Half<T> {
    file: String,
    unpacked: bool,
    format: Format,
    role: Role,
    of: T,
}

/// The archive of a member; what lies in one belongs together.
fn archive(file: &str) -> Option<&str> {
    file.split_once(" › ").map(|(archive, _)| archive)
}

/// What the labels of these images may be called.
fn likely_labels(images: &str) -> [String; 2] {
    let labels = images.replace("images", "labels").replace("idx3", "idx1");
    let (start, last) = images.rsplit_once(' ').map_or(("", images), |(archive, last)| (archive, last));
    let space = if start.is_empty() { "" } else { " " };
    [labels, format!("{start}{space}{}", last.replacen('x', "y", 1))]
}

fn no_labels(images: &Half<Images>, labels: Option<&Half<Labels>>) -> DataError {
    let count = images.of.count;
    let Some(labels) = labels else {
        return DataError::whole(&images.file, format!("a file of {count} labels beside it"), "none");
    };
    let at = if labels.unpacked { At::Unpacked(labels.of.at) } else { At::File(labels.of.at) };
    let expected = format!("{count} labels, one for each image of {}", images.file);
    DataError { file: labels.file.clone(), at, expected, found: labels.of.count.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Shape;

    fn images(file: &str, role: Role, count: usize) -> Part {
        let shape = Shape { c: 1, h: 8, w: 8 };
        let images = Some(Images { shape, count, pixels: Vec::new() });
        Part { file: file.into(), unpacked: false, format: Format::Idx, role, images, labels: None }
    }

    fn labels(file: &str, role: Role, count: usize) -> Part {
        let labels = Some(Labels { at: 4, count, ..Labels::default() });
        Part { file: file.into(), unpacked: false, format: Format::Idx, role, images: None, labels }
    }

    #[test]
    fn the_count_pairs_and_names_decide_where_counts_are_the_same() {
        use Role::{Test, Train};
        let parts = [("a", Train, 5), ("b", Train, 7), ("t", Test, 5)];
        let given = parts.iter().rev().map(|&(f, r, n)| images(f, r, n));
        let given = given.chain(parts.map(|(f, r, n)| labels(&format!("{f}-labels"), r, n))).collect();
        let out: Vec<_> = pairs(given).unwrap().into_iter().map(|p| (p.file, p.role, p.labels.count)).collect();
        assert_eq!(out, [("a".into(), Train, 5), ("b".into(), Train, 7), ("t".into(), Test, 5)]);

        let same = |names: [&str; 2]| {
            pairs(vec![
                images("b-images-idx3", Train, 5),
                labels(names[0], Train, 5),
                labels(names[1], Train, 5),
                images("a-images", Train, 5),
            ])
        };
        assert_eq!(same(["a-labels", "b-labels-idx1"]).unwrap().len(), 2);
        let sentence = same(["p", "q"]).unwrap_err().to_string();
        assert_eq!(
            sentence,
            "b-images-idx3: expected one file of labels that belongs to these images, found 2 files with 5 labels."
        );
    }

    #[test]
    fn what_is_left_over_is_named() {
        let says = |parts: Vec<Part>| pairs(parts).unwrap_err().to_string();
        let (train, test) = (Role::Train, Role::Test);
        assert_eq!(
            says(vec![images("a", train, 2), labels("b", train, 3)]),
            "b: at byte 4 expected 2 labels, one for each image of a, found 3."
        );
        assert_eq!(
            says(vec![images("a", train, 2), labels("b", test, 2)]),
            "a: expected a file of 2 labels beside it, found none."
        );
        assert_eq!(
            says(vec![labels("b", test, 2)]),
            "b: expected images that belong to these 2 labels, found none in the files."
        );
    }
}
