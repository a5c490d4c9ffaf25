//! The page, the desktop window and the headless commands: one program.

/// The page. The same code is loaded in the trainer's Worker, where there is no window and `main` does nothing.
#[cfg(target_arch = "wasm32")]
fn main() {
    if web_sys::window().is_some() {
        explr::page::start();
    }
}

/// With arguments a headless command, without them the lab in a window.
#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    if std::env::args_os().len() > 1 { explr::cli::main() } else { explr::ui::window::open() }
}
