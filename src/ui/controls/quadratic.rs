//! A small picture of x² − (1 + γ − λη)x + γ with its two roots. The frame depends on γ alone, so that one sees the roots
//! approach as λη grows, meet at the border, and the parabola lift off beyond it.

use crate::experiment::Arm;
use crate::theory::{Hyper, Regime, roots};
use crate::ui::theme::{self, Palette};
use egui::{Align2, Pos2, Sense, Shape, Stroke, Ui, pos2, vec2};

/// Draws it.
pub fn quadratic_ui(ui: &mut Ui, h: Hyper, width: f32, height: f32) {
    let p = Palette::now(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let decay = h.lr * h.weight_decay;
    // At λη = 0 the roots are γ and 1.
    let gap = (1.0 - h.momentum).max(1e-3);
    let (left, right) = (h.momentum - 0.55 * gap, 1.0 + 0.55 * gap);
    let depth = gap * gap / 4.0;
    let y = |x: f64| (x - 1.0) * (x - h.momentum) + decay * x;
    // Far beyond the border the whole parabola hangs high: then the picture zooms out.
    let lowest = y((1.0 + h.momentum - decay).max(0.0) / 2.0);
    let scale = depth.max(lowest / 0.9);
    let place = |x: f64, y: f64| -> Pos2 {
        let fx = (x - left) / (right - left);
        let fy = y / scale;
        pos2(rect.left() + fx as f32 * rect.width(), rect.top() + height * (0.60 - 0.27 * fy as f32))
    };
    let axis = place(left, 0.0).y;
    let painter = ui.painter().with_clip_rect(rect.expand(3.0).intersect(ui.clip_rect()));
    painter.hline(rect.x_range(), axis, Stroke::new(1.0, p.hairline));
    let points = (0..=60)
        .map(|i| left + f64::from(i) / 60.0 * (right - left))
        .filter(|&x| y(x) < 2.1 * scale)
        .map(|x| place(x, y(x)))
        .collect();
    painter.add(Shape::line(points, Stroke::new(1.4, p.quiet)));
    let Regime::Inside(r) = roots::regime(h) else { return };
    // Inside the bowl, above the axis, there is room between the roots.
    let label = |at: Pos2, align, dx: f32, text: &str, color| {
        painter.text(at + vec2(dx, -3.0), align, text, theme::regular(10.5), color);
    };
    let (small, alpha) = (place(r.small, 0.0), place(r.alpha, 0.0));
    painter.circle(small, 3.0, p.page, Stroke::new(1.2, p.quiet));
    painter.circle_filled(alpha, 4.0, p.arm(Arm::Exp));
    if alpha.x - small.x > 34.0 {
        label(small, Align2::LEFT_BOTTOM, 2.0, "γ/α", p.quiet);
    }
    label(alpha, Align2::RIGHT_BOTTOM, -3.0, "α", p.arm_text(Arm::Exp));
}
