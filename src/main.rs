//! The page, the desktop window and the headless commands: one program.

fn main() {}
