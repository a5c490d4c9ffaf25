//! The keys of the page.

use super::actions::{Action, Panel};
use super::state::UiState;
use egui::{Context, Key, Modifiers};

/// What each key does, for the help.
pub const HELP: [(&str, &str); 7] = [
    ("space", "play and pause"),
    (".", "one step"),
    ("r", "replay from step 0, with the recorded changes"),
    ("shift r", "start over with the present values"),
    ("s", "share: the link to exactly this"),
    ("?", "this help"),
    ("esc", "close what is open"),
];

/// Collects what was typed, unless somebody types into a field.
pub fn keys(ctx: &Context, state: &UiState, actions: &mut Vec<Action>) {
    if ctx.text_edit_focused() {
        return;
    }
    let press = |modifiers, key| ctx.input_mut(|i| i.consume_key(modifiers, key));
    // A focused button or slider keeps its own keys; space belongs to it.
    let focused = ctx.memory(|m| m.focused().is_some());
    if !focused && press(Modifiers::NONE, Key::Space) {
        actions.push(Action::TogglePlay);
    }
    if press(Modifiers::NONE, Key::Period) {
        actions.push(Action::Step);
    }
    if press(Modifiers::SHIFT, Key::R) {
        actions.push(Action::StartOver);
    } else if press(Modifiers::NONE, Key::R) {
        actions.push(Action::Replay);
    }
    if press(Modifiers::NONE, Key::S) {
        actions.push(Action::Panel(Panel::Share, !state.share));
    }
    if press(Modifiers::SHIFT, Key::Questionmark) || press(Modifiers::NONE, Key::Questionmark) {
        actions.push(Action::Panel(Panel::Help, !state.help));
    }
    if press(Modifiers::NONE, Key::Escape) {
        for panel in [Panel::Help, Panel::Share, Panel::Why] {
            actions.push(Action::Panel(panel, false));
        }
    }
}
