//! Strokes of curves from a texture: its rows hold a stroke's soft edges, its columns one dash and gap, and it repeats. Two
//! triangles a piece of line then do for what egui makes of six, and of ten for every single dash: where software draws,
//! triangles are what a frame costs.

use crate::ui::theme::Dash;
use egui::{
    Color32, ColorImage, Context, Id, Mesh, Pos2, TextureFilter, TextureHandle, TextureOptions, TextureWrapMode, Vec2,
};

/// The widths there are, points.
const WIDTHS: [f32; 7] = [1.0, 1.2, 1.4, 1.5, 1.8, 2.0, 2.4];
const DASHES: [Dash; 4] = [Dash::Solid, Dash::Dashed, Dash::Dotted, Dash::Fine];
/// Texels along a dash and its gap.
const LENGTH: usize = 128;
/// Texels across a stroke.
const ACROSS: usize = 16;

/// The texture, for one number of pixels a point.
#[derive(Clone)]
pub struct Strokes {
    texture: TextureHandle,
    pixels_per_point: f32,
}

impl Strokes {
    /// Those kept in `ctx`, made anew where the pixels of a point are others.
    pub fn of(ctx: &Context) -> Self {
        let (id, pixels_per_point) = (Id::unique("strokes"), ctx.pixels_per_point());
        let known = ctx.data(|d| d.get_temp::<Self>(id)).filter(|s| s.pixels_per_point == pixels_per_point);
        known.unwrap_or_else(|| {
            let options = TextureOptions {
                magnification: TextureFilter::Linear,
                minification: TextureFilter::Linear,
                wrap_mode: TextureWrapMode::Repeat,
                mipmap_mode: None,
            };
            let texture = ctx.load_texture("strokes", image(pixels_per_point), options);
            let made = Self { texture, pixels_per_point };
            ctx.data_mut(|d| d.insert_temp(id, made.clone()));
            made
        })
    }

    /// A mesh for [`Strokes::add`].
    pub fn mesh(&self) -> Mesh {
        Mesh::with_texture(self.texture.id())
    }

    /// Adds a polyline to `mesh`, of the nearest width there is.
    pub fn add(&self, mesh: &mut Mesh, points: &[Pos2], dash: Dash, width: f32, color: Color32) {
        let nearest = |a: &&f32, b: &&f32| (*a - width).abs().total_cmp(&(*b - width).abs());
        let wide = WIDTHS.iter().min_by(nearest).copied().unwrap_or(width);
        let across = WIDTHS.iter().position(|w| *w == wide).unwrap_or(0);
        let along = DASHES.iter().position(|d| *d == dash).unwrap_or(0);
        let first = ((along * WIDTHS.len() + across) * ACROSS) as f32;
        let rows = (DASHES.len() * WIDTHS.len() * ACROSS) as f32;
        let v = [(first + 0.5) / rows, (first + ACROSS as f32 - 0.5) / rows];
        let reach = reach(wide * self.pixels_per_point) / self.pixels_per_point;
        let [on, off] = pattern(dash);
        let before = mesh.vertices.len() as u32;
        for (i, (at, normal, length)) in joints(points).into_iter().enumerate() {
            let u = if off > 0.0 { length / (on + off) } else { 0.5 };
            for (side, v) in [(-reach, v[0]), (reach, v[1])] {
                mesh.vertices.push(egui::epaint::Vertex { pos: at + normal * side, uv: egui::pos2(u, v), color });
            }
            if let Some(k) = (2 * i as u32).checked_sub(2) {
                let k = before + k;
                mesh.add_triangle(k, k + 1, k + 2);
                mesh.add_triangle(k + 1, k + 2, k + 3);
            }
        }
    }
}

/// Dash and gap, points.
pub fn pattern(dash: Dash) -> [f32; 2] {
    match dash {
        Dash::Solid => [1.0, 0.0],
        Dash::Dashed => [6.0, 3.5],
        Dash::Dotted => [1.8, 2.6],
        Dash::Fine => [3.0, 3.0],
    }
}

/// How far from its middle a stroke of this width reaches, with its soft edge; pixels. Thin ones fade instead of becoming
/// thinner, as egui has it.
fn reach(width: f32) -> f32 {
    if width <= 1.0 { 1.0 } else { (width + 1.0) / 2.0 }
}

/// How much of a stroke is there so far from its middle, 0 to 1; pixels.
fn edge(width: f32, away: f32) -> f32 {
    if width <= 1.0 { width * (1.0 - away).clamp(0.0, 1.0) } else { (reach(width) - away).clamp(0.0, 1.0) }
}

/// All strokes below each other.
fn image(pixels_per_point: f32) -> ColorImage {
    let mut pixels = Vec::with_capacity(DASHES.len() * WIDTHS.len() * ACROSS * LENGTH);
    for dash in DASHES {
        let [on, off] = pattern(dash).map(|points| points * pixels_per_point);
        for width in WIDTHS.map(|points| points * pixels_per_point) {
            for row in 0..ACROSS {
                let across = edge(width, reach(width) * (2.0 * row as f32 / (ACROSS - 1) as f32 - 1.0).abs());
                for column in 0..LENGTH {
                    let at = (column as f32 + 0.5) / LENGTH as f32 * (on + off);
                    // The dash begins at 0; beyond its gap is the next one.
                    let away = (at - on / 2.0).abs().min((on + off - at + on / 2.0).abs());
                    // Soft ends lie beyond a dash, as egui has it.
                    let along = if off > 0.0 { (on / 2.0 + 1.0 - away).clamp(0.0, 1.0) } else { 1.0 };
                    pixels.push(Color32::from_white_alpha((255.0 * across * along).round() as u8));
                }
            }
        }
    }
    ColorImage::new([LENGTH, DASHES.len() * WIDTHS.len() * ACROSS], pixels)
}

/// Where the edges of a stroke bend: place, normal (longer in a corner, so that the width stays) and the length of the line
/// so far. Corners sharper than a right angle are cut off.
fn joints(points: &[Pos2]) -> Vec<(Pos2, Vec2, f32)> {
    let mut joints = Vec::with_capacity(points.len() + points.len() / 2);
    let mut length = 0.0;
    let mut before: Option<Vec2> = None;
    for (i, &at) in points.iter().enumerate() {
        let after = points[i + 1..].iter().map(|&next| next - at).find(|step| *step != Vec2::ZERO);
        let next = after.map(|step| step.normalized().rot90());
        match (before, next) {
            (Some(n0), Some(n1)) => {
                let normal = (n0 + n1) * 0.5;
                if normal.length_sq() >= 0.5 {
                    joints.push((at, normal / normal.length_sq(), length));
                } else {
                    // Where it turns back there is no direction in between.
                    let middle = if normal.length_sq() > 1e-6 { normal.normalized() } else { n0.rot90() };
                    for n in [n0, n1].map(|n| (n + middle) * 0.5) {
                        joints.push((at, n / n.length_sq().max(0.25), length));
                    }
                }
            }
            (Some(normal), None) | (None, Some(normal)) => joints.push((at, normal, length)),
            (None, None) => {}
        }
        if let Some(next) = points.get(i + 1) {
            length += (*next - at).length();
        }
        before = next.or(before);
    }
    joints
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{pos2, vec2};

    #[test]
    fn a_stroke_is_as_wide_as_it_says_and_has_its_dashes() {
        for width in WIDTHS.map(|w| 2.0 * w) {
            // The integral across is the width.
            let n = 10_000;
            let across = |i: i32| edge(width, (reach(width) * (2.0 * (i as f32 + 0.5) / n as f32 - 1.0)).abs());
            let sum: f32 = (0..n).map(across).sum::<f32>() * 2.0 * reach(width) / n as f32;
            assert!((sum - width).abs() < 1e-2, "{width}: {sum}");
        }
        let image = image(2.0);
        let row = |dash: usize, width: usize, across: usize| {
            let first = ((dash * WIDTHS.len() + width) * ACROSS + across) * LENGTH;
            &image.pixels[first..first + LENGTH]
        };
        for (i, dash) in DASHES.into_iter().enumerate() {
            let [on, off] = pattern(dash);
            let middle: f32 = row(i, 6, ACROSS / 2).iter().map(|c| f32::from(c.a()) / 255.0).sum();
            let want = if off > 0.0 { (on + 0.5) / (on + off) } else { 1.0 };
            assert!((middle / LENGTH as f32 - want).abs() < 0.02, "{dash:?}: {middle}");
            assert!(row(i, 6, 0).iter().all(|c| c.a() == 0), "soft to nothing at the edge");
        }
    }

    #[test]
    fn corners_keep_the_width_and_sharp_ones_are_cut() {
        let right = joints(&[pos2(0.0, 0.0), pos2(10.0, 0.0), pos2(10.0, 10.0)]);
        assert_eq!(right.len(), 3);
        assert!((right[1].1.length_sq() - 2.0).abs() < 1e-5 && right[2].2 == 20.0, "{right:?}");
        let sharp = joints(&[pos2(0.0, 0.0), pos2(1.0, 30.0), pos2(2.0, 0.0), pos2(2.0, 0.0)]);
        assert!(sharp.iter().all(|(_, normal, _)| normal.length() < 2.5), "no spike: {sharp:?}");
        let back = joints(&[pos2(0.0, 0.0), pos2(0.0, 30.0), pos2(0.0, 0.0)]);
        assert!(back.iter().all(|(_, normal, _)| normal.length() < 2.5 && normal.is_finite()), "{back:?}");
        assert_eq!(joints(&[pos2(1.0, 1.0); 3]), [], "a line without length is none");
        assert_eq!(joints(&[pos2(0.0, 0.0), pos2(4.0, 0.0)])[0].1, vec2(1.0, 0.0).rot90());
    }

    #[test]
    fn two_triangles_a_piece() {
        let strokes = Strokes::of(&Context::default());
        let mut mesh = strokes.mesh();
        let wave: Vec<Pos2> = (0..100).map(|i| pos2(i as f32, (i as f32 * 0.3).sin())).collect();
        strokes.add(&mut mesh, &wave, Dash::Dotted, 1.8, Color32::RED);
        strokes.add(&mut mesh, &wave, Dash::Solid, 2.4, Color32::BLUE);
        assert!(mesh.is_valid());
        assert_eq!(mesh.indices.len(), 2 * 99 * 6);
    }
}
