//! `explr export`: an experiment as files, and a short PyTorch program that trains it again and compares.

use super::run;
use crate::data::{self, BatchOrder, Dataset};
use crate::engine::Setup;
use crate::experiment::{Experiment, Link, limits};
use crate::model::{Augment, Layer, Net, Norm};
use crate::session::csv;
use crate::trainer::build;
use clap::Args;
use npyz::WriterBuilder;
use serde_json::{Value, json};
use std::fs::{File, create_dir_all, write};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// The program beside the files.
const REPLAY: &str = include_str!("../../assets/replay.py");

/// Arguments of `explr export`.
#[derive(Args)]
pub struct Export {
    /// A link to the page, its #fragment, or a bare fragment: '#v=1&act=relu&prec=f64'.
    pub link: String,
    /// Steps to train and export; the link's own number by default.
    #[arg(long, value_parser = clap::value_parser!(u64).range(limits::STEPS))]
    pub steps: Option<u64>,
    /// The folder to write; made if it is missing.
    #[arg(long)]
    pub out: PathBuf,
    /// Steps between comparisons of the functions in series.csv.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    pub eval_every: u64,
}

/// Runs the command.
///
/// # Errors
/// A sentence when a file cannot be written, or nothing can be trained.
pub fn main(args: &Export) -> Result<(), String> {
    let mut link = Link::parse(&args.link);
    link.notes.iter().for_each(|note| eprintln!("explr: {note}"));
    link.experiment.steps = args.steps.unwrap_or(link.experiment.steps);
    let data = data::fashion_mnist();
    let written = files(&args.out, &link, &data)?;
    let session = run::train_on(&data, &link.experiment, link.experiment.steps, args.eval_every)?;
    session.notices.iter().for_each(|notice| eprintln!("explr: {notice}"));
    save(&args.out.join("series.csv"), csv::table(&session, &link.fragment()).as_bytes())?;
    let (out, steps) = (args.out.display(), session.steps_done);
    println!("{out}: {} files, {steps} steps. Train them again: python {out}/replay.py", written + 1);
    Ok(())
}

/// Writes everything but what is trained; how many files.
///
/// # Errors
/// A sentence with the file that cannot be written.
pub fn files(out: &Path, link: &Link, data: &Dataset) -> Result<usize, String> {
    let experiment = &link.experiment;
    let setup = build::setup(experiment, data)?;
    let description = json!({
        "explr": env!("CARGO_PKG_VERSION"),
        "link": link.fragment(),
        "data": data.name,
        "experiment": experiment,
        "network": network(&setup.net)?,
    });
    let weights = out.join("weights");
    create_dir_all(&weights).map_err(|error| cannot(&weights, &error))?;
    save(&out.join("experiment.json"), format!("{description:#}\n").as_bytes())?;
    save(&out.join("replay.py"), REPLAY.as_bytes())?;
    let count = data.train.len() as u64;
    let [c, h, w] = [data.shape.c, data.shape.h, data.shape.w].map(|n| n as u64);
    npy(&out.join("images.npy"), &[count, c, h, w], data.train.images.iter().copied())?;
    npy(&out.join("labels.npy"), &[count], data.train.labels.iter().copied())?;
    let moves = draws(out, experiment, data.train.len(), Augment::default())?;
    Ok(moves + tensors(out, &setup)?)
}

/// The image indices of every step, and with augmentation (dx, dy, flip) of each as `moves.npy`; how many files beside
/// the first.
fn draws(out: &Path, experiment: &Experiment, images: usize, augment: Augment) -> Result<usize, String> {
    let shape = [experiment.steps, experiment.batch as u64];
    let draws = || {
        let mut order = BatchOrder::new(experiment.seed, images, experiment.batch, augment);
        (0..experiment.steps).flat_map(move |_| order.next_batch())
    };
    npy(&out.join("batches.npy"), &shape, draws().map(|draw| i64::from(draw.image)))?;
    if augment == Augment::default() {
        return Ok(0);
    }
    let moves = draws().flat_map(|draw| [draw.dx, draw.dy, i8::from(draw.flip)]);
    npy(&out.join("moves.npy"), &[shape[0], shape[1], 3], moves)?;
    Ok(1)
}

/// The initial weights and the head.
fn tensors(out: &Path, setup: &Setup) -> Result<usize, String> {
    let plan = setup.train_plan();
    for weight in &plan.weights {
        let shape = [weight.out, weight.input, weight.kernel, weight.kernel].map(|n| n as u64);
        let values = setup.weights[0][weight.offset..][..weight.len()].iter().map(|&x| x as f32);
        npy(&out.join("weights").join(format!("{}.npy", weight.name)), &shape, values)?;
    }
    let shape = [plan.features().c as u64, plan.classes as u64];
    npy(&out.join("head.npy"), &shape, setup.head.iter().copied())?;
    Ok(6 + plan.weights.len())
}

/// The network as replay.py reads it.
fn network(net: &Net) -> Result<Value, String> {
    let alternate = net.layers.chunks(2).all(|pair| matches!(pair, [Layer::Conv { .. }, Layer::NormAct]));
    if net.norm != Norm::Batch || !alternate {
        return Err("only plain ConvNets with batch normalisation can be exported.".to_owned());
    }
    let convolutions: Vec<Value> = net
        .layers
        .iter()
        .filter_map(|layer| match layer {
            Layer::Conv { name, out, kernel, stride } => {
                Some(json!({ "name": name, "out": out, "kernel": kernel, "stride": stride }))
            }
            Layer::NormAct
            | Layer::Residual { .. }
            | Layer::Dense { .. }
            | Layer::AvgPool
            | Layer::Affine { .. }
            | Layer::Head => None,
        })
        .collect();
    Ok(json!({
        "input": net.input,
        "classes": net.classes,
        "norm": "batch",
        "activation": net.activation.key(),
        "convolutions": convolutions,
    }))
}

/// Writes `values` in C order as a .npy file of `shape`.
fn npy<T: npyz::AutoSerialize>(path: &Path, shape: &[u64], values: impl Iterator<Item = T>) -> Result<(), String> {
    let write = || -> std::io::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        let mut array = npyz::WriteOptions::new().default_dtype().shape(shape).writer(&mut file).begin_nd()?;
        array.extend(values)?;
        array.finish()?;
        file.flush()
    };
    write().map_err(|error| cannot(path, &error))
}

fn save(path: &Path, bytes: &[u8]) -> Result<(), String> {
    write(path, bytes).map_err(|error| cannot(path, &error))
}

fn cannot(path: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be written: {error}.", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: npyz::Deserialize>(path: &Path) -> (Vec<u64>, Vec<T>) {
        let bytes = std::fs::read(path).unwrap();
        let npy = npyz::NpyFile::new(&bytes[..]).unwrap();
        (npy.shape().to_vec(), npy.into_vec().unwrap())
    }

    #[test]
    fn moves_stand_beside_the_batches() {
        let out = std::env::temp_dir().join(format!("explr-moves-{}", std::process::id()));
        create_dir_all(&out).unwrap();
        let experiment = Experiment { steps: 4, batch: 6, seed: 3, ..Experiment::default() };
        assert_eq!(draws(&out, &experiment, 50, Augment { shift: 3, flip: true }).unwrap(), 1);
        let (_, with) = read::<i64>(&out.join("batches.npy"));
        let (shape, moves) = read::<i8>(&out.join("moves.npy"));
        assert_eq!((shape, moves.len()), (vec![4, 6, 3], 72));
        assert!(moves.chunks(3).all(|m| m[0].abs() <= 3 && m[1].abs() <= 3 && (0..=1).contains(&m[2])));
        let mut order = BatchOrder::new(3, 50, 6, Augment { shift: 3, flip: true });
        assert_eq!(moves[1], order.next_batch()[0].dy);
        assert_eq!(draws(&out, &experiment, 50, Augment::default()).unwrap(), 0);
        assert_eq!(with, read::<i64>(&out.join("batches.npy")).1, "the same images in the same order");
        std::fs::remove_dir_all(&out).unwrap();
    }

    #[test]
    fn the_files_are_what_the_trainer_starts_from() {
        let out = std::env::temp_dir().join(format!("explr-export-{}", std::process::id()));
        let mut link = Link::parse("#v=1&batch=16&seed=3");
        link.experiment.steps = 5;
        let data = data::fashion_mnist();
        assert_eq!(files(&out, &link, &data).unwrap(), 9);
        let setup = build::setup(&link.experiment, &data).unwrap();
        let (shape, images) = read::<f32>(&out.join("images.npy"));
        assert_eq!((shape, &images[..]), (vec![4_000, 1, 14, 14], &data.train.images[..]));
        let (shape, labels) = read::<u8>(&out.join("labels.npy"));
        assert_eq!((shape, &labels[..]), (vec![4_000], &data.train.labels[..]));
        let (shape, batches) = read::<i64>(&out.join("batches.npy"));
        let mut order = BatchOrder::new(3, 4_000, 16, Augment::default());
        let want: Vec<i64> = (0..5).flat_map(|_| order.next_batch()).map(|draw| i64::from(draw.image)).collect();
        assert_eq!((shape, batches), (vec![5, 16], want));
        let (shape, weights) = read::<f32>(&out.join("weights/conv2.npy"));
        assert_eq!(shape, [32, 16, 3, 3]);
        assert_eq!(f64::from(weights[0]), setup.weights[0][144]);
        let (shape, head) = read::<f32>(&out.join("head.npy"));
        assert_eq!((shape, head), (vec![32, 10], setup.head.clone()));
        let json: Value = serde_json::from_slice(&std::fs::read(out.join("experiment.json")).unwrap()).unwrap();
        assert_eq!(json["link"], "#v=1&seed=3&batch=16&n=5");
        assert_eq!(json["network"]["convolutions"][2]["stride"], 2);
        assert!(std::fs::read_to_string(out.join("replay.py")).unwrap().contains("largest difference from series.csv"));
        std::fs::remove_dir_all(&out).unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let file = std::env::temp_dir().join(format!("explr-export-file-{}", std::process::id()));
        std::fs::write(&file, "in the way").unwrap();
        let error = files(&file, &Link::default(), &data::fashion_mnist()).unwrap_err();
        assert!(error.contains("cannot be written"), "{error}");
        std::fs::remove_file(&file).unwrap();
    }

    #[test]
    fn other_networks_are_refused_with_a_sentence() {
        let data = data::fashion_mnist();
        let net = Net::preresnet(data.shape, 10, 8, &[4, 8], Norm::Batch, crate::model::Activation::Gelu);
        assert!(network(&net).unwrap_err().contains("plain ConvNets"));
    }
}
