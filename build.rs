//! Copies the shaders without comments and indentation: the page carries them, and they are half of the text. Lines stay where
//! they are, so that what a compiler says of a line is true of the file as well.

// The bans are about the page; this runs where it is built.
#![allow(clippy::disallowed_methods)]

use std::path::PathBuf;
use std::{env, fs};

const SHADERS: &str = "src/engine/gpu/shaders";

fn main() {
    println!("cargo::rerun-if-changed={SHADERS}");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("shaders");
    fs::create_dir_all(&out).expect("cargo's own folder can be written");
    for entry in fs::read_dir(SHADERS).expect("the shaders are there") {
        let path = entry.expect("the folder can be read").path();
        let text = fs::read_to_string(&path).expect("a shader is text");
        let name = path.file_name().expect("a file has a name");
        fs::write(out.join(name), bare(&text)).expect("cargo's own folder can be written");
    }
}

/// WGSL without what only people read. It has no strings: what begins with `//` is a comment.
fn bare(wgsl: &str) -> String {
    assert!(!wgsl.contains("/*"), "comments are those of lines");
    let code = |line: &str| line.split("//").next().unwrap_or_default().trim().to_owned() + "\n";
    wgsl.lines().map(code).collect()
}
