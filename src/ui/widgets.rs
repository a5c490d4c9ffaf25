//! The few widgets the page is made of.

use super::icons::{self, Icon};
use super::plots::strokes::pattern;
use super::rounded::rounded;
use super::theme::{self, BUTTON_RADIUS, CARD_RADIUS, Dash, Palette};
use crate::experiment::Arm;
use egui::{
    Align, Color32, Frame, Layout, Margin, Rect, Response, RichText, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2,
    vec2,
};

/// A card with a hairline around it.
pub fn card<R>(ui: &mut Ui, margin: Margin, add: impl FnOnce(&mut Ui) -> R) -> R {
    // The hairline has a point of its own.
    let shown = Frame::NONE.inner_margin(margin + Margin::same(1)).show(ui, add);
    card_edge(ui, shown.response.rect);
    shown.inner
}

/// The hairline around a card.
pub fn card_edge(ui: &Ui, rect: Rect) {
    rounded(ui.painter(), rect, CARD_RADIUS, Color32::TRANSPARENT, Palette::now(ui).hairline);
}

/// The frame of a panel above the page.
pub fn panel_frame(ctx: &egui::Context) -> Frame {
    Frame::popup(&ctx.global_style()).corner_radius(12).inner_margin(Margin::symmetric(20, 18))
}

/// The small title of a card of controls.
pub fn card_title(ui: &mut Ui, text: &str) {
    let p = Palette::now(ui);
    ui.label(RichText::new(text).font(theme::bold(11.0)).color(p.quiet));
}

/// A line of quiet label and value.
pub fn row(ui: &mut Ui, label: &str, value: impl FnOnce(&mut Ui)) {
    let p = Palette::now(ui);
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 20.0), Layout::left_to_right(Align::Center), |ui| {
        ui.label(RichText::new(label).color(p.quiet));
        ui.with_layout(Layout::right_to_left(Align::Center), value);
    });
}

/// How much a button stands out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Filled with ink: one on a page.
    Primary,
    /// A hairline.
    Plain,
}

/// A button of an icon, a text or both. `name` is what it is called; `text` what it shows.
pub fn button(ui: &mut Ui, icon: Option<Icon>, text: &str, name: &str, weight: Weight, enabled: bool) -> Response {
    wide_button(ui, icon, text, name, weight, enabled, text)
}

/// A button as wide as if it showed `room_for`: one whose words change and whose neighbours must not move.
pub fn wide_button(
    ui: &mut Ui,
    icon: Option<Icon>,
    text: &str,
    name: &str,
    weight: Weight,
    enabled: bool,
    room_for: &str,
) -> Response {
    let p = Palette::now(ui);
    let font = theme::regular(13.0);
    let lay_out = |text: &str| ui.painter().layout_no_wrap(text.into(), font.clone(), Color32::PLACEHOLDER);
    let galley = (!text.is_empty()).then(|| lay_out(text));
    let text_width = if room_for.is_empty() { 0.0 } else { lay_out(room_for).size().x };
    let icon_width = if icon.is_some() { 12.0 } else { 0.0 };
    let gap = if icon.is_some() && galley.is_some() { 7.0 } else { 0.0 };
    let width = icon_width + gap + text_width + 22.0;
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(width, 30.0), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    let weight = if enabled { weight } else { Weight::Plain };
    let (fill, edge, ink) = match (weight, response.hovered() && enabled) {
        (Weight::Primary, false) => (p.ink, p.ink, p.page),
        (Weight::Primary, true) => (p.ink.gamma_multiply(0.85), p.ink, p.page),
        (Weight::Plain, false) => (Color32::TRANSPARENT, p.hairline, p.ink),
        (Weight::Plain, true) => (p.well, p.quiet.gamma_multiply(0.6), p.ink),
    };
    let ink = if enabled { ink } else { p.quiet.gamma_multiply(0.6) };
    let painter = ui.painter();
    rounded(painter, rect, BUTTON_RADIUS, fill, edge);
    focus_ring(ui, &response);
    let mut x = rect.left() + 11.0;
    if let Some(icon) = icon {
        icons::paint(painter, icon, icons::square(pos2(x + 6.0, rect.center().y), 12.0), ink);
        x += icon_width + gap;
    }
    if let Some(galley) = galley {
        painter.galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, ink);
    }
    response
}

/// Words to click on.
pub fn link(ui: &mut Ui, text: &str) -> Response {
    let p = Palette::now(ui);
    let galley = ui.painter().layout_no_wrap(text.into(), theme::regular(11.0), Color32::PLACEHOLDER);
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text));
    let ink = if response.hovered() { p.ink } else { p.arm_text(Arm::Wd) };
    ui.painter().galley(rect.min, galley, ink);
    focus_ring(ui, &response);
    response
}

/// Shows where the keyboard is.
pub fn focus_ring(ui: &Ui, response: &Response) {
    if response.has_focus() {
        let stroke = Stroke::new(1.5, Palette::now(ui).arm(Arm::Wd));
        ui.painter().rect_stroke(response.rect.expand(2.0), BUTTON_RADIUS + 2, stroke, egui::StrokeKind::Inside);
    }
}

/// A switch between two texts; returns the one clicked.
pub fn either(ui: &mut Ui, texts: [&str; 2], chosen: usize) -> Option<usize> {
    let p = Palette::now(ui);
    let galleys = texts.map(|t| ui.painter().layout_no_wrap(t.into(), theme::regular(13.0), Color32::PLACEHOLDER));
    let widths = [galleys[0].size().x + 22.0, galleys[1].size().x + 22.0];
    let (rect, _) = ui.allocate_exact_size(vec2(widths[0] + widths[1], 30.0), Sense::hover());
    rounded(ui.painter(), rect, BUTTON_RADIUS, Color32::TRANSPARENT, p.hairline);
    let mut clicked = None;
    let mut x = rect.left();
    for (i, galley) in galleys.into_iter().enumerate() {
        let part = egui::Rect::from_min_size(pos2(x, rect.top()), vec2(widths[i], rect.height()));
        x += widths[i];
        let response = ui.interact(part, egui::Id::unique(("either", texts[i])), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen == i, texts[i]));
        if chosen == i {
            rounded(ui.painter(), part.shrink(2.0), BUTTON_RADIUS - 2, p.track, Color32::TRANSPARENT);
        }
        let ink = if chosen == i || response.hovered() { p.ink } else { p.quiet };
        let size = galley.size();
        ui.painter().galley(part.center() - size / 2.0, galley, ink);
        focus_ring(ui, &response);
        if response.clicked() {
            clicked = Some(i);
        }
    }
    clicked
}

/// A square that is ticked or not.
pub fn tick(ui: &mut Ui, on: bool, name: &str) -> Response {
    let p = Palette::now(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(20.0, 20.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, name));
    let square = icons::square(rect.center(), 14.0);
    let edge = if response.hovered() { p.ink } else { p.quiet };
    ui.painter().rect_stroke(square, 3, Stroke::new(1.0, edge), egui::StrokeKind::Inside);
    if on {
        let at = |x: f32, y: f32| square.min + vec2(x, y) * square.width();
        ui.painter().add(Shape::line(vec![at(0.22, 0.52), at(0.43, 0.73), at(0.79, 0.28)], Stroke::new(1.6, p.ink)));
    }
    focus_ring(ui, &response);
    response
}

/// A line in an arm's colour and stroke.
pub fn swatch(ui: &mut Ui, arm: Arm, live: bool) {
    let p = Palette::now(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(20.0, 20.0), Sense::hover());
    let color = if live { p.arm(arm) } else { p.arm(arm).gamma_multiply(0.4) };
    let line = vec![rect.left_center(), rect.right_center()];
    ui.painter().extend(stroke_shapes(line, theme::dash_of(arm), Stroke::new(2.4, color)));
}

/// A polyline drawn with a dash.
pub fn stroke_shapes(points: Vec<egui::Pos2>, dash: Dash, stroke: Stroke) -> Vec<Shape> {
    match dash {
        Dash::Solid => vec![Shape::line(points, stroke)],
        dashed => {
            let [on, off] = pattern(dashed);
            Shape::dashed_line(&points, stroke, on, off)
        }
    }
}

/// A menu of choices that looks like a value; returns the one chosen.
pub fn choice<T: Copy + PartialEq>(ui: &mut Ui, name: &str, chosen: T, all: &[(T, &str)]) -> Option<T> {
    let p = Palette::now(ui);
    let text = all.iter().find(|(x, _)| *x == chosen).map_or("–", |(_, t)| *t);
    let galley = ui.painter().layout_no_wrap(text.into(), theme::regular(13.0), Color32::PLACEHOLDER);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 14.0, 20.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("{name}: {text}")));
    let ink = if response.hovered() { p.arm_text(Arm::Wd) } else { p.ink };
    let y = rect.center().y;
    ui.painter().galley(pos2(rect.left(), y - galley.size().y / 2.0), galley, ink);
    icons::paint(ui.painter(), Icon::Open, icons::square(pos2(rect.right() - 4.0, y), 8.0), p.quiet);
    focus_ring(ui, &response);
    let mut picked = None;
    egui::Popup::menu(&response).show(|ui| {
        for (value, text) in all {
            if ui.selectable_label(*value == chosen, *text).clicked() {
                picked = Some(*value);
            }
        }
    });
    picked
}
