//! What all plots share: title, subtitle or read-out, one or two panels, the linked cursor, zoom and pan.

use super::curve::{Curve, Spec};
use super::draw::{self, Window};
use super::kept::Kept;
use super::{Drawing, Picture, Plot, Scene, header};
use crate::experiment::Arm;
use crate::experiment::view::{Layout, PlotKey};
use crate::ui::actions::Action;
use crate::ui::layout::Room;
use crate::ui::theme::{self, Palette};
use crate::ui::widgets::card_edge;
use egui::{Align2, Rect, Role, Sense, Stroke, Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2};
use std::collections::HashMap;

/// What is zoomed and where the cursor is: shared by all plots.
#[derive(Default)]
pub struct Looking {
    /// The horizontal range, if somebody chose one; all plots share it.
    x: Option<[f64; 2]>,
    /// Vertical ranges that somebody chose.
    y: HashMap<PlotKey, [f64; 2]>,
    /// The step under the pointer, as of the last frame.
    cursor: Option<f64>,
    /// The step under the pointer in this frame, so far.
    next_cursor: Option<f64>,
    /// The corner in which a selection began.
    drag_from: Option<(PlotKey, egui::Pos2)>,
}

/// What the plots remember.
#[derive(Default)]
pub struct PlotsState {
    /// Zoom and cursor.
    pub looking: Looking,
    /// What is derived and kept.
    pub kept: Kept,
}

impl PlotsState {
    /// To be called once a frame, before the plots are drawn; `starts` as the session counts them.
    pub fn begin_frame(&mut self, starts: u64) {
        self.looking.cursor = self.looking.next_cursor.take();
        self.kept.begin_frame(starts);
    }

    /// Another experiment: nothing of the last one counts.
    pub fn forget(&mut self) {
        self.looking.fit();
        self.kept.forget();
    }
}

impl Looking {
    /// Shows everything again.
    pub fn fit(&mut self) {
        self.x = None;
        self.y.clear();
    }

    /// Whether a range was chosen.
    pub fn zoomed(&self) -> bool {
        self.x.is_some() || !self.y.is_empty()
    }
}

const LEFT: f32 = 58.0;
/// Left of a picture, which has no axis of its own there.
const PICTURE_LEFT: f32 = 14.0;
const RIGHT: f32 = 14.0;
const TOP: f32 = 54.0;
const BOTTOM: f32 = 26.0;
/// Between the panels of a split plot.
const MIDDLE: f32 = 16.0;

/// Draws one plot into `rect`.
pub fn plot_ui(
    ui: &mut Ui,
    rect: Rect,
    plot: &Plot,
    scene: &Scene<'_>,
    state: &mut Looking,
    actions: &mut Vec<Action>,
) {
    if !ui.is_rect_visible(rect) {
        return;
    }
    card_edge(ui, rect);
    match plot.drawing {
        Drawing::Series(spec) => series_ui(ui, rect, plot, &spec(scene), scene, state, actions),
        Drawing::Picture(picture) => picture_ui(ui, rect, plot, picture(scene), actions),
    }
}

fn picture_ui(ui: &mut Ui, rect: Rect, plot: &Plot, picture: Picture<'_>, actions: &mut Vec<Action>) {
    let p = Palette::now(ui);
    header::title_ui(ui, rect, picture.title, header::words(&p, picture.subtitle));
    let inner = Rect::from_min_max(rect.min + vec2(PICTURE_LEFT, TOP), rect.max - vec2(RIGHT, PICTURE_LEFT));
    let response = ui.interact(inner, egui::Id::unique(("picture", plot.key)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::GraphicsObject, true, picture.title));
    match picture.draw {
        Ok(draw) => {
            // A child, not a scope: the card is placed already, and the cursor below all plots must stay where it is.
            let mut ui = ui.new_child(UiBuilder::new().max_rect(inner).id_salt(("in", plot.key)));
            draw(&mut ui, inner, actions);
        }
        Err(why) => {
            ui.painter().text(inner.center(), Align2::CENTER_CENTER, why, theme::regular(12.0), p.quiet);
        }
    }
}

fn series_ui(
    ui: &mut Ui,
    rect: Rect,
    plot: &Plot,
    spec: &Spec<'_>,
    scene: &Scene<'_>,
    state: &mut Looking,
    actions: &mut Vec<Action>,
) {
    let p = Palette::now(ui);
    let inner = Rect::from_min_max(rect.min + vec2(LEFT, TOP), rect.max - vec2(RIGHT, BOTTOM));
    let x = state.x.or(spec.x).unwrap_or([0.0, scene.end]);
    let y = state.y.get(&plot.key).copied().unwrap_or_else(|| draw::fitted(spec, x, inner.height()));
    let split = spec.splits && scene.layout == Layout::SideBySide;
    let windows: Vec<(Window, Option<usize>)> = if split {
        let width = (inner.width() - MIDDLE) / 2.0;
        (0..2)
            .map(|half| {
                let left = inner.left() + half as f32 * (width + MIDDLE);
                let rect = Rect::from_min_size(pos2(left, inner.top()), vec2(width, inner.height()));
                (Window { rect, x, y }, Some(half))
            })
            .collect()
    } else {
        vec![(Window { rect: inner, x, y }, None)]
    };
    let line = match state.cursor {
        Some(step) => header::readout(&p, spec, step),
        None => header::words(&p, spec.subtitle.clone()),
    };
    header::title_ui(ui, rect, spec.title, line);
    if header::corner_ui(ui, rect, plot, scene, state.zoomed(), actions) {
        state.fit();
    }
    let nothing = spec.curves.iter().all(|c| c.points.is_empty() || (c.arm.is_none() && !c.fitted));
    if nothing {
        ui.painter().text(inner.center(), Align2::CENTER_CENTER, spec.empty, theme::regular(12.0), p.quiet);
        return;
    }
    for (window, half) in &windows {
        panel_ui(ui, &p, rect, window, *half, spec, scene, state.cursor);
    }
    for (i, (window, _)) in windows.iter().enumerate() {
        interact(ui, plot.key, i, window, spec, state);
    }
}

#[expect(clippy::too_many_arguments, reason = "one drawing function with nothing to remember")]
fn panel_ui(
    ui: &Ui,
    p: &Palette,
    card: Rect,
    window: &Window,
    half: Option<usize>,
    spec: &Spec<'_>,
    scene: &Scene<'_>,
    cursor: Option<f64>,
) {
    let painter = ui.painter();
    draw::grid(painter, p, window, spec.scale, half != Some(1));
    let bounds = if half.is_some() { window.rect.expand2(vec2(6.0, 0.0)) } else { card.shrink(8.0) };
    draw::steps_axis(painter, p, window, bounds);
    draw::changes(painter, p, window, scene.session.experiment.changes.iter().map(|c| c.step));
    let here = |curve: &&Curve<'_>| half.is_none_or(|h| curve.half == h);
    draw::zero_line(painter, p, window, spec.zero, half != Some(1));
    draw::curves(painter, p, window, spec.zero, spec.curves.iter().filter(here));
    draw::tags(painter, p, window, spec, half);
    if let Some(half) = half {
        let arm = [Arm::Wd, Arm::Exp][half];
        let at = window.rect.left_top() + vec2(4.0, -2.0);
        painter.text(at, Align2::LEFT_TOP, arm.label(), theme::regular(10.5), p.arm_text(arm));
    }
    if let Some(step) = cursor.filter(|s| (window.x[0]..=window.x[1]).contains(s)) {
        let x = painter.round_to_pixel_center(window.place(step.round(), window.y[0]).x);
        painter.vline(x, window.rect.y_range(), Stroke::new(1.0, p.quiet));
        for curve in spec.curves.iter().filter(here).filter(|c| c.read) {
            let (Some(arm), Some((at, value))) = (curve.arm, curve.points.nearest(step)) else { continue };
            let value = draw::shown(value, spec.zero);
            if value.is_finite() && (window.y[0]..=window.y[1]).contains(&value) {
                painter.circle(window.place(at, value), 3.0, p.page, Stroke::new(1.6, p.arm(arm)));
            }
        }
    }
}

/// Cursor, zoom and pan. A drag selects what to zoom to; with shift, or the other button, it pans; a double click fits.
/// Fingers scroll the page, pinch to zoom and tap for the cursor.
fn interact(ui: &Ui, key: PlotKey, panel: usize, window: &Window, spec: &Spec<'_>, state: &mut Looking) {
    // A widget that drags would keep fingers from scrolling the page; and where it was pressed is decided by what it sensed
    // in the frame before.
    let fingers =
        ui.input(egui::InputState::has_touch_screen) || Room::of(ui.ctx().content_rect().width()) == Room::Narrow;
    let sense = if fingers { Sense::click() } else { Sense::click_and_drag() };
    let response = ui.interact(window.rect, egui::Id::unique(("plot", key, panel)), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::GraphicsObject, true, spec.title));
    let pointer = response.hover_pos().or(response.interact_pointer_pos());
    if let Some(at) = pointer.filter(|_| response.contains_pointer() || response.dragged()) {
        state.next_cursor = Some(window.step_at(at.x).clamp(window.x[0], window.x[1]));
    }
    if response.double_clicked() {
        state.fit();
        return;
    }
    if response.contains_pointer()
        && let Some(at) = pointer
    {
        let zoom = ui.input(|i| i.zoom_delta_2d());
        if zoom != Vec2::splat(1.0) {
            let step = window.step_at(at.x);
            state.x = Some(limit(window.x.map(|x| step + (x - step) / f64::from(zoom.x))));
        }
    }
    let pans = ui.input(|i| i.modifiers.shift) || response.dragged_by(egui::PointerButton::Secondary);
    if response.drag_started() && !pans {
        state.drag_from = response.interact_pointer_pos().map(|at| (key, at - response.drag_delta()));
    }
    if response.dragged() && pans && state.drag_from.is_none() {
        let delta = response.drag_delta();
        let dx = f64::from(delta.x / window.rect.width()) * (window.x[1] - window.x[0]);
        let dy = f64::from(delta.y / window.rect.height()) * (window.y[1] - window.y[0]);
        state.x = Some(limit(window.x.map(|x| x - dx)));
        state.y.insert(key, window.y.map(|y| y + dy));
    }
    let Some((_, from)) = state.drag_from.filter(|(k, _)| *k == key && (response.dragged() || response.drag_stopped()))
    else {
        return;
    };
    let Some(to) = response.interact_pointer_pos() else { return };
    let (from, to) = (from.clamp(window.rect.min, window.rect.max), to.clamp(window.rect.min, window.rect.max));
    // A mostly horizontal drag selects steps only.
    let flat = (from.y - to.y).abs() < 24.0;
    let mut selected = Rect::from_two_pos(from, to);
    if flat {
        selected = Rect::from_x_y_ranges(selected.x_range(), window.rect.y_range());
    }
    if response.drag_stopped() {
        state.drag_from = None;
        if selected.width() > 6.0 {
            state.x = Some(limit([window.step_at(selected.left()), window.step_at(selected.right())]));
            if !flat {
                state.y.insert(key, [window.value_at(selected.bottom()), window.value_at(selected.top())]);
            }
        }
    } else {
        let p = Palette::now(ui);
        let stroke = Stroke::new(1.0, p.quiet);
        ui.painter().rect(selected, 2, p.quiet.gamma_multiply(0.12), stroke, egui::StrokeKind::Inside);
    }
}

/// A horizontal range of at least a few steps that does not end before step 0.
fn limit([from, to]: [f64; 2]) -> [f64; 2] {
    let (from, to) = (from.max(0.0), to.max(4.0));
    if to - from < 4.0 { [from, from + 4.0] } else { [from, to] }
}
