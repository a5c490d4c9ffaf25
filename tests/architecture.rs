//! The map of ARCHITECTURE.md, enforced: who may know whom, how long a file may grow, what must not stand in a file.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;
use std::path::Path;

/// Each top module with those it may use. A line missing here is a module missing from the map.
const MAY_USE: [(&str, &[&str]); 13] = [
    ("theory", &[]),
    ("model", &[]),
    ("data", &["model"]),
    ("experiment", &["theory", "model"]),
    ("engine", &["model"]),
    ("trainer", &["engine", "data", "experiment", "theory", "model"]),
    ("bench", &["engine", "model"]),
    ("session", &["trainer::message", "experiment", "theory"]),
    ("host", &["trainer", "data", "engine", "experiment"]),
    ("ui", &["session", "trainer::message", "experiment", "theory", "host", "model"]),
    ("page", &["bench", "ui", "session", "trainer::message", "experiment", "theory", "host", "model"]),
    ("cli", &["bench", "theory", "model", "data", "experiment", "engine", "trainer", "session", "host", "ui", "page"]),
    ("main", &["cli", "host", "page", "ui", "session", "experiment", "trainer"]),
];

/// Crates that belong to one part of the house, with the paths that may name them.
const FOREIGN: [(&str, &[&str]); 6] = [
    ("egui", &["src/ui/", "src/page/", "src/main.rs"]),
    ("eframe", &["src/ui/", "src/page/", "src/main.rs", "src/cli/"]),
    ("wgpu", &["src/engine/gpu/"]),
    ("ndarray", &["src/engine/cpu/"]),
    ("web_sys", &["src/host/", "src/page/", "src/main.rs", "src/ui/"]),
    ("clap", &["src/cli.rs", "src/cli/", "src/main.rs"]),
];

const LONGEST_RUST: usize = 400;
const LONGEST_WGSL: usize = 160;

struct File {
    path: String,
    text: String,
}

#[test]
fn the_house_keeps_its_rules() {
    let files = files_of(Path::new(env!("CARGO_MANIFEST_DIR")), "");
    assert!(files.iter().filter(|f| f.path.starts_with("src/")).count() > 30, "the walk found too little");
    let found = violations(&files);
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn every_rule_catches_a_made_up_violation() {
    let long = "\n".repeat(LONGEST_RUST + 1);
    for (path, text, word) in [
        ("src/theory/x.rs", "use crate::model::Net;", "theory may not use model"),
        ("src/theory/x.rs", "    let n = crate::model::Net::default();", "theory may not use model"),
        ("src/model/x.rs", "use crate::{\n    model::Net,\n    data::{Split},\n};", "model may not use data"),
        ("src/session.rs", "use crate::trainer::runner::Runner;", "session may not use trainer::runner"),
        ("src/newcomer.rs", "pub fn f() {}", "newcomer"),
        ("src/data/x.rs", "fn f(ui: &mut egui::Ui) {}", "egui"),
        ("src/engine/cpu/x.rs", "use wgpu::Device;", "wgpu"),
        ("src/theory/x.rs", &long, "lines"),
        ("src/engine/gpu/shaders/x.wgsl", &long, "lines"),
        ("README.md", concat!("see /ho", "me/somebody/x"), "machine"),
        ("package-lock.json", concat!("https://registry.np", "mjs.org/x"), "machine"),
    ] {
        let found = violations(&[File { path: path.into(), text: text.into() }]);
        assert!(found.len() == 1 && found[0].contains(word), "{path}: {found:?} should say {word}");
    }
}

#[test]
fn what_is_allowed_is_not_reported() {
    for (path, text) in [
        ("src/theory/x.rs", "//! As crate::model has it.\nuse crate::theory::Ghost; // crate::data"),
        ("src/ui/x.rs", "use crate::{session::Session, trainer::{Command, Event}};\nfn f(u: &mut egui::Ui) {}"),
        ("src/engine/gpu/x.rs", "use wgpu::Device;\nuse crate::engine::Engine;"),
        ("tests/x.rs", "use explr::trainer::Command;"),
    ] {
        let found = violations(&[File { path: path.into(), text: text.into() }]);
        assert!(found.is_empty(), "{path}: {found:?}");
    }
}

#[test]
fn the_page_builds_and_is_served_anywhere() {
    let read = |path: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    // Trunk would download a wasm-opt, or take one from the path that breaks the page.
    assert!(read("index.html").contains("data-wasm-opt=\"0\""));
    assert!(read("Trunk.toml").contains("public_url = \"./\""));
    // Static hosts that do not know the ending serve it as no script.
    assert!(!read("index.html").contains(".mjs"));
}

fn violations(files: &[File]) -> Vec<String> {
    files.iter().flat_map(|file| [uses(file), foreign(file), length(file), places(file)].concat()).collect()
}

/// Who knows whom.
fn uses(file: &File) -> Vec<String> {
    let Some(owner) = owner(&file.path) else { return Vec::new() };
    let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == owner) else {
        return vec![format!("{}: {owner} is missing from the table in tests/architecture.rs", file.path)];
    };
    let code = code_of(&file.text);
    let mut used = paths_after(&code, "crate::");
    used.extend(paths_after(&code, "explr::"));
    let free = |path: &str| {
        let top = path.split("::").next().unwrap_or_default();
        // What trainer/mod.rs exports are the messages; its files are its own affair.
        let message = allowed.contains(&"trainer::message")
            && path.strip_prefix("trainer::").is_some_and(|x| x.starts_with("message") || starts_upper(x));
        top == owner || allowed.contains(&top) || message || !top_modules().contains(top)
    };
    used.iter().filter(|path| !free(path)).map(|path| format!("{}: {owner} may not use {path}", file.path)).collect()
}

/// Crates out of their place.
fn foreign(file: &File) -> Vec<String> {
    if !file.path.starts_with("src/") {
        return Vec::new();
    }
    let code = code_of(&file.text);
    let strays = FOREIGN.iter().filter(|(name, places)| {
        !places.iter().any(|place| file.path.starts_with(place)) && !paths_after(&code, &format!("{name}::")).is_empty()
    });
    strays.map(|(name, places)| format!("{}: {name} belongs to {}", file.path, places.join(", "))).collect()
}

fn length(file: &File) -> Vec<String> {
    let longest = match file.path.rsplit('.').next() {
        Some("rs") => LONGEST_RUST,
        Some("wgsl") => LONGEST_WGSL,
        _ => return Vec::new(),
    };
    let lines = file.text.lines().count();
    if lines <= longest { Vec::new() } else { vec![format!("{}: {lines} lines, {longest} at most", file.path)] }
}

/// Names of one machine: folders of its people, hosts of its registries.
fn places(file: &File) -> Vec<String> {
    let machine = [
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/"),
        concat!("/tm", "p/"),
        concat!("registry.np", "mjs"),
        concat!("index.crates", ".io"),
        concat!("\"resolved\": \"ht", "tp"),
    ];
    let found = machine.iter().filter(|word| file.text.contains(**word));
    found.map(|word| format!("{}: names a machine's own place, {word}", file.path)).collect()
}

fn top_modules() -> BTreeSet<&'static str> {
    MAY_USE.iter().map(|(name, _)| *name).collect()
}

/// The top module a file belongs to; `None` for lib.rs, which lists them, and for what is not in src/.
fn owner(path: &str) -> Option<&str> {
    let name = path.strip_prefix("src/")?.split('/').next()?;
    let name = name.strip_suffix(".rs").unwrap_or(name);
    (path.ends_with(".rs") && name != "lib").then_some(name)
}

/// The text without comments to the end of a line.
fn code_of(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// All paths behind a prefix, `a::B` of `crate::a::B` and both of `crate::{a::B, c}`; two segments at most.
fn paths_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            None => paths.extend(branches(rest)),
            Some(group) => group_items(group).iter().for_each(|item| paths.extend(branches(item.trim_start()))),
        }
    }
    paths
}

/// `a::B` and `a::C` of `a::{B, C}`; `a::B` of `a::B::f()`.
fn branches(path: &str) -> Vec<String> {
    let head = identifier(path);
    match path[head.len()..].strip_prefix("::") {
        None => vec![head.to_owned()],
        Some(tail) => match tail.strip_prefix('{') {
            None => vec![format!("{head}::{}", identifier(tail))],
            Some(group) => {
                group_items(group).iter().map(|item| format!("{head}::{}", identifier(item.trim_start()))).collect()
            }
        },
    }
}

/// The items of a `{…}` group whose opening brace is already gone, split at its own commas.
fn group_items(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut items) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' | ',' if depth == 0 => {
                items.push(&group[start..at]);
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    items.into_iter().filter(|item| !item.trim().is_empty()).collect()
}

fn identifier(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())]
}

fn starts_upper(text: &str) -> bool {
    text.starts_with(char::is_uppercase)
}

/// The text files of the repository, without what is built or installed.
fn files_of(root: &Path, below: &str) -> Vec<File> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root.join(below)).expect("a readable folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        if entry.path().is_dir() {
            let built = ["target", "dist", "node_modules", ".git", "shared", "proptest-regressions"];
            if !built.contains(&name.as_str()) {
                files.extend(files_of(root, &path));
            }
        } else if let Some(text) = std::fs::read(entry.path()).ok().and_then(|bytes| String::from_utf8(bytes).ok())
            && name != ".git"
        {
            files.push(File { path, text });
        }
    }
    files
}
