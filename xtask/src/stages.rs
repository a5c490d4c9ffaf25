//! `cargo xtask test`: everything that is tested, in stages, cheap ones first.

use crate::shell::{Result, command, run, run_with, tee};
use crate::tally::Tally;
use crate::{install, page, system};
use std::time::Instant;

const WEB: &str = "wasm32-unknown-unknown";

/// One stage: its name, what it is for, whether it is a fast one, what it needs, what it does.
struct Stage {
    name: &'static str,
    about: &'static str,
    fast: bool,
    needs: &'static [fn() -> Result<()>],
    run: fn() -> Result<(Tally, Result<()>)>,
}

const STAGES: [Stage; 8] = [
    Stage { name: "format", about: "rustfmt", fast: true, needs: &[install::rust_components], run: format },
    Stage { name: "lint", about: "clippy, native", fast: true, needs: &[install::rust_components], run: lint },
    Stage { name: "native", about: "unit and integration tests", fast: true, needs: &[system::vulkan], run: native },
    Stage { name: "docs", about: "rustdoc without warnings", fast: false, needs: &[], run: docs },
    Stage {
        name: "lint-web",
        about: "clippy, for the page",
        fast: false,
        needs: &[install::rust_components, install::wasm_target],
        run: lint_web,
    },
    Stage {
        name: "kernels",
        about: "GPU kernels in Chromium",
        fast: false,
        needs: &[install::wasm_target, install::wasm_bindgen, system::chromium],
        run: kernels,
    },
    Stage { name: "page", about: "trunk build --release", fast: false, needs: &[install::for_page], run: build_page },
    Stage {
        name: "browser",
        about: "the built page in Chromium",
        fast: false,
        needs: &[install::node_packages, system::chromium],
        run: browser,
    },
];

/// The names, for the help.
pub fn names() -> String {
    STAGES.map(|stage| stage.name).join(", ")
}

/// Runs the stages asked for, prints their times, and last of all how many tests passed and failed.
pub fn main(arguments: &[&str]) -> Result<()> {
    let chosen = choose(arguments)?;
    let start = Instant::now();
    for need in unique_needs(&chosen) {
        need()?;
    }
    let mut rows = vec![("install", "what was missing", start.elapsed().as_secs_f64(), "done")];
    let (mut total, mut failure) = (Tally::default(), None);
    for stage in &chosen {
        let start = Instant::now();
        println!("\n──── {}: {}", stage.name, stage.about);
        // Later stages say nothing reliable after a failure, and on a slow machine they cost much.
        let (tally, done) = (stage.run)().unwrap_or_else(|why| (Tally::default(), Err(why)));
        total += tally;
        rows.push((
            stage.name,
            stage.about,
            start.elapsed().as_secs_f64(),
            if done.is_ok() { "done" } else { "FAILED" },
        ));
        if let Err(why) = done {
            failure = Some(format!("the stage {} failed: {why}", stage.name));
            total.failed = total.failed.max(1);
            break;
        }
    }
    println!();
    for (name, about, seconds, outcome) in rows {
        println!("{name:<10} {about:<28} {seconds:>7.1} s  {outcome}");
    }
    println!("{:<10} {:<28} {:>7.1} s\n{total}", "all", "", start.elapsed().as_secs_f64());
    failure.map_or(Ok(()), Err)
}

fn choose(arguments: &[&str]) -> Result<Vec<&'static Stage>> {
    for word in arguments.iter().filter(|word| **word != "--fast") {
        if !STAGES.iter().any(|stage| stage.name == *word) {
            return Err(format!("there is no stage {word}; there are {}, and --fast.", names()));
        }
    }
    let all = arguments.is_empty();
    let fast = arguments.contains(&"--fast");
    Ok(STAGES.iter().filter(|s| all || (fast && s.fast) || arguments.contains(&s.name)).collect())
}

fn unique_needs(stages: &[&Stage]) -> Vec<fn() -> Result<()>> {
    let mut needs: Vec<fn() -> Result<()>> = Vec::new();
    for need in stages.iter().flat_map(|stage| stage.needs) {
        if !needs.iter().any(|known| std::ptr::fn_addr_eq(*known, *need)) {
            needs.push(*need);
        }
    }
    needs
}

fn plain(done: Result<()>) -> Result<(Tally, Result<()>)> {
    Ok((Tally::default(), done))
}

/// A stage that ran no test has tested nothing: that is a failure too.
fn counted(line: &[&str]) -> Result<(Tally, Result<()>)> {
    let (text, done) = tee(line, command(line))?;
    let tally = Tally::read(&text);
    let none = || format!("`{}` ran no test.", line.join(" "));
    Ok((tally, done.and_then(|()| if tally.passed > 0 { Ok(()) } else { Err(none()) })))
}

fn format() -> Result<(Tally, Result<()>)> {
    plain(run(&["cargo", "fmt", "--all", "--check"]).map_err(|why| format!("{why} `cargo fmt --all` repairs it.")))
}

fn lint() -> Result<(Tally, Result<()>)> {
    plain(run(&["cargo", "clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn lint_web() -> Result<(Tally, Result<()>)> {
    let bans = "clippy::disallowed_methods";
    plain(run(&["cargo", "clippy", "--locked", "--target", WEB, "--lib", "--bins", "--", "-D", "warnings", "-D", bans]))
}

fn native() -> Result<(Tally, Result<()>)> {
    counted(&["cargo", "test", "--locked", "--workspace", "--no-fail-fast"])
}

fn docs() -> Result<(Tally, Result<()>)> {
    let line = ["cargo", "doc", "--locked", "--no-deps", "--lib"];
    let mut doc = command(&line);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    plain(run_with(&line, doc))
}

/// In two browsers at once: one compiles its shaders in a single thread, which is most of what this stage waits for.
fn kernels() -> Result<(Tally, Result<()>)> {
    let line = ["cargo", "test", "--locked", "--target", WEB, "--test", "gpu"];
    run(&[line.as_slice(), &["--no-run"]].concat())?;
    let tests = |which: &[&str]| counted(&[line.as_slice(), &["--"], which].concat());
    // About half of the time each; what the first leaves out is in the second, and one that finds no test fails.
    let chosen = "kernels::";
    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(|| tests(&[chosen]));
        let second = tests(&["--skip", chosen]);
        (first.join().unwrap_or_else(|_| Err("the first browser's thread panicked.".to_owned())), second)
    });
    let ((mut tally, first), (more, second)) = (first?, second?);
    tally += more;
    Ok((tally, first.and(second)))
}

fn build_page() -> Result<(Tally, Result<()>)> {
    plain(page::build(true))
}

fn browser() -> Result<(Tally, Result<()>)> {
    let tests = page::list(&crate::shell::root().join("tests/browser"))?;
    let tests: Vec<&str> = tests.iter().filter_map(|file| file.to_str()).filter(|f| f.ends_with(".test.mjs")).collect();
    let line = [["node", "--test", "--test-concurrency=1", "--test-reporter=spec"].as_slice(), &tests].concat();
    counted(&line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_chosen_by_name_or_speed() {
        let chosen = |arguments: &[&str]| choose(arguments).map(|list| list.iter().map(|s| s.name).collect::<Vec<_>>());
        assert_eq!(chosen(&[]).unwrap().len(), STAGES.len());
        assert_eq!(chosen(&["--fast"]).unwrap(), ["format", "lint", "native"]);
        assert_eq!(chosen(&["page", "format"]).unwrap(), ["format", "page"]);
        assert!(chosen(&["nonsense"]).unwrap_err().contains("nonsense"));
    }

    #[test]
    fn a_need_is_met_once() {
        let all: Vec<&Stage> = STAGES.iter().collect();
        let listed: usize = all.iter().map(|stage| stage.needs.len()).sum();
        assert!(unique_needs(&all).len() < listed);
    }
}
