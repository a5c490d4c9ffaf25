//! A slider: a track, a ring, and the zone where the twin would end.

use super::scale::Scale;
use crate::experiment::Arm;
use crate::ui::theme::Palette;
use egui::{Id, Key, Painter, Rect, Response, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

/// Radius of the ring, points.
const RING: f32 = 7.0;

/// What a hand did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Touch {
    /// Nothing.
    None,
    /// It drags; the value under it.
    Drag(f64),
    /// It let go.
    Release,
    /// An arrow key moved it there.
    Nudge(f64),
}

/// Draws it at `value` over the whole width.
pub fn slider_ui(ui: &mut Ui, name: &str, scale: Scale, value: f64, zone: &[bool]) -> (Response, Touch) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), Sense::hover());
    // An id of its own: a sentence that appears above while it is dragged must not break the drag.
    let response = ui.interact(rect, Id::unique(("slider", name)), Sense::drag());
    response.widget_info(|| WidgetInfo::slider(true, value, name));
    let track = Rect::from_min_max(pos2(rect.left(), rect.center().y - 2.0), pos2(rect.right(), rect.center().y + 2.0));
    let (from, to) = (track.left() + RING, track.right() - RING);
    let x = from + scale.position(value) as f32 * (to - from);
    paint(ui, track, x, zone, &response);
    let touch = if response.drag_stopped() {
        Touch::Release
    } else if let Some(at) = response.interact_pointer_pos().filter(|_| response.is_pointer_button_down_on()) {
        response.request_focus();
        Touch::Drag(scale.round_value(f64::from((at.x - from) / (to - from))))
    } else if response.has_focus() {
        arrow_keys(ui, scale, value)
    } else {
        Touch::None
    };
    (response.on_hover_cursor(egui::CursorIcon::ResizeHorizontal), touch)
}

fn arrow_keys(ui: &Ui, scale: Scale, value: f64) -> Touch {
    let presses = ui.input(|i| {
        let count = |key| i.num_presses(key) as f64;
        count(Key::ArrowRight) - count(Key::ArrowLeft) + 5.0 * (count(Key::PageUp) - count(Key::PageDown))
    });
    if presses == 0.0 {
        return Touch::None;
    }
    Touch::Nudge(scale.round_value(scale.position(value) + presses / 80.0))
}

fn paint(ui: &Ui, track: Rect, x: f32, zone: &[bool], response: &Response) {
    let p = Palette::now(ui);
    let painter = ui.painter();
    painter.rect_filled(track, 2, p.track);
    let (from, to) = (track.left() + RING, track.right() - RING);
    let mut start = None;
    for (i, ends) in zone.iter().copied().chain([false]).enumerate() {
        let at = from + i as f32 / zone.len().max(1) as f32 * (to - from);
        match (start, ends) {
            (None, true) => start = Some(at),
            (Some(begin), false) => {
                let end = if i == zone.len() { track.right() } else { at };
                hatch(painter, Rect::from_x_y_ranges(begin..=end, track.y_range().expand(2.5)), &p);
                start = None;
            }
            _ => {}
        }
    }
    let blue = p.arm(Arm::Wd);
    painter.rect_filled(Rect::from_min_max(track.min, pos2(x, track.bottom())), 2, blue);
    let radius = if response.hovered() || response.is_pointer_button_down_on() { RING + 1.0 } else { RING };
    painter.circle(pos2(x, track.center().y), radius, p.page, Stroke::new(2.0, blue));
    if response.has_focus() && ui.input(|i| i.pointer.hover_pos().is_none() || !i.pointer.any_down()) {
        painter.circle_stroke(pos2(x, track.center().y), radius + 3.0, Stroke::new(1.0, blue.gamma_multiply(0.5)));
    }
}

/// Stripes.
fn hatch(painter: &Painter, rect: Rect, p: &Palette) {
    let clipped = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    clipped.rect_filled(rect, 0, p.zone.gamma_multiply(0.35));
    let mut x = rect.left() - rect.height();
    while x < rect.right() {
        let ends = [pos2(x, rect.bottom()), pos2(x + rect.height(), rect.top())];
        clipped.line_segment(ends, Stroke::new(2.0, p.zone));
        x += 5.5;
    }
}
