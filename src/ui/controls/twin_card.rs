//! The twin in numbers: α, its growth, how far the border is. All from the sliders as they stand, before they are let go.

use super::quadratic::quadratic_ui;
use crate::experiment::Arm;
use crate::session::Session;
use crate::theory::ghost::HORIZON;
use crate::theory::{Ghost, Hyper, Regime, roots};
use crate::ui::text;
use crate::ui::theme::{self, BUTTON_RADIUS, Palette};
use crate::ui::widgets::{card_title, row};
use egui::{Align, Layout, Rect, RichText, Shape, Ui};

/// The sentence about the twin's future with `h` in force, if it has an end within sight.
pub fn ending(session: &Session, h: Hyper) -> Option<String> {
    if session.stop_of(Arm::Exp).is_some() {
        return None;
    }
    let ghost = session.ghost.unwrap_or_else(|| Ghost::new(true));
    let outside = matches!(roots::regime(h), Regime::Outside { .. });
    match ghost.steps_to_end(h, HORIZON) {
        Some(1) => Some("The twin ends at the next step.".into()),
        Some(n) => Some(format!("The twin ends in {} steps.", text::thousands(n))),
        None if outside => Some("The twin ends later than can be foreseen.".into()),
        None => None,
    }
}

/// α, large: or why there is none. `lit` where a formula points at it.
pub fn alpha_ui(ui: &mut Ui, h: Hyper, size: f32, lit: bool) {
    let p = Palette::now(ui);
    let behind = ui.painter().add(Shape::Noop);
    let mut covered = Rect::NOTHING;
    let orange = p.arm_text(Arm::Exp);
    match roots::regime(h) {
        Regime::Inside(r) => {
            let letter = RichText::new("α").font(theme::bold(size * 1.1)).color(orange);
            let digits = RichText::new(text::grouped(r.alpha, 6)).font(theme::bold(size)).color(p.ink);
            let parts = if ui.layout().prefer_right_to_left() { [digits, letter] } else { [letter, digits] };
            for part in parts {
                let response = ui.label(part).on_hover_text(format!("α = {:.15}", r.alpha));
                covered |= response.rect;
            }
        }
        Regime::Outside { .. } => {
            covered = ui.label(RichText::new("no real root").font(theme::bold(size * 0.8)).color(p.warn)).rect;
        }
    }
    if lit {
        ui.painter().set(behind, Shape::rect_filled(covered.expand(3.0), BUTTON_RADIUS, p.light(Arm::Exp)));
    }
}

/// The card's content; `lit` where a formula points at α.
pub fn twin_card_ui(ui: &mut Ui, session: &Session, h: Hyper, lit: bool) {
    let p = Palette::now(ui);
    ui.spacing_mut().item_spacing.y = 1.0;
    card_title(ui, "Its exponential twin");
    ui.add_space(3.0);
    ui.label(RichText::new("α is the larger root of x² − (1+γ−λη)x + γ").size(10.5).color(p.quiet));
    ui.horizontal(|ui| {
        ui.set_min_height(42.0);
        alpha_ui(ui, h, 22.0, lit);
        // α has as many digits as it has: the picture takes what is left, or the card would be wider than its neighbours.
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            quadratic_ui(ui, h, ui.available_width().min(92.0), 42.0);
        });
    });
    ui.add_space(2.0);
    let roots = match roots::regime(h) {
        Regime::Inside(r) => Some(r),
        Regime::Outside { .. } => None,
    };
    let value = |ui: &mut Ui, text: String| {
        ui.label(RichText::new(text).color(p.ink));
    };
    let or_dash = |x: Option<String>| x.unwrap_or_else(|| "–".into());
    row(ui, "smaller root γ/α", |ui| value(ui, or_dash(roots.map(|r| text::grouped(r.small, 6)))));
    row(ui, "a step", |ui| {
        value(ui, or_dash(roots.map(|r| format!("× {}", text::grouped(r.growth_per_step(), 6)))));
    });
    let steps = session.steps_per_epoch;
    let epoch = if steps > 0 { format!("an epoch ({} steps)", text::thousands(steps)) } else { "an epoch".into() };
    row(ui, &epoch, |ui| {
        let growth = roots.filter(|_| steps > 0).map(|r| text::from_log10(r.log10_growth(steps as f64), 4));
        value(ui, or_dash(growth.map(|g| format!("× {g}"))));
    });
    row(ui, "λη of its border (1−√γ)²", |ui| {
        let part = h.lr * h.weight_decay / roots::border(h.momentum);
        let color = if part > 1.0 { p.warn } else { p.ink };
        ui.label(RichText::new(format!("{} %", text::significant(100.0 * part, 2))).color(color));
    });
    row(ui, "now", |ui| {
        let mut ghost = session.ghost.unwrap_or_else(|| Ghost::new(session.experiment.rescaling));
        let next = ghost.advance(h).ok().filter(|_| session.stop_of(Arm::Exp).is_none());
        let text = next.map_or("–".into(), |step| text::from_log10(step.log10_lr, 3));
        ui.label(RichText::new(format!("η̃ = {text}")).color(p.arm_text(Arm::Exp)));
    });
    if let Some(sentence) = ending(session, h) {
        ui.add_space(3.0);
        ui.label(RichText::new(sentence).font(theme::bold(12.0)).color(p.warn));
    }
}
