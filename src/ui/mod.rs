//! Draws a session. One way: functions named `…_ui` take what is known and push [`Action`]s; [`App`] carries them out once
//! a frame, in one place. It knows no buffers and no devices.

mod actions;
mod app;
mod controls;
#[cfg(test)]
pub(crate) mod fake;
mod help;
mod icons;
mod keys;
mod layout;
mod notices;
pub mod pace;
pub mod plots;
mod rate;
mod rooms;
mod rounded;
mod share;
mod state;
mod text;
pub mod theme;
mod top_bar;
mod tour;
pub mod verdict;
mod verdict_card;
mod why;
mod widgets;
#[cfg(not(target_arch = "wasm32"))]
pub mod window;

#[cfg(test)]
mod tests;

pub use actions::{Action, Panel};
pub use app::{App, Shell, Trains};
