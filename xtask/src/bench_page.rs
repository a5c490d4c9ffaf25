//! bench.html: trunk builds one page only, and the names of what both load carry the hash of the code.

use crate::page::list;
use crate::shell::{Result, root};
use std::path::Path;

/// Writes web/bench.html into `folder`, beside what trunk built there, with the names of the script and the wasm.
pub fn write(folder: &Path) -> Result<()> {
    let source = root().join("web/bench.html");
    let template = std::fs::read_to_string(&source).map_err(|e| format!("{}: {e}.", source.display()))?;
    let files = list(folder)?;
    let names: Vec<&str> = files.iter().filter_map(|file| file.file_name()?.to_str()).collect();
    let target = folder.join("bench.html");
    std::fs::write(&target, filled(&template, &names)?).map_err(|e| format!("{}: {e}.", target.display()))
}

fn filled(template: &str, names: &[&str]) -> Result<String> {
    let wasm = names.iter().find(|name| name.starts_with("explr") && name.ends_with("_bg.wasm"));
    let wasm = wasm.ok_or("trunk built no wasm: bench.html has nothing to load.")?;
    let script = wasm.replace("_bg.wasm", ".js");
    if !names.contains(&script.as_str()) {
        return Err(format!("trunk built {wasm} without {script}: bench.html has nothing to load."));
    }
    Ok(template.replace("{{script}}", &script).replace("{{wasm}}", wasm))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_filled_in_and_a_missing_file_is_told() {
        let names = ["early-1.js", "explr-ab.js", "explr-ab_bg.wasm", "index.html"];
        assert_eq!(filled("./{{script}} ./{{wasm}}", &names).unwrap(), "./explr-ab.js ./explr-ab_bg.wasm");
        assert!(filled("", &names[..2]).unwrap_err().contains("no wasm"));
        assert!(filled("", &names[2..]).unwrap_err().contains("without explr-ab.js"));
    }

    #[test]
    fn the_page_names_nothing_but_what_is_filled_in() {
        let template = std::fs::read_to_string(root().join("web/bench.html")).unwrap();
        let page = filled(&template, &["explr.js", "explr_bg.wasm"]).unwrap();
        assert!(!page.contains("{{") && page.contains("./explr.js") && page.contains("./explr_bg.wasm"));
    }
}
