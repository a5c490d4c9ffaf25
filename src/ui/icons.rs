//! Icons, painted: no font needs to carry them, and they stay sharp.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};
use std::f32::consts::{PI, TAU};

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A triangle.
    Play,
    /// Two bars.
    Pause,
    /// A bar and a triangle.
    Step,
    /// A circle with an arrow head.
    Replay,
    /// A bar and a triangle, turned round: to the very start.
    StartOver,
    /// A tray with an arrow into it.
    Save,
    /// Half a disc.
    Theme,
    /// A downward wedge.
    Open,
    /// A cross.
    Close,
}

/// Paints an icon into `rect`.
pub fn paint(painter: &Painter, icon: Icon, rect: Rect, color: Color32) {
    let c = rect.center();
    let r = rect.width().min(rect.height()) / 2.0;
    let stroke = Stroke::new(1.5, color);
    let at = |x: f32, y: f32| c + vec2(x * r, y * r);
    let polygon = |points: Vec<Pos2>| Shape::convex_polygon(points, color, Stroke::NONE);
    let bar = |x0: f32, x1: f32| Rect::from_min_max(at(x0, -0.8), at(x1, 0.8));
    match icon {
        Icon::Play => {
            painter.add(polygon(vec![at(-0.6, -0.85), at(0.9, 0.0), at(-0.6, 0.85)]));
        }
        Icon::Pause => {
            painter.rect_filled(bar(-0.7, -0.2), 1.0, color);
            painter.rect_filled(bar(0.2, 0.7), 1.0, color);
        }
        Icon::Step => {
            painter.add(polygon(vec![at(-0.8, -0.8), at(0.35, 0.0), at(-0.8, 0.8)]));
            painter.rect_filled(bar(0.5, 0.85), 1.0, color);
        }
        Icon::StartOver => {
            painter.add(polygon(vec![at(0.8, -0.8), at(-0.35, 0.0), at(0.8, 0.8)]));
            painter.rect_filled(bar(-0.85, -0.5), 1.0, color);
        }
        Icon::Replay => {
            let arc = |i: i32| {
                let angle = -PI / 3.0 - (i as f32 / 24.0) * TAU * 0.80;
                at(0.8 * angle.cos(), 0.8 * angle.sin())
            };
            painter.add(Shape::line((0..=24).map(arc).collect(), stroke));
            let tip = arc(0);
            let head = |dx: f32, dy: f32| tip + vec2(dx * r, dy * r);
            painter.add(polygon(vec![head(0.42, 0.10), head(-0.32, 0.46), head(-0.22, -0.48)]));
        }
        Icon::Save => {
            painter.line_segment([at(0.0, -0.85), at(0.0, 0.25)], stroke);
            painter.add(polygon(vec![at(-0.42, -0.1), at(0.42, -0.1), at(0.0, 0.45)]));
            painter.add(Shape::line(vec![at(-0.85, 0.4), at(-0.85, 0.85), at(0.85, 0.85), at(0.85, 0.4)], stroke));
        }
        Icon::Theme => {
            painter.circle_stroke(c, 0.75 * r, stroke);
            let half = |i: i32| {
                let angle = -PI / 2.0 + i as f32 / 16.0 * PI;
                at(0.75 * angle.cos(), 0.75 * angle.sin())
            };
            painter.add(polygon((0..=16).map(half).collect()));
        }
        Icon::Open => {
            painter.add(polygon(vec![at(-0.6, -0.3), at(0.6, -0.3), at(0.0, 0.45)]));
        }
        Icon::Close => {
            painter.line_segment([at(-0.55, -0.55), at(0.55, 0.55)], stroke);
            painter.line_segment([at(-0.55, 0.55), at(0.55, -0.55)], stroke);
        }
    }
}

/// The square of side `size` around `center`.
pub fn square(center: Pos2, size: f32) -> Rect {
    Rect::from_center_size(pos2(center.x, center.y), vec2(size, size))
}
