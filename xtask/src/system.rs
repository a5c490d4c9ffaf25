//! What the tests need from the system: a browser with its driver, and a software Vulkan device.

use crate::install::timed;
use crate::shell::{Result, ask, find, run};
use std::path::Path;

/// What is missing, as Debian names it.
struct Missing {
    package: &'static str,
    why: &'static str,
}

/// A Vulkan device for the GPU engine's native tests.
pub fn vulkan() -> Result<()> {
    let mut missing = Vec::new();
    let loader = ask(&["/sbin/ldconfig", "-p"]).is_some_and(|list| list.contains("libvulkan.so.1"));
    if !loader {
        missing.push(Missing { package: "libvulkan1", why: "the GPU kernels run natively through Vulkan" });
    }
    let drivers = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
    let driver = drivers.iter().any(|folder| std::fs::read_dir(folder).is_ok_and(|mut list| list.next().is_some()));
    if !driver {
        missing.push(Missing { package: "mesa-vulkan-drivers", why: "a Vulkan device, in software if need be" });
    }
    install(&missing)
}

/// A browser and its driver.
pub fn chromium() -> Result<()> {
    let mut missing = Vec::new();
    if browser().is_none() {
        missing.push(Missing { package: "chromium", why: "the page is tested in a real browser" });
    }
    if find("chromedriver").is_none() {
        missing.push(Missing { package: "chromium-driver", why: "the GPU kernels are tested in a real browser" });
    }
    install(&missing)
}

/// The browser of the tests.
pub fn browser() -> Option<std::path::PathBuf> {
    ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"].iter().find_map(|name| find(name))
}

fn install(missing: &[Missing]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|m| m.package).collect();
    let reasons: Vec<String> = missing.iter().map(|m| format!("{} ({})", m.package, m.why)).collect();
    let root = ask(&["id", "-u"]).as_deref() == Some("0");
    if !root || !Path::new("/etc/debian_version").exists() {
        return Err(format!(
            "missing: {}. On Debian or Ubuntu: `sudo apt-get install {}`; elsewhere the packages of that kind.",
            reasons.join(", "),
            packages.join(" ")
        ));
    }
    timed(&reasons.join(", "), || {
        run(&["apt-get", "update", "-qq"])?;
        let start = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"];
        run(&[start.as_slice(), &packages].concat())
    })
}
