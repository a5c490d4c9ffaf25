//! What needs a restart to change: it is collected here, said aloud, and never done silently.

use super::entry::entry_ui;
use super::network_rows::{can_be_trained, network_rows_ui};
use crate::experiment::{Arm, EngineChoice, Experiment, Precision, limits};
use crate::model::Activation;
use crate::session::Session;
use crate::ui::actions::Action;
use crate::ui::state::UiState;
use crate::ui::text;
use crate::ui::theme::{self, Palette};
use crate::ui::widgets::{Weight, button, card_title, choice, row};
use egui::{RichText, Ui};
use std::ops::RangeInclusive;

const ENGINES: [(EngineChoice, &str); 3] =
    [(EngineChoice::Auto, "fastest"), (EngineChoice::Cpu, "CPU"), (EngineChoice::Gpu, "GPU")];
const PRECISIONS: [(Precision, &str); 2] = [(Precision::F32, "f32"), (Precision::F64, "f64")];

/// The card's content.
pub fn experiment_card_ui(ui: &mut Ui, session: &Session, state: &mut UiState, actions: &mut Vec<Action>) {
    let p = Palette::now(ui);
    ui.spacing_mut().item_spacing.y = 1.0;
    card_title(ui, "Experiment");
    ui.add_space(3.0);
    let mut wish = state.shown_experiment(session);
    ui.scope(|ui| rows_ui(ui, session, &mut wish, actions));
    if wish == session.experiment {
        state.draft = None;
        return;
    }
    let possible = can_be_trained(session, &wish);
    state.draft = Some(Box::new(wish));
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        let sentence =
            RichText::new("Changed: press R to start over.").font(theme::bold(11.5)).color(p.arm_text(Arm::Wd));
        ui.label(sentence);
    });
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        if button(ui, None, "Start over", "Start over with the changed experiment", Weight::Primary, possible).clicked()
        {
            actions.push(Action::Replay);
        }
        if button(ui, None, "Undo", "Undo the changes to the experiment", Weight::Plain, true).clicked() {
            state.draft = None;
        }
    });
}

fn rows_ui(ui: &mut Ui, session: &Session, wish: &mut Experiment, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = 5.0;
    network_rows_ui(ui, session, wish, actions);
    row(ui, "activation", |ui| {
        let all = Activation::ALL.map(|a| (a, a.label()));
        if let Some(a) = choice(ui, "activation", wish.activation, &all) {
            wish.activation = a;
        }
    });
    row(ui, "batch · seed", |ui| {
        whole(ui, "seed", &mut wish.seed, 0..=u32::MAX, actions);
        dot(ui);
        whole(ui, "batch", &mut wish.batch, limits::BATCH, actions);
    });
    row(ui, "ε · head norm", |ui| {
        number(ui, "head norm", &mut wish.head_norm, limits::HEAD_NORM, actions);
        dot(ui);
        number(ui, "epsilon", &mut wish.epsilon, limits::EPSILON, actions);
    });
    row(ui, "engine · precision", |ui| {
        if let Some(x) = choice(ui, "precision", wish.precision, &PRECISIONS) {
            wish.precision = x;
        }
        dot(ui);
        if let Some(x) = choice(ui, "engine", wish.engine, &ENGINES) {
            wish.engine = x;
        }
    });
    row(ui, "steps", |ui| whole(ui, "steps", &mut wish.steps, limits::STEPS, actions));
}

/// Between two values of one row.
pub(super) fn dot(ui: &mut Ui) {
    let p = Palette::now(ui);
    ui.label(RichText::new("·").color(p.quiet));
}

/// A typed number within limits; a sentence where it was not.
fn number(ui: &mut Ui, name: &str, value: &mut f64, limits: RangeInclusive<f64>, actions: &mut Vec<Action>) {
    let Some(typed) = entry_ui(ui, name, &short(*value), 60.0) else { return };
    let Some(x) = text::parse(&typed) else {
        actions.push(Action::Notice(format!("“{typed}” is not a number; {name} stays as it is.")));
        return;
    };
    *value = x.clamp(*limits.start(), *limits.end());
    if *value != x {
        actions.push(Action::Notice(format!("{name} = {typed} was asked for; it is limited to {}.", short(*value))));
    }
}

/// A typed whole number within limits.
pub(super) fn whole<T>(ui: &mut Ui, name: &str, value: &mut T, limits: RangeInclusive<T>, actions: &mut Vec<Action>)
where
    T: Copy + Ord + TryFrom<u64> + Into<Whole>,
{
    let shown = (*value).into().0;
    let Some(typed) = entry_ui(ui, name, &text::thousands(shown), 60.0) else { return };
    let digits: String = typed.chars().filter(|c| !matches!(c, ',' | ' ' | '\u{2009}')).collect();
    let Ok(x) = digits.parse::<u64>() else {
        actions.push(Action::Notice(format!("“{typed}” is not a whole number; {name} stays as it is.")));
        return;
    };
    let limited = T::try_from(x).unwrap_or(*limits.end()).clamp(*limits.start(), *limits.end());
    *value = limited;
    if limited.into().0 != x {
        actions.push(Action::Notice(format!("{name} = {typed} was asked for; it is limited to {}.", limited.into().0)));
    }
}

/// A whole number of whatever type, to be shown.
pub(super) struct Whole(u64);

impl From<u32> for Whole {
    fn from(x: u32) -> Self {
        Self(x.into())
    }
}

impl From<u64> for Whole {
    fn from(x: u64) -> Self {
        Self(x)
    }
}

impl From<usize> for Whole {
    fn from(x: usize) -> Self {
        Self(x as u64)
    }
}

/// As short as it can be said exactly.
fn short(x: f64) -> String {
    if x != 0.0 && !(1e-4..1e6).contains(&x.abs()) { format!("{x:e}") } else { x.to_string() }
}
