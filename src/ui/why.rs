//! Why it is true: the invariant, and a proof that fits on a card.

use super::actions::{Action, Panel};
use super::layout::Room;
use super::state::UiState;
use super::theme::{self, Palette};
use super::widgets::{Weight, button, card};
use egui::{Align, Layout, Margin, RichText, Ui, vec2};

const INVARIANT: &str = "θ = u θ̃,   v = ṽ/u + q θ̃";

const PROOF: [(&str, &str); 3] = [
    (
        "Normalisation forgets scale: f(cθ) = f(θ), so the gradient at θ = u θ̃ is g = g̃/u.",
        "γv + g + λθ  =  (γṽ + g̃)/u + (γq + λu) θ̃  =  ṽ′/u + q′θ̃",
    ),
    (
        "The step leaves a multiple of the twin's step, if the twin uses η̃ = η/(u u′).",
        "θ′  =  u θ̃ − η q′θ̃ − (η/u) ṽ′  =  u′(θ̃ − η̃ ṽ′)  =  u′θ̃′",
    ),
    ("With that the buffers agree again, and the next step begins as this one did.", "ṽ′/u + q′θ̃  =  ṽ′/u′ + q′θ̃′"),
];

/// The card below the plots.
pub fn why_card_ui(ui: &mut Ui, state: &UiState, room: Room, actions: &mut Vec<Action>) {
    card(ui, Margin::symmetric(16, 12), |ui| {
        ui.set_width(ui.available_width());
        if room == Room::Wide {
            let line = vec2(ui.available_width(), 38.0);
            ui.allocate_ui_with_layout(line, Layout::left_to_right(Align::Center), |ui| {
                title_ui(ui);
                ui.add_space(14.0);
                invariant_ui(ui);
                ui.add_space(14.0);
                let width = ui.available_width() - 330.0;
                ui.allocate_ui_with_layout(vec2(width, 40.0), Layout::left_to_right(Align::Center), words_ui);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    try_ui(ui);
                    ui.add_space(8.0);
                    toggle_ui(ui, state, actions);
                });
            });
        } else {
            ui.horizontal(|ui| {
                title_ui(ui);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| toggle_ui(ui, state, actions));
            });
            invariant_ui(ui);
            words_ui(ui);
            try_ui(ui);
        }
        if state.why {
            proof_ui(ui);
        }
    });
}

fn title_ui(ui: &mut Ui) {
    let p = Palette::now(ui);
    ui.label(RichText::new("Why").font(theme::bold(12.5)).color(p.ink));
}

fn invariant_ui(ui: &mut Ui) {
    let p = Palette::now(ui);
    ui.label(RichText::new(INVARIANT).size(15.0).color(p.ink));
}

fn words_ui(ui: &mut Ui) {
    let p = Palette::now(ui);
    let words = "u is one number that feels weight decay and momentum but no gradient, so it is known in advance. The \
                 network cannot see it: normalisation cancels scale.";
    ui.add(egui::Label::new(RichText::new(words).color(p.quiet)).wrap());
}

fn try_ui(ui: &mut Ui) {
    let p = Palette::now(ui);
    ui.label(RichText::new("Try: drag λ while it runs").color(p.ink));
}

fn toggle_ui(ui: &mut Ui, state: &UiState, actions: &mut Vec<Action>) {
    let text = if state.why { "Hide the proof" } else { "Three lines of proof" };
    if button(ui, None, text, text, Weight::Plain, true).clicked() {
        actions.push(Action::Panel(Panel::Why, !state.why));
    }
}

fn proof_ui(ui: &mut Ui) {
    let p = Palette::now(ui);
    ui.add_space(8.0);
    let rule =
        "Each step:  q′ = γq + λu,  u′ = u − ηq′,  from u = 1, q = 0. The twin takes η̃ = η/(u u′) and no weight decay.";
    ui.add(egui::Label::new(RichText::new(rule).color(p.ink)).wrap());
    for (i, (words, formula)) in PROOF.into_iter().enumerate() {
        ui.add_space(4.0);
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(format!("{}.", i + 1)).font(theme::bold(13.0)).color(p.quiet));
            ui.label(RichText::new(words).color(p.quiet));
            ui.label(RichText::new(formula).color(p.ink));
        });
    }
    ui.add_space(4.0);
    let scope = "It holds for every η, λ, γ, changing as they like, as long as u stays positive: inside λη ≤ (1 − √γ)² it \
                 does for ever. Li & Arora, An Exponential Learning Rate Schedule for Deep Learning, ICLR 2020.";
    ui.add(egui::Label::new(RichText::new(scope).color(p.quiet)).wrap());
}
