//! The page: what stands where at each size.

use super::actions::Action;
use super::controls;
use super::layout::{self, GAP, Room, TOP_BAR};
use super::notices::notices_ui;
use super::plots::{self, Scene, chooser::chooser_ui, ticks};
use super::state::{Symbol, UiState};
use super::theme::{self, Palette};
use super::top_bar;
use super::tour::tour_ui;
use super::verdict::verdict;
use super::verdict_card::verdict_ui;
use super::why::why_card_ui;
use super::widgets::{card, card_title};
use crate::experiment::view::PlotKey;
use crate::session::{Session, recorded};
use egui::containers::scroll_area::ScrollSource;
use egui::{Align, CentralPanel, Frame, Layout, Margin, Panel, Rect, RichText, ScrollArea, Sense, Stroke, Ui, vec2};

/// Below this height of the window the sheet at the bottom holds the transport only, points.
const LOW: f32 = 560.0;

const CARD_MARGIN: Margin = Margin { left: 14, right: 14, top: 11, bottom: 11 };

/// Everything but the panels above it.
pub fn page_ui(ui: &mut Ui, session: &Session, state: &mut UiState, actions: &mut Vec<Action>) {
    let room = Room::of(ui.ctx().content_rect().width());
    let p = Palette::now(ui);
    let margin = if room == Room::Narrow { 12 } else { 16 };
    let bar = Frame::NONE.inner_margin(Margin::symmetric(margin, 0));
    let response = Panel::top("top bar").exact_size(TOP_BAR).frame(bar).show_separator_line(false).show(ui, |ui| {
        top_bar::top_bar_ui(ui, session, state, room, actions);
    });
    let edge = response.response.rect;
    ui.painter().hline(edge.x_range(), edge.bottom() - 0.5, Stroke::new(1.0, p.hairline));
    if room == Room::Narrow {
        narrow_ui(ui, session, state, actions);
    } else {
        desk_ui(ui, session, state, room, actions);
    }
}

fn desk_ui(ui: &mut Ui, session: &Session, state: &mut UiState, room: Room, actions: &mut Vec<Action>) {
    let width = room.controls_width();
    // No fill: the page is cleared to this colour, and software that draws pays for every pixel.
    let side = Frame::NONE.inner_margin(Margin { left: 16, right: 0, top: 14, bottom: 0 });
    Panel::left("controls").exact_size(width + 16.0).resizable(false).show_separator_line(false).frame(side).show(
        ui,
        |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = GAP;
                // Less where a scroll bar stands beside it.
                ui.set_max_width(ui.available_width().min(width));
                controls_ui(ui, session, state, actions);
                ui.add_space(4.0);
            });
        },
    );
    let main = Frame::NONE.inner_margin(Margin { left: 12, right: 16, top: 14, bottom: 0 });
    CentralPanel::default().frame(main).show(ui, |ui| {
        let height = ui.available_height() - 14.0;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = GAP;
            let top = ui.cursor().top();
            verdict_ui(ui, &verdict(session), room, actions);
            tour_ui(ui, session, state, room, actions);
            notices_ui(ui, session, state, actions);
            if room == Room::Medium {
                status_ui(ui, session, state);
            }
            let below = ui.data(|d| d.get_temp::<f32>(egui::Id::unique("why height"))).unwrap_or(66.0);
            let order = state.view.shown().to_vec();
            let rows = order.len().div_ceil(room.columns());
            let plot = layout::plot_height(height - (ui.cursor().top() - top), below, rows);
            plots_ui(ui, session, state, &order, room.columns(), plot, actions);
            let before = ui.cursor().top();
            card(ui, CARD_MARGIN, |ui| {
                ui.set_width(ui.available_width());
                chooser_ui(ui, &state.view, false, actions);
            });
            let chooser = ui.cursor().top() - before;
            why_card_ui(ui, state, room, actions);
            let closed = if state.why { chooser + 66.0 } else { ui.cursor().top() - before - GAP };
            ui.data_mut(|d| d.insert_temp(egui::Id::unique("why height"), closed));
            ui.add_space(4.0);
        });
    });
}

fn narrow_ui(ui: &mut Ui, session: &Session, state: &mut UiState, actions: &mut Vec<Action>) {
    let p = Palette::now(ui);
    // A sheet with the sliders must leave room for something to see.
    let low = ui.ctx().content_rect().height() < LOW;
    let sheet = Frame::NONE
        .fill(p.page)
        .stroke(Stroke::new(1.0, p.hairline))
        .corner_radius(egui::CornerRadius { nw: 14, ne: 14, sw: 0, se: 0 })
        .inner_margin(Margin { left: 16, right: 16, top: 10, bottom: 12 });
    let response = Panel::bottom("sheet").resizable(false).show_separator_line(false).frame(sheet).show(ui, |ui| {
        sheet_ui(ui, session, state, low, actions);
    });
    // A panel is placed by its height in the last frame: where that was another, this frame is drawn again.
    let height = response.response.rect.height();
    let id = egui::Id::unique("sheet height");
    if ui.data_mut(|d| std::mem::replace(d.get_temp_mut_or(id, height), height)) != height {
        ui.ctx().request_discard("the sheet changed its height");
    }
    let main = Frame::NONE.inner_margin(Margin { left: 12, right: 12, top: 10, bottom: 0 });
    CentralPanel::default().frame(main).show(ui, |ui| {
        // Always, not only once a finger was seen: else the first swipe would be lost.
        ScrollArea::vertical().scroll_source(ScrollSource::ALL).auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = GAP;
            verdict_ui(ui, &verdict(session), Room::Narrow, actions);
            tour_ui(ui, session, state, Room::Narrow, actions);
            notices_ui(ui, session, state, actions);
            ui.horizontal(|ui| {
                top_bar::layout_ui(ui, state, actions);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.label(RichText::new(top_bar::progress(session)).size(12.0).color(p.quiet));
                });
            });
            plots_ui(ui, session, state, &plots::narrow_order(state.view.shown()), 1, 222.0, actions);
            card(ui, CARD_MARGIN, |ui| {
                ui.set_width(ui.available_width());
                chooser_ui(ui, &state.view, true, actions);
            });
            ui.horizontal(|ui| top_bar::engine_ui(ui, session, state));
            if low {
                card(ui, CARD_MARGIN, |ui| {
                    card_title(ui, "Weight-decay run");
                    controls::sliders_ui(ui, session, state, actions);
                });
            }
            card(ui, CARD_MARGIN, |ui| {
                card_title(ui, "Schedule");
                controls::schedule_ui(ui, session, state, actions);
            });
            twin_and_runs_ui(ui, session, state, actions);
            why_card_ui(ui, state, Room::Narrow, actions);
            ui.add_space(8.0);
        });
    });
}

/// The sheet at the bottom of a phone: transport, α, sliders.
fn sheet_ui(ui: &mut Ui, session: &Session, state: &mut UiState, low: bool, actions: &mut Vec<Action>) {
    // What the twin does follows from the η that drives the next step, not from the slider's alone.
    let h = session.driven(state.shown_hyper(session));
    let lit = state.lit == Some(Symbol::Alpha);
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.horizontal(|ui| {
        top_bar::transport_ui(ui, session, Room::Narrow, actions);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| controls::alpha_ui(ui, h, 17.0, lit));
    });
    if let Some(sentence) = controls::ending(session, h) {
        let p = Palette::now(ui);
        ui.label(RichText::new(sentence).font(theme::bold(12.0)).color(p.warn));
    }
    if !low {
        ui.add_space(4.0);
        controls::sliders_ui(ui, session, state, actions);
    }
}

fn controls_ui(ui: &mut Ui, session: &Session, state: &mut UiState, actions: &mut Vec<Action>) {
    card(ui, CARD_MARGIN, |ui| {
        card_title(ui, "Weight-decay run");
        controls::sliders_ui(ui, session, state, actions);
        ui.add_space(4.0);
        controls::schedule_ui(ui, session, state, actions);
    });
    twin_and_runs_ui(ui, session, state, actions);
}

fn twin_and_runs_ui(ui: &mut Ui, session: &Session, state: &mut UiState, actions: &mut Vec<Action>) {
    // What the twin does follows from the η that drives the next step, not from the slider's alone.
    let h = session.driven(state.shown_hyper(session));
    let lit = state.lit == Some(Symbol::Alpha);
    card(ui, CARD_MARGIN, |ui| controls::twin_card_ui(ui, session, h, lit));
    card(ui, CARD_MARGIN, |ui| controls::runs_card_ui(ui, session, state, actions));
    card(ui, CARD_MARGIN, |ui| controls::experiment_card_ui(ui, session, state, actions));
}

/// Where the top bar has no room for it.
fn status_ui(ui: &mut Ui, session: &Session, state: &UiState) {
    let p = Palette::now(ui);
    ui.horizontal(|ui| {
        ui.label(RichText::new(top_bar::progress(session)).color(p.quiet));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| top_bar::engine_ui(ui, session, state));
    });
}

fn plots_ui(
    ui: &mut Ui,
    session: &Session,
    state: &mut UiState,
    order: &[PlotKey],
    columns: usize,
    height: f32,
    actions: &mut Vec<Action>,
) {
    let rows = order.len().div_ceil(columns);
    let size = vec2(ui.available_width(), rows as f32 * (height + GAP) - GAP);
    let (all, _) = ui.allocate_exact_size(size, Sense::hover());
    let width = (size.x - GAP * (columns as f32 - 1.0)) / columns as f32;
    let recorded = recorded::ahead_of(session);
    let scene = Scene {
        session,
        hyper: state.shown_hyper(session),
        group: state.view.group.min(session.network.groups.len().saturating_sub(1)),
        raw: state.view.raw,
        normalised: state.view.normalised,
        watched: state.watched.unwrap_or(session.watched),
        layout: state.view.layout,
        recorded,
        end: ticks::x_end(recorded.map_or(session.steps_done, |run| run.end)),
        kept: &state.plots.kept,
    };
    for (place, plot) in order.iter().filter_map(|&key| plots::plot_of(key)).enumerate() {
        let at = vec2((place % columns) as f32 * (width + GAP), (place / columns) as f32 * (height + GAP));
        let rect = Rect::from_min_size(all.min + at, vec2(width, height));
        if state.arrived == Some(plot.key) {
            ui.scroll_to_rect(rect, None);
            state.arrived = None;
        }
        plots::plot_ui(ui, rect, plot, &scene, &mut state.plots.looking, actions);
    }
}
