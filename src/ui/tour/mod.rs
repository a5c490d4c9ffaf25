//! The tour: one card a preset, with a few sentences, the formula behind it and something to try.

mod ask;
mod facts;
mod formula;
mod texts;

use super::actions::Action;
use super::icons::Icon;
use super::layout::Room;
use super::state::{Symbol, UiState};
use super::theme::{self, Palette};
use super::widgets::{Weight, button, card};
use crate::experiment::{Preset, preset};
use crate::session::Session;
use egui::{Align, Grid, Label, Layout, Margin, RichText, Ui};
use texts::Text;

/// Height of a row with buttons, points.
const BUTTON: f32 = 30.0;

/// The card, where a preset is open.
pub fn tour_ui(ui: &mut Ui, session: &Session, state: &UiState, room: Room, actions: &mut Vec<Action>) {
    let found = state.preset.and_then(|key| Some((place_of(key)?, texts::of_key(key)?)));
    let lit = found.and_then(|(place, text)| {
        let margin = if room == Room::Narrow { Margin::symmetric(16, 12) } else { Margin::symmetric(18, 11) };
        card(ui, margin, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 6.0;
            contents_ui(ui, session, state, (place, text), room, actions)
        })
    });
    if lit != state.lit {
        actions.push(Action::Light(lit));
    }
}

/// What opens the tour, or closes it.
pub fn toggle(state: &UiState) -> Option<Action> {
    match state.preset {
        None => preset::ALL.first().map(|first| Action::OpenPreset(first.key)),
        Some(_) => Some(Action::ClosePreset),
    }
}

fn place_of(key: &str) -> Option<usize> {
    preset::ALL.iter().position(|preset| preset.key == key)
}

/// Draws the card's content; the symbol somebody points at.
fn contents_ui(
    ui: &mut Ui,
    session: &Session,
    state: &UiState,
    (place, text): (usize, &Text),
    room: Room,
    actions: &mut Vec<Action>,
) -> Option<Symbol> {
    let p = Palette::now(ui);
    let shown = &preset::ALL[place];
    ui.horizontal(|ui| {
        ui.set_min_height(BUTTON);
        let title = RichText::new(shown.title).font(theme::bold(13.5)).color(p.ink);
        if room == Room::Narrow {
            let width = ui.available_width() - 42.0;
            ui.scope(|ui| {
                ui.set_max_width(width);
                ui.add(Label::new(title).wrap());
            });
        } else {
            ui.label(title);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if button(ui, Some(Icon::Close), "", "Close the tour", Weight::Plain, true).clicked() {
                actions.push(Action::ClosePreset);
            }
            if room != Room::Narrow {
                steps_ui(ui, place, actions);
            }
        });
    });
    let words = facts::filled(text.words, shown);
    ui.add(Label::new(RichText::new(words).color(p.ink)).wrap());
    if shown.key == facts::TAPERED {
        table_ui(ui, room);
    }
    let lit = formula::formula_ui(ui, text.formula);
    if room == Room::Narrow {
        ui.add(Label::new(RichText::new(text.question).color(p.quiet)).wrap());
        ask_ui(ui, session, state, text, actions);
        ui.horizontal(|ui| steps_ui(ui, place, actions));
    } else {
        ui.horizontal(|ui| {
            ui.set_min_height(BUTTON);
            ui.label(RichText::new(text.question).color(p.quiet));
            ask_ui(ui, session, state, text, actions);
        });
    }
    lit
}

/// Previous and next, and where it stands.
fn steps_ui(ui: &mut Ui, place: usize, actions: &mut Vec<Action>) {
    let p = Palette::now(ui);
    let before = place.checked_sub(1).map(|place| &preset::ALL[place]);
    let after = preset::ALL.get(place + 1);
    let step_ui = |ui: &mut Ui, words: &str, name: &str, to: Option<&Preset>, actions: &mut Vec<Action>| {
        let mut response = button(ui, None, words, name, Weight::Plain, to.is_some());
        if let Some(to) = to {
            response = response.on_hover_text(to.title);
            if response.clicked() {
                actions.push(Action::OpenPreset(to.key));
            }
        }
    };
    let next = |ui: &mut Ui, actions: &mut Vec<Action>| step_ui(ui, "Next", "Next preset", after, actions);
    let previous = |ui: &mut Ui, actions: &mut Vec<Action>| step_ui(ui, "Previous", "Previous preset", before, actions);
    let place = RichText::new(format!("{} of {}", place + 1, preset::ALL.len())).color(p.quiet);
    if ui.layout().prefer_right_to_left() {
        next(ui, actions);
        previous(ui, actions);
        ui.label(place);
    } else {
        previous(ui, actions);
        next(ui, actions);
        ui.label(place);
    }
}

/// The button that does what the question asks.
fn ask_ui(ui: &mut Ui, session: &Session, state: &UiState, text: &Text, actions: &mut Vec<Action>) {
    let label = text.ask.label();
    let open = !text.ask.is_done(text.key, session, state);
    if button(ui, None, &label, &label, Weight::Plain, open).clicked() {
        actions.extend(text.ask.actions(text.key, session));
    }
}

/// TEXP's learning rate at the corners of the paper's step decay.
fn table_ui(ui: &mut Ui, room: Room) {
    let p = Palette::now(ui);
    let (size, gap) = if room == Room::Narrow { (10.5, 5.0) } else { (12.0, 14.0) };
    Grid::new("tapered").num_columns(1 + facts::CORNERS.len()).min_col_width(0.0).spacing([gap, 1.0]).show(ui, |ui| {
        let cell = |ui: &mut Ui, words: String, ink| ui.label(RichText::new(words).size(size).color(ink));
        cell(ui, "epochs".into(), p.quiet);
        for epoch in facts::CORNERS {
            cell(ui, epoch.to_string(), p.quiet);
        }
        ui.end_row();
        cell(ui, "η̃".into(), p.quiet);
        for rate in facts::tapered() {
            cell(ui, rate, p.arm_text(crate::experiment::Arm::Exp));
        }
        ui.end_row();
    });
}
