//! Fewer points, same line: those that lie on the way between two others are left out. Smooth curves need a dozen pieces
//! where they have hundreds of points, and where software draws, each piece costs.

use egui::Pos2;

/// How far from the line a point that is left out may lie, physical pixels: less than is seen.
pub const TOLERANCE: f32 = 0.2;

/// The points of `line`, ascending in x, without those from which the line through the rest is at most `tolerance` away,
/// measured vertically. First and last stay.
///
/// From a point that stays, each further one allows the slopes that pass it closely enough; a point stays when the slope to the
/// next is none of those that all since the last have allowed.
pub fn straight(line: &[Pos2], tolerance: f32) -> Vec<Pos2> {
    let (Some(&first), Some(&last)) = (line.first(), line.last()) else { return Vec::new() };
    let mut kept = vec![first];
    let mut slopes = ANY;
    for pair in line.windows(2) {
        let [before, here] = [pair[0], pair[1]];
        let from = kept[kept.len() - 1];
        let step = here - from;
        let level = step.y / step.x;
        // Upright pieces have no slope: they are left as they are.
        if before != from && (step.x <= 0.0 || !(slopes[0]..=slopes[1]).contains(&level)) {
            kept.push(before);
            slopes = allowed(ANY, here - before, tolerance);
        } else {
            slopes = allowed(slopes, step, tolerance);
        }
    }
    if line.len() > 1 {
        kept.push(last);
    }
    kept
}

const ANY: [f32; 2] = [f32::NEG_INFINITY, f32::INFINITY];

/// Those of `slopes` that pass a point `step` away closely enough.
fn allowed(slopes: [f32; 2], step: egui::Vec2, tolerance: f32) -> [f32; 2] {
    if step.x > 0.0 {
        [slopes[0].max((step.y - tolerance) / step.x), slopes[1].min((step.y + tolerance) / step.x)]
    } else {
        // After an upright piece the line begins anew.
        [f32::INFINITY, f32::NEG_INFINITY]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::pos2;

    /// The height of a line at `x`.
    fn at(line: &[Pos2], x: f32) -> f32 {
        let i = line.partition_point(|p| p.x < x).clamp(1, line.len() - 1);
        let (a, b) = (line[i - 1], line[i]);
        a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x)
    }

    /// The furthest that a point of `line` lies from `other`.
    fn apart(line: &[Pos2], other: &[Pos2]) -> f32 {
        line.iter().map(|p| (p.y - at(other, p.x)).abs()).fold(0.0, f32::max)
    }

    fn wave(height: f32) -> Vec<Pos2> {
        (0..600).map(|i| pos2(i as f32 * 0.5, height * (i as f32 * 0.02).sin())).collect()
    }

    #[test]
    fn a_smooth_curve_needs_few_pieces_and_none_is_off() {
        let wave = wave(60.0);
        let few = straight(&wave, TOLERANCE);
        assert!(few.len() < 80, "{}", few.len());
        assert!(apart(&wave, &few) <= TOLERANCE * 1.01, "{}", apart(&wave, &few));
        assert!(few.iter().all(|p| wave.contains(p)), "no point is invented");
        assert_eq!((few[0], few[few.len() - 1]), (wave[0], wave[599]));
        // The comparison sees a single point that is off.
        let mut off = few.clone();
        off[10].y += 1.0;
        assert!(apart(&wave, &off) > TOLERANCE * 1.01);
    }

    #[test]
    fn corners_peaks_and_upright_pieces_stay() {
        let peak = [pos2(0.0, 0.0), pos2(1.0, 0.0), pos2(2.0, 50.0), pos2(3.0, 0.0), pos2(4.0, 0.0), pos2(9.0, 0.0)];
        assert_eq!(straight(&peak, TOLERANCE), [peak[0], peak[1], peak[2], peak[3], peak[5]]);
        let stair = [pos2(0.0, 0.0), pos2(4.0, 0.0), pos2(4.0, 9.0), pos2(8.0, 9.0)];
        assert_eq!(straight(&stair, TOLERANCE), stair);
        let comb = [pos2(1.0, 0.0), pos2(1.0, 9.0), pos2(1.0, 2.0), pos2(2.0, 2.0)];
        assert_eq!(straight(&comb, TOLERANCE), comb);
    }

    #[test]
    fn noise_is_left_alone_and_nothing_stays_nothing() {
        let noise: Vec<Pos2> = (0..99).map(|i| pos2(i as f32, (i * 7 % 13) as f32)).collect();
        assert!(apart(&noise, &straight(&noise, TOLERANCE)) <= TOLERANCE * 1.01);
        assert_eq!(straight(&noise[..2], TOLERANCE), noise[..2]);
        assert_eq!(straight(&noise[..1], TOLERANCE), noise[..1]);
        assert_eq!(straight(&[], TOLERANCE), []);
    }
}
