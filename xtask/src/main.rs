//! The workshop of the lab: `cargo xtask serve`, `cargo xtask test`. It installs what is missing and says so.

mod bench;
mod bench_page;
mod install;
mod page;
mod serve;
mod shell;
mod stages;
mod system;
mod tally;

const HELP: &str = "\
cargo xtask serve [--port N] [--dev]   build the page and serve it at http://127.0.0.1:8080
cargo xtask test [--fast] [STAGE…]     run every test, or the fast ones, or the stages named
cargo xtask build                      build the page into dist/
cargo xtask bench [--peers FOLDER] [--python PROGRAM] [--rounds N] [--quick] [--patient] [--built]
                                       measure, and write docs/PERFORMANCE.md; FOLDER holds the built peers, PROGRAM
                                       is a Python with torch; --patient leaves out nothing when it takes long,
                                       --built takes dist/ and target/release as they are
cargo xtask optimise                   (called by trunk) make the wasm smaller and faster";

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.split_first() {
        Some((&"serve", rest)) => serve::main(rest),
        Some((&"test", rest)) => stages::main(rest),
        Some((&"bench", rest)) => bench::main(rest),
        Some((&"build", [])) => install::for_page().and_then(|()| page::build(true)),
        Some((&"optimise", [])) => page::optimise(),
        Some((&("help" | "--help" | "-h"), _)) | None => {
            println!("{HELP}\n\nStages: {}", stages::names());
            Ok(())
        }
        _ => Err(format!("there is no `cargo xtask {}`.\n\n{HELP}", words.join(" "))),
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("\nxtask: {sentence}");
            std::process::ExitCode::FAILURE
        }
    }
}
