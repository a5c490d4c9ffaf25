//! Building the page with trunk, and what trunk's hook does to the wasm.

use crate::bench_page;
use crate::shell::{Result, ask, command, find, root, run, run_with};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What the compiled page may use: what every browser with WebGPU has. binaryen's `--all-features` would write a form of
/// imports that Chromium refuses.
const WASM_OPT_FLAGS: [&str; 11] = [
    // The engine's loops are LLVM's work: what -O3 adds here is only bytes.
    "-Os",
    // gzip looks back 32 kB: the instances of one generic function next to each other make the download 3 % smaller.
    "--reorder-functions-by-name",
    "--strip-producers",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-simd",
];
/// Debian's 108 breaks the page ("WebAssembly.Table.set(): Argument 1 is invalid"); 132 is the tested one.
const OLDEST_WASM_OPT: u32 = 120;

/// Builds dist/.
pub fn build(release: bool) -> Result<()> {
    let line: &[&str] = if release { &["trunk", "build", "--release"] } else { &["trunk", "build"] };
    let mut trunk = command(line);
    // Its errors are sentences enough.
    trunk.env("TRUNK_SKIP_VERSION_CHECK", "true").env_remove("RUST_BACKTRACE");
    run_with(line, trunk)
}

/// Trunk's post_build hook: writes bench.html, and optimises the wasm of a release build where it lies.
pub fn optimise() -> Result<()> {
    let staging = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from);
    let staging = staging.ok_or("`cargo xtask optimise` is called by trunk: run `trunk build --release`.")?;
    bench_page::write(&staging)?;
    if std::env::var("TRUNK_PROFILE").as_deref() != Ok("release") {
        return Ok(());
    }
    let Some(tool) = wasm_opt() else {
        println!(
            "xtask: no wasm-opt ≥ {OLDEST_WASM_OPT} here, the wasm stays as it is; `npm ci` installs the tested one."
        );
        return Ok(());
    };
    let files = list(&staging)?;
    minify(&files)?;
    for file in files.into_iter().filter(|file| file.extension().is_some_and(|e| e == "wasm")) {
        let start = Instant::now();
        let (before, after) = optimise_file(&tool, &file)?;
        correct_size(&staging.join("index.html"), before, after)?;
        let seconds = start.elapsed().as_secs_f64();
        println!("xtask: wasm-opt made {before} bytes of wasm {after} in {seconds:.1} s");
    }
    Ok(())
}

/// Makes the script that wasm-bindgen writes half as long, where npm's terser is installed. Trunk's own minifier does not
/// understand it.
fn minify(files: &[PathBuf]) -> Result<()> {
    let tool = root().join("node_modules/.bin/terser");
    if !tool.exists() || find("node").is_none() {
        return Ok(());
    }
    let is_glue = |file: &&PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("explr-") && name.ends_with(".js")
    };
    for file in files.iter().filter(is_glue) {
        let [tool, file] = [&tool, file].map(|path| path.display().to_string());
        run(&[&tool, &file, "--module", "--compress", "--mangle", "--output", &file])?;
    }
    Ok(())
}

/// Optimises in place, or takes the result of an earlier run on the same bytes. Sizes before and after.
fn optimise_file(tool: &Path, file: &Path) -> Result<(usize, usize)> {
    let bytes = std::fs::read(file).map_err(|e| format!("{}: {e}.", file.display()))?;
    let mut hasher = DefaultHasher::new();
    (tool, WASM_OPT_FLAGS, &bytes).hash(&mut hasher);
    let folder = root().join("target/wasm-opt");
    let kept = folder.join(format!("{:016x}.wasm", hasher.finish()));
    if !kept.exists() {
        std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}.", folder.display()))?;
        let unfinished = kept.with_extension("part");
        let line = [&[tool.to_str().unwrap_or("wasm-opt")], WASM_OPT_FLAGS.as_slice()].concat();
        let mut command = command(&line);
        command.arg(file).arg("-o").arg(&unfinished);
        run_with(&line, command)?;
        std::fs::rename(&unfinished, &kept).map_err(|e| format!("{}: {e}.", kept.display()))?;
    }
    let after = std::fs::copy(&kept, file).map_err(|e| format!("{}: {e}.", file.display()))?;
    Ok((bytes.len(), after as usize))
}

/// Trunk wrote the size of the wasm into the page, for the loading bar: it must be the size that arrives.
fn correct_size(html: &Path, before: usize, after: usize) -> Result<()> {
    let text = std::fs::read_to_string(html).map_err(|e| format!("{}: {e}.", html.display()))?;
    let new = text.replace(&format!(", {before}, "), &format!(", {after}, "));
    if new == text {
        return Ok(());
    }
    std::fs::write(html, new).map_err(|e| format!("{}: {e}.", html.display()))
}

/// The locked one of npm, or a new enough one of the system.
fn wasm_opt() -> Option<PathBuf> {
    let local = root().join("node_modules/.bin/wasm-opt");
    if local.exists() && find("node").is_some() {
        return Some(local);
    }
    let version = ask(&["wasm-opt", "--version"])?;
    let number = version.split_whitespace().find_map(|word| word.parse::<u32>().ok())?;
    (number >= OLDEST_WASM_OPT).then(|| find("wasm-opt")).flatten()
}

/// The files of a folder and of those in it.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}.", folder.display()))?;
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            files.extend(list(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
