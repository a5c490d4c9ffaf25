//! `cargo xtask bench`: measures everything that can be measured here and writes docs/PERFORMANCE.md.
//!
//! Each measurement leaves a file of JSON in target/bench/; tests/browser/bench/report.mjs makes the page of them.

use crate::shell::{Result, command, root, run, run_with, tee};
use crate::{install, page, serve, system};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What `cargo xtask bench` was asked for.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    peers: Option<PathBuf>,
    python: Option<String>,
    rounds: usize,
    quick: bool,
    built: bool,
    patient: bool,
}

/// A network with which peers, how many steps a round, on which kind of device.
struct Race {
    net: &'static str,
    batch: usize,
    steps: usize,
    device: &'static str,
    peers: &'static str,
    /// Whether a quick run holds it; if not, a step takes so long that none is spent on warming up beside the first.
    quick: bool,
}

/// In the order of their worth: those at the end are left out where the time is up. On a software GPU one step of
/// TensorFlow.js takes 24 seconds on N2, and 9 on its CPU on N1. CPU and GPU apart, because the threads of jax-js's wasm
/// slow its neighbours.
const RACES: [Race; 5] = [
    race("N0", 32, 10, "cpu", "own,jax-wasm,tfjs-cpu", true),
    race("N0", 32, 5, "gpu", "own,jax-webgpu,tfjs-webgpu,tfjs-webgl,proto-wgsl", true),
    race("N1", 64, 2, "cpu", "own,jax-wasm,tfjs-cpu", false),
    race("N1", 64, 1, "gpu", "own,jax-webgpu,tfjs-webgpu,tfjs-webgl,proto-wgsl", false),
    race("N2", 64, 1, "gpu", "own,jax-webgpu,tfjs-webgpu,proto-wgsl", false),
];
/// No race begins later than this, unless patience is asked for.
const LAST_START: Duration = Duration::from_secs(900);

const fn race(
    net: &'static str,
    batch: usize,
    steps: usize,
    device: &'static str,
    peers: &'static str,
    quick: bool,
) -> Race {
    Race { net, batch, steps, device, peers, quick }
}

/// Measures and writes.
pub fn main(arguments: &[&str]) -> Result<()> {
    let wish = read(arguments)?;
    if !wish.built {
        install::for_page()?;
        page::build(true)?;
        run(&["cargo", "build", "--locked", "--release"])?;
    }
    install::node_packages()?;
    system::chromium()?;
    let folder = root().join("target/bench");
    // What an earlier run left there must not look like a part of this one.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}.", folder.display()))?;
    let start = Instant::now();

    let rounds = wish.rounds.to_string();
    let out = folder.join("page.json").display().to_string();
    let mut in_page = vec!["node", "tests/browser/bench/measure.mjs", &out, &rounds];
    in_page.extend(wish.quick.then_some("--quick"));
    run(&in_page)?;
    let out = folder.join("lab.json").display().to_string();
    let mut lab = vec!["node", "tests/browser/bench/lab/measure.mjs", "--out", &out];
    lab.extend(wish.quick.then_some("--quick"));
    run(&lab)?;
    natively(&wish, &folder)?;
    if let Some(python) = &wish.python {
        with_torch(python, &wish, &folder)?;
    }
    if let Some(peers) = &wish.peers {
        for race in RACES.iter().filter(|race| race.quick || !wish.quick) {
            if start.elapsed() > LAST_START && !wish.patient {
                println!("xtask: {} on the {} is left out: the time is up (--patient waits).", race.net, race.device);
                continue;
            }
            run_race(race, peers, &wish, &folder)?;
        }
    }
    let (from, docs) = (folder.display().to_string(), root().join("docs").display().to_string());
    run(&["node", "tests/browser/bench/report.mjs", &from, &docs])?;
    println!("\nmeasured in {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn read(arguments: &[&str]) -> Result<Wish> {
    let mut wish = Wish { peers: None, python: None, rounds: 3, quick: false, built: false, patient: false };
    let mut rounds = None;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().copied().ok_or_else(|| format!("`{word}` wants a value."));
        match *word {
            "--quick" => wish.quick = true,
            "--patient" => wish.patient = true,
            "--built" => wish.built = true,
            "--peers" => wish.peers = Some(PathBuf::from(value()?)),
            "--python" => wish.python = Some(value()?.to_owned()),
            "--rounds" => {
                let number = value()?.parse().ok().filter(|n| (1..=99).contains(n));
                rounds = Some(number.ok_or("`--rounds` wants a number from 1 to 99.")?);
            }
            other => {
                return Err(format!(
                    "`cargo xtask bench` does not know {other}; it knows --peers FOLDER, --python PROGRAM, --rounds N, \
                     --quick, --patient and --built."
                ));
            }
        }
    }
    wish.rounds = rounds.unwrap_or(if wish.quick { 1 } else { 3 });
    if let Some(peers) = &wish.peers {
        // Relative to where the command was given, not to the root.
        let found = std::fs::canonicalize(peers).map_err(|e| format!("{}: {e}.", peers.display()))?;
        if !found.join("dist").is_dir() {
            return Err(format!("{} is not built: `npm install && node build.mjs` there.", found.display()));
        }
        wish.peers = Some(found);
    }
    Ok(wish)
}

/// The peers' own runner, with our page among them. A peer that fails is a row of the table and no failure here.
fn run_race(race: &Race, peers: &Path, wish: &Wish, folder: &Path) -> Result<()> {
    let address = serve::in_background(&root().join("dist"))?;
    let own = format!("own=http://{address}/bench.html?engine={}", race.device);
    let out = folder.join(format!("peers-{}-{}.json", race.net, race.device)).display().to_string();
    let browser = system::browser().ok_or("there is no Chromium on the path.")?.display().to_string();
    let [batch, steps, rounds] = [race.batch, race.steps, wish.rounds].map(|n| n.to_string());
    let line = [
        "node",
        "run.mjs",
        "--nets",
        race.net,
        "--batch",
        &batch,
        "--steps",
        &steps,
        "--rounds",
        &rounds,
        "--warm",
        if race.quick { "1" } else { "0" },
        "--peers",
        race.peers,
        "--peer",
        &own,
        "--chrome",
        &browser,
        "--timeout",
        "90",
        "--out",
        &out,
    ];
    let mut runner = command(&line);
    runner.current_dir(peers);
    run_with(&line, runner)
}

/// `explr bench`, natively: threads, arms, and where the time goes.
fn natively(wish: &Wish, folder: &Path) -> Result<()> {
    let explr = root().join("target/release/explr").display().to_string();
    let rounds = wish.rounds.to_string();
    let nets: &[(&str, &str)] = if wish.quick { &[("N0", "20")] } else { &[("N0", "50"), ("N1", "10"), ("N2", "4")] };
    for (net, steps) in nets {
        for (threads, arms) in [("1", "1"), ("2", "1"), ("2", "2")] {
            let line = [
                &explr,
                "bench",
                "--json",
                "--net",
                net,
                "--steps",
                steps,
                "--rounds",
                &rounds,
                "--threads",
                threads,
                "--arms",
                arms,
            ];
            keep(&line, &folder.join(format!("native-{net}-{threads}-{arms}.json")))?;
        }
    }
    let net = if wish.quick { "N0" } else { "N1" };
    for engine in ["cpu", "gpu"] {
        let line = [&explr, "bench", "--json", "--profile", "--net", net, "--steps", "5", "--engine", engine];
        if let Err(why) = keep(&line, &folder.join(format!("profile-{engine}.json"))) {
            // A machine without a Vulkan device has a page to write all the same.
            println!("xtask: no profile of the {engine} ({why})");
        }
    }
    Ok(())
}

fn with_torch(python: &str, wish: &Wish, folder: &Path) -> Result<()> {
    let Some(peers) = &wish.peers else {
        return Err("`--python` runs torch_bench.py of the peers: it needs `--peers FOLDER` too.".to_owned());
    };
    let script = peers.join("torch_bench.py").display().to_string();
    let cases: &[&str] = if wish.quick { &["N0:32:20"] } else { &["N0:32:50", "N1:64:10", "N2:64:4"] };
    keep(&[&[python, &script], cases].concat(), &folder.join("torch.jsonl"))
}

/// Runs a command and keeps what it prints, if it succeeds.
fn keep(line: &[&str], file: &Path) -> Result<()> {
    let (text, done) = tee(line, command(line))?;
    done?;
    std::fs::write(file, text).map_err(|e| format!("{}: {e}.", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_are_read_and_what_is_wrong_is_told() {
        assert_eq!(read(&[]).unwrap().rounds, 3);
        assert_eq!(read(&["--quick"]).unwrap().rounds, 1);
        let wish = read(&["--rounds", "5", "--quick", "--built"]).unwrap();
        assert_eq!((wish.rounds, wish.quick, wish.built), (5, true, true));
        for (line, word) in [
            (["--rounds", "0"], "1 to 99"),
            (["--quick", "--rounds"], "wants a value"),
            (["--quick", "--fast"], "does not know --fast"),
            (["--peers", "nowhere-at-all"], "nowhere-at-all"),
            // The sources are there, and not built.
            (["--peers", "src"], "is not built"),
        ] {
            assert!(read(&line).unwrap_err().contains(word), "{line:?}");
        }
    }
}
