//! Keys, gestures, and what one is looking at.

use super::actions::{Action, Panel};
use super::keys;
use super::state::UiState;
use super::theme::{self, Palette};
use super::widgets::panel_frame;
use egui::{Context, Id, Modal, RichText, ScrollArea, Ui};

const PLOTS: [(&str, &str); 4] = [
    ("drag", "zoom to what is selected"),
    ("shift drag", "move what is shown"),
    ("ctrl scroll, pinch", "zoom at the pointer"),
    ("double click", "fit everything again"),
];

/// The panel, while it is open.
pub fn help_ui(ctx: &Context, state: &UiState, actions: &mut Vec<Action>) {
    if !state.help {
        return;
    }
    let modal = Modal::new(Id::unique("help")).frame(panel_frame(ctx)).show(ctx, |ui| {
        let room = ctx.content_rect().size();
        ui.set_max_width(460.0_f32.min(room.x - 60.0));
        ScrollArea::vertical().max_height(room.y - 80.0).show(ui, contents_ui);
    });
    if modal.should_close() {
        actions.push(Action::Panel(Panel::Help, false));
    }
}

fn contents_ui(ui: &mut Ui) {
    let p = Palette::now(ui);
    ui.label(RichText::new("What this is").font(theme::bold(15.0)).color(p.ink));
    let words = "Two networks train side by side on the same images. One has weight decay and a learning rate that you \
                     choose; the other has no weight decay and a learning rate that grows by the same factor at every step, \
                     without end. They compute the same function. A control shows how far rounding alone parts two runs; \
                     the ablation shows that dropping weight decay without the growing rate is another experiment.";
    ui.add(egui::Label::new(RichText::new(words).color(p.quiet)).wrap());
    table(ui, "Keys", &keys::HELP);
    table(ui, "Plots", &PLOTS);
    table(
        ui,
        "Sliders",
        &[
            ("click a number", "type it; any value within the limits"),
            ("shaded", "there the twin would end, as predicted from its present state"),
        ],
    );
    table(
        ui,
        "Long runs",
        &[
            ("hidden tab", "training goes on; nothing is drawn until it is seen again"),
            ("beyond 8,192 steps", "older steps are thinned, with their extremes; the table says so"),
        ],
    );
    ui.add_space(8.0);
    let sources = "After Z. Li and S. Arora, An Exponential Learning Rate Schedule for Deep Learning, ICLR 2020 (arXiv \
                   1910.07454). Images: Fashion-MNIST, © 2017 Zalando SE, MIT licence.";
    ui.add(egui::Label::new(RichText::new(sources).color(p.quiet)).wrap());
}

fn table(ui: &mut Ui, title: &str, rows: &[(&str, &str)]) {
    let p = Palette::now(ui);
    ui.add_space(8.0);
    ui.label(RichText::new(title).font(theme::bold(12.0)).color(p.ink));
    egui::Grid::new(title).num_columns(2).min_col_width(112.0).spacing([16.0, 3.0]).show(ui, |ui| {
        for (key, what) in rows {
            ui.label(RichText::new(*key).color(p.ink));
            ui.add(egui::Label::new(RichText::new(*what).color(p.quiet)).wrap());
            ui.end_row();
        }
    });
}
