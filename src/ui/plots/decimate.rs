//! Fewer points, same picture: the smallest and the largest value of each bucket, in the order in which they occur, so
//! that no peak is lost and none is invented. Pure functions.

use std::cmp::Ordering;
use std::ops::Range;

/// Steps in a bucket so that at most `columns` buckets cover `len` points: a power of two, so that buckets stay where they
/// are while a run grows and the picture does not shimmer.
pub fn stride(len: usize, columns: usize) -> usize {
    len.div_ceil(columns.max(1)).next_power_of_two()
}

/// A point, or a stretch of points that begins there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// The step.
    pub x: f64,
    /// Its smallest and its largest value.
    pub span: [f64; 2],
}

/// The samples of the indices in `range`, ascending in `x`, as polylines that break where a value is not finite. At most about
/// two points a column.
pub fn decimate(range: Range<usize>, columns: usize, at: impl Fn(usize) -> Sample) -> Vec<Vec<[f64; 2]>> {
    let stride = if range.len() <= 2 * columns {
        0.0
    } else {
        stride((at(range.end - 1).x - at(range.start).x) as usize + 1, columns) as f64
    };
    // Buckets are aligned to multiples of the stride, not to the visible range.
    let bucket = |x: f64| if stride > 0.0 { (x / stride).floor() } else { x };
    let mut lines = Vec::new();
    let mut line: Vec<[f64; 2]> = Vec::new();
    let mut samples = range.map(at).peekable();
    while let Some(first) = samples.next() {
        let here = bucket(first.x);
        let mut found = Extremes::default();
        found.add(first);
        while let Some(next) = samples.next_if(|sample| bucket(sample.x) == here) {
            found.add(next);
        }
        found.append_to(&mut line);
        if found.broken && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// What a bucket holds.
#[derive(Default)]
struct Extremes {
    lowest: Option<[f64; 2]>,
    highest: Option<[f64; 2]>,
    broken: bool,
}

impl Extremes {
    fn add(&mut self, Sample { x, span: [low, high] }: Sample) {
        if low.is_finite() && self.lowest.is_none_or(|l| low < l[1]) {
            self.lowest = Some([x, low]);
        }
        if high.is_finite() && self.highest.is_none_or(|h| high > h[1]) {
            self.highest = Some([x, high]);
        }
        self.broken |= !low.is_finite() && !high.is_finite();
    }

    fn append_to(&self, line: &mut Vec<[f64; 2]>) {
        let (Some(low), Some(high)) = (self.lowest, self.highest) else {
            line.extend(self.lowest.or(self.highest));
            return;
        };
        if low == high {
            return line.push(low);
        }
        // In the order in which they occur; those of one stretch so that the line goes on from where it is.
        let low_first = match low[0].total_cmp(&high[0]) {
            Ordering::Less => true,
            Ordering::Greater => false,
            Ordering::Equal => line.last().is_none_or(|last| (last[1] - low[1]).abs() <= (last[1] - high[1]).abs()),
        };
        line.extend(if low_first { [low, high] } else { [high, low] });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Arm;
    use crate::session::{Session, tests::one_row};

    fn sample(x: usize, y: f64) -> Sample {
        Sample { x: x as f64, span: [y; 2] }
    }

    fn wave(i: usize) -> Sample {
        sample(i, (i as f64 * 0.37).sin())
    }

    #[test]
    fn few_points_are_left_alone() {
        let lines = decimate(3..60, 100, wave);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].len(), 57);
        assert_eq!(lines[0][0], [3.0, wave(3).span[0]]);
    }

    #[test]
    fn many_points_become_two_a_column() {
        let lines = decimate(0..100_000, 300, wave);
        assert!(lines[0].len() <= 600, "{}", lines[0].len());
        assert!(lines[0].len() > 250);
    }

    #[test]
    fn a_single_peak_survives_and_every_point_was_measured() {
        let spiky = |i: usize| if i == 77_777 { sample(i, 50.0) } else { wave(i) };
        let lines = decimate(0..100_000, 200, spiky);
        let points: Vec<[f64; 2]> = lines.concat();
        assert!(points.contains(&[77_777.0, 50.0]));
        assert!(points.iter().all(|p| spiky(p[0] as usize).span[0] == p[1]), "no point is invented");
        assert!(points.windows(2).all(|w| w[0][0] < w[1][0]), "in order");
    }

    #[test]
    fn buckets_do_not_move_while_the_run_grows() {
        let a = decimate(0..5_000, 100, wave);
        let b = decimate(0..5_001, 100, wave);
        assert_eq!(a[0][..150 - 2], b[0][..150 - 2]);
    }

    #[test]
    fn gaps_break_the_line() {
        let lines = decimate(0..10, 100, |i| sample(i, if i == 4 { f64::NAN } else { 1.0 }));
        assert_eq!(lines.iter().map(Vec::len).collect::<Vec<_>>(), [4, 5]);
        assert!(decimate(0..3, 10, |i| sample(i, f64::NEG_INFINITY)).is_empty());
    }

    #[test]
    fn a_thinned_run_looks_like_the_whole_one() {
        // A noisy decay of a million steps in 340 columns: heights differ by less than a pixel of 200 in every column.
        let noise = |i: usize| (i.wrapping_mul(0x9E37_79B9) >> 7) as f64 % 1_000.0 / 1_000.0;
        let value = |i: usize| 2.0 * (-(i as f64) / 2e5).exp() + 0.3 * noise(i) + if i == 300_007 { 0.9 } else { 0.0 };
        let mut session = Session::default();
        (0..1_000_000).for_each(|step| one_row(&mut session, step, value(step as usize)));
        let loss = &session.arm(Arm::Wd).loss;
        assert!(loss.len() < 13_000);
        let thin = |i| Sample { x: loss.rows().step(i) as f64, span: loss.span(i) };
        let (columns, per_pixel) = (340, 2.5 / 200.0);
        let envelope = |lines: Vec<Vec<[f64; 2]>>| {
            let mut spans = vec![[f64::INFINITY, f64::NEG_INFINITY]; 1_000_000 / 4_096 + 1];
            for [x, y] in lines.concat() {
                let span = &mut spans[x as usize / 4_096];
                *span = [span[0].min(y), span[1].max(y)];
            }
            spans
        };
        let whole = envelope(decimate(0..1_000_000, columns, |i| sample(i, value(i))));
        let thinned = envelope(decimate(0..loss.len(), columns, thin));
        for (column, (a, b)) in whole.iter().zip(&thinned).enumerate() {
            assert!((a[0] - b[0]).abs() < per_pixel && (a[1] - b[1]).abs() < per_pixel, "{column}: {a:?} {b:?}");
        }
        let first_only = envelope(decimate(0..loss.len(), columns, |i| sample(loss.rows().step(i) as usize, loss[i])));
        let apart = whole.iter().zip(&first_only).map(|(a, b)| a[1] - b[1]).fold(0.0, f64::max);
        assert!(apart > 10.0 * per_pixel, "without the stretches' extremes the peak would be lost: {apart}");
    }
}
