//! What the page and its tests need beside Rust and Node: taken from the package registries where it is missing.

use crate::shell::{Result, ask, command, find, root, run, run_with};
use std::time::Instant;

/// What building the page needs.
pub fn for_page() -> Result<()> {
    wasm_target()?;
    wasm_bindgen()?;
    trunk()?;
    node_packages()
}

/// Compiles for the web.
pub fn wasm_target() -> Result<()> {
    let here = ask(&["rustc", "--print", "target-libdir", "--target", "wasm32-unknown-unknown"]);
    if here.is_some_and(|folder| std::path::Path::new(&folder).is_dir()) {
        return Ok(());
    }
    timed("the Rust target wasm32-unknown-unknown", || {
        if find("rustup").is_none() {
            return Err("the Rust target wasm32-unknown-unknown is missing, and there is no rustup to fetch it: \
                        install Rust through rustup, or your system's package with the wasm standard library."
                .to_owned());
        }
        run(&["rustup", "target", "add", "wasm32-unknown-unknown"])
    })
}

/// Formatter and linter.
pub fn rust_components() -> Result<()> {
    for (probe, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if ask(&["cargo", probe, "--version"]).is_none() {
            timed(component, || run(&["rustup", "component", "add", component]))?;
        }
    }
    Ok(())
}

/// Makes the JavaScript side of the wasm, and runs tests in a browser. Its version must equal the library's.
pub fn wasm_bindgen() -> Result<()> {
    let wanted = locked_version("wasm-bindgen")?;
    let have = ask(&["wasm-bindgen", "--version"]).unwrap_or_default();
    if have == format!("wasm-bindgen {wanted}") && find("wasm-bindgen-test-runner").is_some() {
        return Ok(());
    }
    let have = if have.is_empty() { "none is here".to_owned() } else { format!("here is: {have}") };
    // Not --locked: its lock file names versions that some mirrors of the registry no longer hand out.
    timed(&format!("wasm-bindgen-cli {wanted} ({have})"), || {
        let line = ["cargo", "install", "wasm-bindgen-cli", "--force", "--version", &wanted];
        quick_install(&line, &[("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"), ("CARGO_PROFILE_RELEASE_LTO", "off")])
    })
}

/// Bundles the page.
pub fn trunk() -> Result<()> {
    // 0.22 asks for a newer compiler than rust-toolchain.toml may find.
    if ask(&["trunk", "--version"]).is_some_and(|version| version.starts_with("trunk 0.21.")) {
        return Ok(());
    }
    timed("trunk 0.21 (from source: the longest wait there is)", || {
        let line = ["cargo", "install", "trunk", "--debug", "--locked", "--force", "--version", "^0.21"];
        quick_install(&line, &[("CARGO_PROFILE_DEV_DEBUG", "0")])
    })
}

/// wasm-opt and the driver of the browser tests, as package-lock.json names them.
pub fn node_packages() -> Result<()> {
    if find("node").is_none() || find("npm").is_none() {
        return Err("Node.js (18 or newer) with npm is missing: on Debian, `apt-get install nodejs npm`.".to_owned());
    }
    let age = |file: &str| std::fs::metadata(root().join(file)).and_then(|data| data.modified()).ok();
    let (have, want) = (age("node_modules/.package-lock.json"), age("package-lock.json"));
    if have.is_some() && have >= want {
        return Ok(());
    }
    timed("the npm packages of package-lock.json", || run(&["npm", "ci", "--no-audit", "--no-fund"]))
}

/// `cargo install` with little optimisation: these programs run for seconds and would compile for minutes more.
fn quick_install(line: &[&str], settings: &[(&str, &str)]) -> Result<()> {
    let mut install = command(line);
    install.envs(settings.iter().copied());
    // The installed program belongs to the whole machine and not to this repository's build folder and settings.
    install.env_remove("CARGO_TARGET_DIR").current_dir(std::env::temp_dir());
    run_with(line, install)
}

/// Says what is installed and how long that took.
pub fn timed(what: &str, install: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("installing {what} …");
    let start = Instant::now();
    install().map_err(|why| format!("installing {what}: {why}"))?;
    println!("installed {what} in {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// The version of a package in Cargo.lock.
fn locked_version(package: &str) -> Result<String> {
    let text = std::fs::read_to_string(root().join("Cargo.lock")).map_err(|e| format!("Cargo.lock: {e}."))?;
    version_in(&text, package).ok_or_else(|| format!("Cargo.lock does not name {package}."))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let mut lines = lock.lines().skip_while(|line| *line != format!("name = \"{package}\""));
    let version = lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')?;
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_that_of_the_package_and_not_of_its_neighbour() {
        let lock = "[[package]]\nname = \"wasm-bindgen-x\"\nversion = \"9.9.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.1\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen").as_deref(), Some("0.2.1"));
        assert_eq!(version_in(lock, "wasm"), None);
        assert!(locked_version("wasm-bindgen").is_ok());
    }
}
