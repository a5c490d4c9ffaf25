//! `explr export`: an experiment as files, and a short PyTorch program that trains it again and compares.

mod network;
mod npy;

use super::run;
use crate::data::{BatchOrder, Dataset};
use crate::engine::Setup;
use crate::experiment::{Experiment, Link, limits};
use crate::model::{Augment, Layer, Net, Plan, init};
use crate::session::csv;
use crate::trainer::build;
use clap::Args;
use npy::{cannot, npy, save};
use serde_json::json;
use std::fs::create_dir_all;
use std::path::{Path, PathBuf};

/// The program beside the files.
const REPLAY: &str = include_str!("../../../assets/replay.py");

/// Arguments of `explr export`.
#[derive(Args)]
pub struct Export {
    /// A link to the page, its #fragment, or a bare fragment: '#v=1&act=relu&prec=f64'.
    pub link: String,
    /// Steps to train and export; the link's own number by default.
    #[arg(long, value_parser = clap::value_parser!(u64).range(limits::STEPS))]
    pub steps: Option<u64>,
    /// Images of your own, as `explr run` takes them.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub data: Vec<PathBuf>,
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
    let data = run::images(&mut link.experiment, &args.data)?;
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
    let net = body(&setup.net);
    let per_epoch = order(experiment, data).steps_per_epoch() as u64;
    let description = json!({
        "explr": env!("CARGO_PKG_VERSION"),
        "link": link.fragment(),
        "data": data.name,
        "steps_per_epoch": per_epoch,
        "experiment": experiment,
        "network": network::network(&net),
    });
    let weights = out.join("weights");
    create_dir_all(&weights).map_err(|error| cannot(&weights, &error))?;
    save(&out.join("experiment.json"), format!("{description:#}\n").as_bytes())?;
    save(&out.join("replay.py"), REPLAY.as_bytes())?;
    let count = data.train.len() as u64;
    let [c, h, w] = [data.shape.c, data.shape.h, data.shape.w].map(|n| n as u64);
    npy(&out.join("images.npy"), &[count, c, h, w], data.train.images.iter().copied())?;
    npy(&out.join("labels.npy"), &[count], data.train.labels.iter().copied())?;
    npy(&out.join("hyper.npy"), &[experiment.steps, 3], driven(experiment, per_epoch))?;
    Ok(5 + draws(out, experiment, data)? + tensors(out, &net, &setup, experiment)?)
}

/// The network up to its head, which is written by itself, trained or not.
fn body(net: &Net) -> Net {
    let mut body = net.clone();
    body.layers.retain(|layer| *layer != Layer::Head);
    body
}

fn order(experiment: &Experiment, data: &Dataset) -> BatchOrder {
    BatchOrder::new(experiment.seed, data.train.len(), experiment.batch, experiment.augment)
}

/// The image indices of every step, and with augmentation (dx, dy, flip) of each as `moves.npy`; how many files.
fn draws(out: &Path, experiment: &Experiment, data: &Dataset) -> Result<usize, String> {
    let shape = [experiment.steps, experiment.batch as u64];
    let draws = || {
        let mut order = order(experiment, data);
        (0..experiment.steps).flat_map(move |_| order.next_batch())
    };
    npy(&out.join("batches.npy"), &shape, draws().map(|draw| i64::from(draw.image)))?;
    if experiment.augment == Augment::default() {
        return Ok(1);
    }
    let moves = draws().flat_map(|draw| [draw.dx, draw.dy, i8::from(draw.flip)]);
    npy(&out.join("moves.npy"), &[shape[0], shape[1], 3], moves)?;
    Ok(2)
}

/// η_t, λ_t and γ_t of every step, one after another.
fn driven(experiment: &Experiment, per_epoch: u64) -> impl Iterator<Item = f64> {
    let (mut now, mut changes) = (experiment.clone(), experiment.changes.clone().into_iter().peekable());
    (0..experiment.steps).flat_map(move |step| {
        while let Some(change) = changes.next_if(|change| change.step <= step) {
            change.setting.apply_to(&mut now);
        }
        [now.hyper.lr * now.schedule.factor(step, per_epoch), now.hyper.weight_decay, now.hyper.momentum]
    })
}

/// The initial weights and the head; how many files.
fn tensors(out: &Path, net: &Net, setup: &Setup, experiment: &Experiment) -> Result<usize, String> {
    let plan = Plan::new(net, experiment.batch);
    for weight in &plan.weights {
        let shape = [weight.out, weight.input, weight.kernel, weight.kernel].map(|n| n as u64);
        let values = setup.weights[0][weight.range()].iter().map(|&x| x as f32);
        npy(&out.join("weights").join(format!("{}.npy", weight.name)), &shape, values)?;
    }
    let head = init::head(&plan, experiment.seed, experiment.head_norm);
    npy(&out.join("head.npy"), &[plan.features().c as u64, plan.classes as u64], head.into_iter())?;
    Ok(1 + plan.weights.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data;

    use serde_json::Value;

    fn read<T: npyz::Deserialize>(path: &Path) -> (Vec<u64>, Vec<T>) {
        let bytes = std::fs::read(path).unwrap();
        let npy = npyz::NpyFile::new(&bytes[..]).unwrap();
        (npy.shape().to_vec(), npy.into_vec().unwrap())
    }

    fn folder(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("explr-{name}-{}", std::process::id()))
    }

    #[test]
    fn moves_stand_beside_the_batches() {
        let (out, data) = (folder("moves"), data::fashion_mnist());
        create_dir_all(&out).unwrap();
        let augment = Augment { shift: 3, flip: true };
        let plain = Experiment { steps: 4, batch: 6, seed: 3, ..Experiment::default() };
        let moved = Experiment { augment, ..plain.clone() };
        assert_eq!(draws(&out, &moved, &data).unwrap(), 2);
        let (_, with) = read::<i64>(&out.join("batches.npy"));
        let (shape, moves) = read::<i8>(&out.join("moves.npy"));
        assert_eq!((shape, moves.len()), (vec![4, 6, 3], 72));
        assert!(moves.chunks(3).all(|m| m[0].abs() <= 3 && m[1].abs() <= 3 && (0..=1).contains(&m[2])));
        assert_eq!(moves[1], order(&moved, &data).next_batch()[0].dy);
        assert_eq!(draws(&out, &plain, &data).unwrap(), 1);
        assert_eq!(with, read::<i64>(&out.join("batches.npy")).1, "the same images in the same order");
        std::fs::remove_dir_all(&out).unwrap();
    }

    #[test]
    fn a_trained_head_is_the_same_head() {
        let (out, data) = (folder("head"), data::fashion_mnist());
        let mut heads = vec![];
        for fragment in ["#v=1&n=1", "#v=1&n=1&arms=wd,exp,broken&break=head"] {
            assert_eq!(files(&out, &Link::parse(fragment), &data).unwrap(), 10, "{fragment}");
            heads.push(read::<f32>(&out.join("head.npy")));
        }
        assert_eq!(heads[0].0, [32, 10]);
        assert_eq!(heads[0], heads[1]);
        std::fs::remove_dir_all(&out).unwrap();
    }

    #[test]
    fn the_files_are_what_the_trainer_starts_from() {
        let out = folder("export");
        let mut link = Link::parse("#v=1&batch=16&seed=3");
        link.experiment.steps = 5;
        let data = data::fashion_mnist();
        assert_eq!(files(&out, &link, &data).unwrap(), 10);
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
        assert_eq!(json["network"]["ops"][2]["stride"], 2);
        assert!(std::fs::read_to_string(out.join("replay.py")).unwrap().contains("largest difference from series.csv"));
        std::fs::remove_dir_all(&out).unwrap();
    }

    #[test]
    fn every_step_is_written_as_it_is_driven() {
        let link = Link::parse("#v=1&sched=cos:40/0.1~5&ev=10:lr=0.05;20:sched=step:25/0.5;20:wd=0.01;30:gauge");
        let experiment = Experiment { steps: 50, ..link.experiment };
        let hyper: Vec<f64> = driven(&experiment, 63).collect();
        assert_eq!(hyper.len(), 150);
        for (step, row) in hyper.chunks(3).enumerate() {
            let h = experiment.driven_at(step as u64, 63);
            assert_eq!(row, [h.lr, h.weight_decay, h.momentum], "step {step}");
        }
        assert_eq!((hyper[0], hyper[3 * 49]), (0.0, 0.025));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let file = folder("export-file");
        std::fs::write(&file, "in the way").unwrap();
        let error = files(&file, &Link::default(), &data::fashion_mnist()).unwrap_err();
        assert!(error.contains("cannot be written"), "{error}");
        std::fs::remove_file(&file).unwrap();
    }
}
