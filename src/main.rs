//! The page, the desktop window and the headless commands: one program.

fn main() -> std::process::ExitCode {
    explr::cli::main()
}
