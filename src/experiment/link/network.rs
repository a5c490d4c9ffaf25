//! A network, its norm and what is done to the images as values of a link.

use super::number::{digits, quoted};
use crate::experiment::limits;
use crate::model::{Architecture, Augment, Norm};

/// `conv:16,32s2,32s2` (channels, stride 2 behind an s) · `preres8:16,32,64` · `dense:3x4k12` (blocks × layers, growth).
pub fn write(architecture: &Architecture) -> String {
    match architecture {
        Architecture::ConvNet { widths } => {
            let layer = |&(width, stride): &(usize, usize)| match stride {
                1 => width.to_string(),
                _ => format!("{width}s{stride}"),
            };
            format!("conv:{}", widths.iter().map(layer).collect::<Vec<_>>().join(","))
        }
        Architecture::PreResNet { depth, widths } => {
            format!("preres{depth}:{}", widths.iter().map(usize::to_string).collect::<Vec<_>>().join(","))
        }
        Architecture::DenseNet { blocks, layers, growth } => format!("dense:{blocks}x{layers}k{growth}"),
    }
}

/// Reads what [`write()`] wrote. The sizes are checked too; whether images fit in is only known with them.
///
/// # Errors
/// What is wrong with it, as the end of a sentence.
pub fn read(text: &str) -> Result<Architecture, String> {
    let (name, sizes) = text.split_once(':').unwrap_or((text, ""));
    let list = || sizes.split(',').map(size).collect::<Result<Vec<_>, _>>();
    let architecture = match (name, name.strip_prefix("preres")) {
        ("conv", _) => {
            let layer = |text: &str| {
                let (width, stride) = text.split_once('s').unwrap_or((text, "1"));
                Ok::<_, String>((size(width)?, size(stride)?))
            };
            Architecture::ConvNet { widths: sizes.split(',').map(layer).collect::<Result<_, _>>()? }
        }
        (_, Some(depth)) => Architecture::PreResNet { depth: size(depth)?, widths: list()? },
        ("dense", _) => {
            let (blocks, rest) = sizes.split_once('x').unwrap_or((sizes, ""));
            let (layers, growth) = rest.split_once('k').unwrap_or((rest, ""));
            Architecture::DenseNet { blocks: size(blocks)?, layers: size(layers)?, growth: size(growth)? }
        }
        _ => return Err("which is none of conv:…, preres8:…, dense:…".into()),
    };
    architecture.check_sizes().map_err(|why| format!("which cannot be trained: {}", why.trim_end_matches('.')))?;
    Ok(architecture)
}

fn size(text: &str) -> Result<usize, String> {
    let number = digits(text).and_then(|n| usize::try_from(n).ok()).filter(|n| *n <= limits::MAX_SIZE);
    number.ok_or_else(|| format!("of which “{}” is no size", quoted(text)))
}

/// `bn`, `gn:8`, `ln`, `in`.
pub fn write_norm(norm: Norm) -> String {
    match norm {
        Norm::Batch => "bn".into(),
        Norm::Group(groups) => format!("gn:{groups}"),
        Norm::Layer => "ln".into(),
        Norm::Instance => "in".into(),
    }
}

/// Reads what [`write_norm`] wrote.
///
/// # Errors
/// What is wrong with it, as the end of a sentence.
pub fn read_norm(text: &str) -> Result<Norm, String> {
    match text {
        "bn" => Ok(Norm::Batch),
        "ln" => Ok(Norm::Layer),
        "in" => Ok(Norm::Instance),
        _ => match text.strip_prefix("gn:").map(size) {
            Some(Ok(groups)) if groups > 0 => Ok(Norm::Group(groups)),
            Some(Ok(_)) => Err("which has no group".into()),
            Some(Err(why)) => Err(why),
            None => Err("which is none of bn, gn:8, ln, in".into()),
        },
    }
}

/// `none`, `shift:2`, `flip`, `shift:4,flip`.
pub fn write_augment(augment: Augment) -> String {
    let shift = (augment.shift > 0).then(|| format!("shift:{}", augment.shift));
    let words: Vec<String> = shift.into_iter().chain(augment.flip.then(|| "flip".into())).collect();
    if words.is_empty() { "none".into() } else { words.join(",") }
}

/// Reads what [`write_augment`] wrote.
///
/// # Errors
/// What is wrong with it, as the end of a sentence.
pub fn read_augment(text: &str) -> Result<Augment, String> {
    let mut augment = Augment::default();
    for word in text.split(',') {
        match (word, word.strip_prefix("shift:").map(digits)) {
            ("none", _) => {}
            ("flip", _) => augment.flip = true,
            (_, Some(Some(shift))) if (0..=i128::from(limits::MAX_SHIFT)).contains(&shift) => {
                augment.shift = shift as u8;
            }
            (_, Some(_)) => return Err(format!("of which the shift lies outside 0 to {}", limits::MAX_SHIFT)),
            _ => return Err("which is none of none, shift:2, flip, shift:2,flip".into()),
        }
    }
    Ok(augment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for text in ["conv:16,32s2,32s2", "conv:8", "preres8:16,32,64", "preres32:4,8", "dense:3x4k12"] {
            assert_eq!(write(&read(text).unwrap()), text);
        }
        for text in ["bn", "gn:8", "ln", "in"] {
            assert_eq!(write_norm(read_norm(text).unwrap()), text);
        }
        for text in ["none", "shift:2", "flip", "shift:4,flip"] {
            assert_eq!(write_augment(read_augment(text).unwrap()), text);
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, word) in [
            ("mlp:3", "none of conv"),
            ("conv:", "“”"),
            ("conv:16s3", "stride"),
            ("conv:9999999", "no size"),
            ("preres9:16", "PreResNet"),
            ("preres:16", "“”"),
            ("dense:3x4", "“”"),
            ("dense:9x4k12", "blocks"),
        ] {
            let said = read(text).unwrap_err();
            assert!(said.contains(word), "{text}: {said}");
        }
        for text in ["gn", "gn:0", "gn:x", "batch"] {
            assert!(read_norm(text).is_err(), "{text}");
        }
        for text in ["shift:200", "shift", "turn"] {
            assert!(read_augment(text).is_err(), "{text}");
        }
    }
}
