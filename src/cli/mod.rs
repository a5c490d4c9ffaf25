//! The headless commands of the native binary.

#![allow(clippy::disallowed_methods)] // native only: it reads the command line, writes files and may wait

pub mod bench;
mod columns;
pub mod export;
pub mod run;
pub mod table;
pub mod theory;

use clap::{Parser, Subcommand};

/// Weight decay and an exponentially growing learning rate train the same network.
///
/// Without a command the lab opens in a window.
#[derive(Parser)]
#[command(name = "explr", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train an experiment and print or write what was measured.
    Run(run::Run),
    /// Measure an engine on the peers' networks.
    Bench(bench::Bench),
    /// Write an experiment as files, with a PyTorch program that trains it again.
    Export(export::Export),
    /// Measure the equivalence for every schedule, norm and network, as a table.
    Table(table::Table),
    /// Print the roots, the growth and the border of constant η, λ, γ.
    Theory(theory::Theory),
}

/// Runs the command line. Returns the exit code: 0, or 1 after a sentence on stderr.
pub fn main() -> std::process::ExitCode {
    let done = match Arguments::parse().command {
        Command::Run(arguments) => run::main(&arguments),
        Command::Bench(arguments) => bench::main(&arguments),
        Command::Export(arguments) => export::main(&arguments),
        Command::Table(arguments) => table::main(&arguments),
        Command::Theory(arguments) => theory::main(&arguments),
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("explr: {sentence}");
            std::process::ExitCode::FAILURE
        }
    }
}
