//! Rectangles with round corners in few triangles: a page has dozens, and software that draws pays for each triangle.

use egui::emath::GuiRounding;
use egui::epaint::{PathShape, PathStroke, StrokeKind};
use egui::{Color32, Painter, Pos2, Rect, Shape, vec2};
use std::f32::consts::FRAC_PI_2;

/// How far the corners may lie from circles, physical pixels. The edge is smoothed over a pixel: less is not seen.
const TOLERANCE: f32 = 0.25;

/// A rectangle filled with `fill`, with an edge of one point inside it; neither where its colour is transparent.
pub fn rounded(painter: &Painter, rect: Rect, radius: u8, fill: Color32, edge: Color32) {
    let pixels_per_point = painter.pixels_per_point();
    let rect = rect.round_to_pixels(pixels_per_point);
    let points = outline(rect, f32::from(radius), pixels_per_point);
    let stroke = if edge == Color32::TRANSPARENT { PathStroke::NONE } else { PathStroke::new(1.0, edge) };
    let stroke = PathStroke { kind: StrokeKind::Inside, ..stroke };
    painter.add(Shape::Path(PathShape { points, closed: true, fill, stroke }));
}

/// The corners of `rect` as arcs, clockwise.
fn outline(rect: Rect, radius: f32, pixels_per_point: f32) -> Vec<Pos2> {
    let radius = radius.min(rect.width() / 2.0).min(rect.height() / 2.0);
    let steps = steps(radius * pixels_per_point);
    let inner = rect.shrink(radius);
    let centres = [inner.right_bottom(), inner.left_bottom(), inner.left_top(), inner.right_top()];
    let mut points = Vec::with_capacity(4 * (steps + 1));
    for (corner, centre) in centres.into_iter().enumerate() {
        for step in 0..=steps {
            let angle = FRAC_PI_2 * (corner as f32 + step as f32 / steps as f32);
            points.push(centre + vec2(angle.cos(), angle.sin()) * radius);
        }
    }
    points
}

/// Straight lines in a quarter of a circle of `radius` pixels.
fn steps(radius: f32) -> usize {
    if radius <= TOLERANCE {
        return 1;
    }
    // A chord over the angle φ is r (1 − cos φ/2) from its arc.
    let angle = 2.0 * (1.0 - TOLERANCE / radius).acos();
    (FRAC_PI_2 / angle).ceil() as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::pos2;

    #[test]
    fn corners_are_round_to_a_fraction_of_a_pixel() {
        for (radius, scale) in [(2.0, 1.0), (6.0, 1.0), (8.0, 2.0), (14.0, 3.0)] {
            let rect = Rect::from_min_max(pos2(10.0, 20.0), pos2(110.0, 70.0));
            let points = outline(rect, radius, scale);
            let centre = rect.shrink(radius).right_bottom();
            let n = points.len() / 4;
            for pair in points[..n].windows(2) {
                let middle = pair[0] + (pair[1] - pair[0]) / 2.0;
                let off = (radius - (middle - centre).length()) * scale;
                assert!((0.0..=TOLERANCE * 1.01).contains(&off), "{radius} at {scale}: {off}");
            }
            assert!(points.iter().all(|p| rect.expand(1e-3).contains(*p)));
        }
        assert!(steps(6.0) <= 4 && steps(8.0) <= 4, "a hairline of few triangles");
    }

    #[test]
    fn a_radius_is_no_larger_than_there_is_room() {
        let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(40.0, 10.0));
        assert!(outline(rect, 200.0, 1.0).iter().all(|p| rect.expand(1e-3).contains(*p)));
    }
}
