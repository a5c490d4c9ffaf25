//! Draws curves into a rectangle.

use super::curve::{Curve, Side, Spec, Tag};
use super::decimate::{Sample, decimate};
use super::straight::{TOLERANCE, straight};
use super::strokes::Strokes;
use super::ticks::Scale;
use crate::experiment::Arm;
use crate::ui::text;
use crate::ui::theme::{self, Dash, Palette};
use egui::{Align2, Painter, Pos2, Rangef, Rect, Stroke, pos2, vec2};

/// What part of the data a rectangle shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Where.
    pub rect: Rect,
    /// First and last step.
    pub x: [f64; 2],
    /// Lowest and highest value.
    pub y: [f64; 2],
}

impl Window {
    /// Where a point lies on the screen.
    pub fn place(&self, x: f64, y: f64) -> Pos2 {
        let fx = (x - self.x[0]) / (self.x[1] - self.x[0]);
        let fy = (y - self.y[0]) / (self.y[1] - self.y[0]);
        pos2(
            self.rect.left() + fx as f32 * self.rect.width(),
            // Far outside points are kept near, or f32 loses the slope of lines that cross the edge.
            self.rect.bottom() - (fy.clamp(-50.0, 50.0) as f32) * self.rect.height(),
        )
    }

    /// The step under a place on the screen.
    pub fn step_at(&self, x: f32) -> f64 {
        self.x[0] + f64::from((x - self.rect.left()) / self.rect.width()) * (self.x[1] - self.x[0])
    }

    /// The value at a height on the screen.
    pub fn value_at(&self, y: f32) -> f64 {
        self.y[0] + f64::from((self.rect.bottom() - y) / self.rect.height()) * (self.y[1] - self.y[0])
    }
}

/// The smallest and largest finite value of the curves that the axis is fitted to, within `x`.
pub fn extent(curves: &[Curve<'_>], x: [f64; 2], zero: Option<f64>) -> (f64, f64) {
    let mut extent = (f64::INFINITY, f64::NEG_INFINITY);
    for curve in curves.iter().filter(|c| c.fitted) {
        for i in curve.points.within(x) {
            let at = curve.points.get(i).0;
            if at >= x[0] && at <= x[1] {
                for y in curve.points.span(i).map(|y| shown(y, zero)).into_iter().filter(|y| y.is_finite()) {
                    extent = (extent.0.min(y), extent.1.max(y));
                }
            }
        }
    }
    extent
}

/// Where a value is drawn: an exact zero of a logarithmic axis at the height reserved for it.
pub fn shown(value: f64, zero: Option<f64>) -> f64 {
    zero.filter(|_| value == f64::NEG_INFINITY).unwrap_or(value)
}

/// The line on which exact zeros lie.
pub fn zero_line(painter: &Painter, p: &Palette, window: &Window, zero: Option<f64>, labels: bool) {
    let Some(zero) = zero.filter(|zero| (window.y[0]..=window.y[1]).contains(zero)) else { return };
    let y = painter.round_to_pixel_center(window.place(window.x[0], zero).y);
    painter.hline(window.rect.x_range(), y, Stroke::new(1.0, p.quiet.gamma_multiply(0.7)));
    if labels {
        painter.text(pos2(window.rect.left() - 8.0, y), Align2::RIGHT_CENTER, "0", theme::regular(10.5), p.ink);
        let at = pos2(window.rect.left() + 4.0, y - 2.0);
        painter.text(at, Align2::LEFT_BOTTOM, "0: bit for bit", theme::regular(10.5), p.quiet);
    }
}

/// Horizontal grid lines and, where `labels` says so, their numbers.
pub fn grid(painter: &Painter, p: &Palette, window: &Window, scale: Scale, labels: bool) {
    let most = most_ticks(window.rect.height());
    let ticks = scale.ticks(window.y, most);
    for &tick in &ticks {
        let y = painter.round_to_pixel_center(window.place(window.x[0], tick).y);
        let strong = matches!(scale, Scale::Deviation(_)) && tick == 0.0;
        let color = if strong { p.quiet.gamma_multiply(0.7) } else { p.grid };
        painter.hline(window.rect.x_range(), y, Stroke::new(1.0, color));
        if labels {
            let at = pos2(window.rect.left() - 8.0, y);
            painter.text(at, Align2::RIGHT_CENTER, scale.label(tick, &ticks), theme::regular(10.5), p.quiet);
        }
    }
}

/// The numbers under the horizontal axis.
pub fn steps_axis(painter: &Painter, p: &Palette, window: &Window, bounds: Rect) {
    let most = (window.rect.width() / 68.0).clamp(1.0, 8.0) as usize;
    let ticks = Scale::Linear.ticks(window.x, most);
    for &tick in ticks.iter().filter(|t| t.fract() == 0.0 && **t >= 0.0) {
        let x = window.place(tick, window.y[0]).x;
        let label = text::thousands(tick as u64);
        let galley = painter.layout_no_wrap(label, theme::regular(10.5), p.quiet);
        let half = galley.size().x / 2.0;
        let x = x.clamp(bounds.left() + half, bounds.right() - half);
        painter.galley(pos2(x - half, window.rect.bottom() + 6.0), galley, p.quiet);
    }
}

/// The curves of one panel.
pub fn curves<'a>(
    painter: &Painter,
    p: &Palette,
    window: &Window,
    zero: Option<f64>,
    curves: impl Iterator<Item = &'a Curve<'a>>,
) {
    let clipped = painter.with_clip_rect(window.rect.expand2(vec2(1.0, 1.5)).intersect(painter.clip_rect()));
    // Strokes are about two points wide: what is narrower runs together.
    let columns = (window.rect.width() / 2.0) as usize;
    let strokes = Strokes::of(painter.ctx());
    let mut mesh = strokes.mesh();
    for curve in curves {
        let color = curve.arm.map_or(p.quiet, |arm| p.arm(arm)).gamma_multiply(curve.strength);
        let lines = decimate(curve.points.within(window.x), columns, |i| Sample {
            x: curve.points.get(i).0,
            span: curve.points.span(i).map(|y| shown(y, zero)),
        });
        for line in lines {
            let points: Vec<Pos2> = line.iter().map(|q| window.place(q[0], q[1])).collect();
            let mut points = straight(&points, TOLERANCE / painter.pixels_per_point());
            if let [only] = points[..] {
                clipped.circle_filled(only, curve.width.max(1.5) * 0.8, color);
                continue;
            }
            // A level line of dashes stands on whole pixels, or it would be pale and wide.
            if curve.dash != Dash::Solid && points.iter().all(|at| at.y == points[0].y) {
                points.iter_mut().for_each(|at| at.y = painter.round_to_pixel_center(at.y));
            }
            strokes.add(&mut mesh, &points, curve.dash, curve.width, color);
        }
    }
    clipped.add(mesh);
}

/// The words beside curves: clear of all curves, and of each other.
pub fn tags(painter: &Painter, p: &Palette, window: &Window, spec: &Spec<'_>, half: Option<usize>) {
    const LINE: f32 = 14.0;
    let here = |tag: &&Tag| half.is_none_or(|h| h == usize::from(tag.arm == Arm::Exp));
    // What is in the way: curves first, then the words that are placed.
    let mut taken: Vec<Rangef> = Vec::new();
    let mut waiting = Vec::new();
    let mut corner = if half.is_some() { 14.0 } else { 0.0 };
    for tag in spec.tags.iter().filter(here) {
        let galley = painter.layout_no_wrap(tag.text.clone(), theme::regular(10.5), p.arm_text(tag.arm));
        let left = window.rect.right() - 4.0 - galley.size().x;
        if tag.side == Side::TopLeft {
            painter.galley(window.rect.left_top() + vec2(8.0, corner), galley, p.ink);
            corner += LINE;
        } else if let Some(span) = span_on_screen(window, spec, tag.arm, left) {
            taken.push(span);
            waiting.push((tag.side, span, left, galley));
        }
    }
    for (side, span, x, galley) in waiting {
        let y = free_line(&taken, span, side, LINE);
        if y > window.rect.top() - LINE && y < window.rect.bottom() {
            taken.push(Rangef::new(y, y + LINE));
            painter.galley(pos2(x, y), galley, p.ink);
        }
    }
}

/// The top of a free line of words above or below `span`.
fn free_line(taken: &[Rangef], span: Rangef, side: Side, line: f32) -> f32 {
    let mut y = if side == Side::Above { span.min - line } else { span.max + 2.0 };
    // Each pass leaves one more range behind.
    for _ in 0..=taken.len() {
        let Some(hit) = taken.iter().find(|r| y < r.max && y + line - 1.0 > r.min) else { break };
        y = if side == Side::Above { hit.min - line } else { hit.max + 1.0 };
    }
    y
}

/// The heights on the screen that the curve of `arm` takes right of `left`; where it has not come so far, its end.
fn span_on_screen(window: &Window, spec: &Spec<'_>, arm: Arm, left: f32) -> Option<Rangef> {
    let points = &spec.curves.iter().find(|c| c.arm == Some(arm))?.points;
    let mut span: Option<Rangef> = None;
    for i in points.within([window.step_at(left).min(points.end()?), window.x[1]]) {
        let (x, y) = points.get(i);
        let y = shown(y, spec.zero);
        if y.is_finite() && (window.y[0]..=window.y[1]).contains(&y) {
            let y = window.place(x, y).y;
            span = Some(span.map_or(Rangef::point(y), |s| Rangef::new(s.min.min(y), s.max.max(y))));
        }
    }
    span
}

/// Vertical lines where something was changed.
pub fn changes(painter: &Painter, p: &Palette, window: &Window, steps: impl Iterator<Item = u64>) {
    for step in steps.filter(|&s| (window.x[0]..=window.x[1]).contains(&(s as f64))) {
        let x = painter.round_to_pixel_center(window.place(step as f64, window.y[0]).x);
        painter.vline(x, window.rect.y_range(), Stroke::new(1.0, p.quiet.gamma_multiply(0.45)));
    }
}

/// How many ticks fit a height.
pub fn most_ticks(height: f32) -> usize {
    (height / 30.0).clamp(3.0, 7.0) as usize
}

/// The fitted range of a plot.
pub fn fitted(spec: &Spec<'_>, x: [f64; 2], height: f32) -> [f64; 2] {
    let (low, high) = extent(&spec.curves, x, spec.zero);
    let [floor, ceiling] = spec.include.unwrap_or([f64::INFINITY, f64::NEG_INFINITY]);
    let (low, high) = (low.min(floor), high.max(ceiling));
    spec.scale.fit(low, high, most_ticks(height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::plots::Points;

    /// Triangles that a curve of `len` steps takes in a plot of 400 by 200 points.
    fn triangles(len: u64, value: impl Fn(u64) -> f64) -> usize {
        let window =
            Window { rect: Rect::from_min_size(Pos2::ZERO, vec2(400.0, 200.0)), x: [0.0, len as f64], y: [-1.0, 1.0] };
        let points: Vec<(u64, f64)> = (0..len).map(|step| (step, value(step))).collect();
        let curve = Curve::of(Arm::Wd, Points::At(points.into()));
        let mut output = egui::Context::default().run_ui(egui::RawInput::default(), |ui| {
            curves(ui.painter(), &Palette::now(ui), &window, None, [&curve].into_iter());
        });
        output.textures_delta.clear();
        let meshes =
            output.shapes.iter().filter_map(|s| if let egui::Shape::Mesh(mesh) = &s.shape { Some(mesh) } else { None });
        meshes.map(|mesh| mesh.indices.len() / 3).sum()
    }

    #[test]
    fn a_curve_takes_few_triangles_however_long_it_is() {
        let smooth = |step: u64| (step as f64 * 6.0 / 5_000.0).sin();
        let noise = |step: u64| (step.wrapping_mul(7_919) % 1_000) as f64 / 500.0 - 1.0;
        assert!((10..200).contains(&triangles(5_000, smooth)), "{}", triangles(5_000, smooth));
        // Noise: two values every two points of width, each a sharp corner of two joints, two triangles from joint to joint.
        assert!((200..1_600).contains(&triangles(5_000, noise)), "{}", triangles(5_000, noise));
    }

    #[test]
    fn words_find_a_free_line() {
        let curve = Rangef::new(100.0, 110.0);
        assert_eq!(free_line(&[curve], curve, Side::Above, 14.0), 86.0);
        assert_eq!(free_line(&[curve], curve, Side::Below, 14.0), 112.0);
        // Another curve just below, and words below that.
        let taken = [curve, Rangef::new(115.0, 130.0), Rangef::new(131.0, 145.0)];
        assert_eq!(free_line(&taken, curve, Side::Below, 14.0), 146.0);
    }
}
