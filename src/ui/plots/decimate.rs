//! Fewer points, same picture: the smallest and the largest value of each bucket, in the order in which they occur, so
//! that no peak is lost and none is invented. Pure functions.

use std::ops::Range;

/// Steps in a bucket so that at most `columns` buckets cover `len` points: a power of two, so that buckets stay where they
/// are while a run grows and the picture does not shimmer.
pub fn stride(len: usize, columns: usize) -> usize {
    len.div_ceil(columns.max(1)).next_power_of_two()
}

/// Points `(x, y)` of the indices in `range`, as polylines that break where `y` is not finite. At most about two points a
/// column.
pub fn decimate(range: Range<usize>, columns: usize, at: impl Fn(usize) -> (f64, f64)) -> Vec<Vec<[f64; 2]>> {
    let stride = if range.len() <= 2 * columns { 1 } else { stride(range.len(), columns) };
    let mut lines = Vec::new();
    let mut line: Vec<[f64; 2]> = Vec::new();
    let mut start = range.start;
    while start < range.end {
        // Buckets are aligned to multiples of the stride, not to the visible range.
        let end = ((start / stride + 1) * stride).min(range.end);
        let mut lowest: Option<(usize, f64, f64)> = None;
        let mut highest: Option<(usize, f64, f64)> = None;
        let mut broken = false;
        for i in start..end {
            let (x, y) = at(i);
            if !y.is_finite() {
                broken = true;
                continue;
            }
            if lowest.is_none_or(|l| y < l.2) {
                lowest = Some((i, x, y));
            }
            if highest.is_none_or(|h| y > h.2) {
                highest = Some((i, x, y));
            }
        }
        if let (Some(a), Some(b)) = (lowest, highest) {
            let (first, second) = if a.0 <= b.0 { (a, b) } else { (b, a) };
            line.push([first.1, first.2]);
            if second.0 != first.0 {
                line.push([second.1, second.2]);
            }
        }
        if broken && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        start = end;
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(i: usize) -> (f64, f64) {
        (i as f64, (i as f64 * 0.37).sin())
    }

    #[test]
    fn few_points_are_left_alone() {
        let lines = decimate(3..60, 100, wave);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].len(), 57);
        assert_eq!(lines[0][0], [3.0, wave(3).1]);
    }

    #[test]
    fn many_points_become_two_a_column() {
        let lines = decimate(0..100_000, 300, wave);
        assert!(lines[0].len() <= 600, "{}", lines[0].len());
        assert!(lines[0].len() > 250);
    }

    #[test]
    fn a_single_peak_survives_and_every_point_was_measured() {
        let spiky = |i: usize| if i == 77_777 { (i as f64, 50.0) } else { wave(i) };
        let lines = decimate(0..100_000, 200, spiky);
        let points: Vec<[f64; 2]> = lines.concat();
        assert!(points.contains(&[77_777.0, 50.0]));
        assert!(points.iter().all(|p| spiky(p[0] as usize) == (p[0], p[1])), "no point is invented");
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
        let lines = decimate(0..10, 100, |i| (i as f64, if i == 4 { f64::NAN } else { 1.0 }));
        assert_eq!(lines.iter().map(Vec::len).collect::<Vec<_>>(), [4, 5]);
        assert!(decimate(0..3, 10, |i| (i as f64, f64::NEG_INFINITY)).is_empty());
    }
}
