//! Running programs: said aloud, in the repository's root, with cargo's own programs on the path.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A failure is a sentence for whoever reads the terminal.
pub type Result<T> = std::result::Result<T, String>;

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// A program with its arguments, to be run in the root.
pub fn command(line: &[&str]) -> Command {
    let mut command = Command::new(find(line[0]).unwrap_or_else(|| PathBuf::from(line[0])));
    command.args(&line[1..]).current_dir(root()).env("PATH", path());
    // Trunk reads it as a flag of its own and stumbles over the value 1.
    command.env_remove("NO_COLOR");
    // Without it the Vulkan loader's Wayland layer complains once a device; any folder will do.
    if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        command.env("XDG_RUNTIME_DIR", std::env::temp_dir());
    }
    command
}

/// Runs to the end, with its output shown.
pub fn run(line: &[&str]) -> Result<()> {
    run_with(line, command(line))
}

/// As [`run`], for a command that was prepared further; `line` is what it is called.
pub fn run_with(line: &[&str], mut command: Command) -> Result<()> {
    say(line);
    let status = command.status().map_err(|e| cannot_start(line, &e))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status}).", line.join(" "))) }
}

/// Runs to the end with its output shown, and hands its standard output back; whether it succeeded comes beside it.
pub fn tee(line: &[&str], mut command: Command) -> Result<(String, Result<()>)> {
    say(line);
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|e| cannot_start(line, &e))?;
    let mut text = String::new();
    if let Some(stdout) = child.stdout.take() {
        for bytes in BufReader::new(stdout).split(b'\n').map_while(std::result::Result::ok) {
            let line = String::from_utf8_lossy(&bytes);
            println!("{line}");
            text.push_str(&line);
            text.push('\n');
        }
    }
    let status = child.wait().map_err(|e| cannot_start(line, &e))?;
    let done = if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status}).", line.join(" "))) };
    Ok((text, done))
}

/// What a program prints, or nothing if it is missing or fails.
pub fn ask(line: &[&str]) -> Option<String> {
    let output = command(line).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Where a program is, if it is on the path.
pub fn find(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&path()).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// The path, with the folder that `cargo install` fills at its end: not every shell has it.
fn path() -> std::ffi::OsString {
    let given = std::env::var_os("PATH").unwrap_or_default();
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let folders = std::env::split_paths(&given).chain(home.map(|home| home.join("bin")));
    std::env::join_paths(folders).unwrap_or(given)
}

fn say(line: &[&str]) {
    println!("\n$ {}", line.join(" "));
    let _ = std::io::stdout().flush();
}

fn cannot_start(line: &[&str], error: &std::io::Error) -> String {
    format!("`{}` cannot be started: {error}.", line[0])
}
