//! Series that never grow for ever: one value a row of [`Rows`], and of the older stretches the smallest and the largest
//! value too, so that no peak is lost.

use super::rows::{MOST_OLDER, MOST_ROWS, RECENT, Rows};
use std::ops::{Deref, Range};

/// One value a step from step 0 on, thinned. As a slice: the exact values of the steps that have a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    rows: Rows,
    values: Vec<f64>,
    /// Smallest and largest value of the stretch of each older row.
    spans: Vec<[f64; 2]>,
}

impl Deref for Series {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        &self.values
    }
}

impl<'a> IntoIterator for &'a Series {
    type Item = &'a f64;
    type IntoIter = std::slice::Iter<'a, f64>;

    fn into_iter(self) -> Self::IntoIter {
        self.values.iter()
    }
}

impl Series {
    /// Nothing yet.
    pub const EMPTY: Self = Self { rows: Rows::ALL, values: Vec::new(), spans: Vec::new() };

    /// `values` of the steps that have a row in `rows`.
    pub fn of(rows: Rows, values: Vec<f64>) -> Self {
        let older = values.len().min(rows.row(rows.whole_from()));
        let spans = values[..older].iter().map(|&value| [value; 2]).collect();
        Self { rows, values, spans }
    }

    /// Which steps have a row.
    pub fn rows(&self) -> Rows {
        self.rows
    }

    /// The value of the next row.
    pub fn push(&mut self, value: f64) {
        if self.values.len() < self.rows.row(self.rows.whole_from()) {
            self.spans.push([value; 2]);
        }
        self.values.push(value);
    }

    /// The value at `step`, or of the stretch it lies in.
    pub fn at(&self, step: u64) -> Option<f64> {
        self.values.get(self.rows.row(step)).copied()
    }

    /// The value at `step`, if that step has a row.
    pub fn exactly_at(&self, step: u64) -> Option<f64> {
        let row = self.rows.row(step);
        self.values.get(row).copied().filter(|_| self.rows.step(row) == step)
    }

    /// The smallest and the largest value of a row's stretch; NaN where none is a number.
    pub fn span(&self, row: usize) -> [f64; 2] {
        self.spans.get(row).copied().unwrap_or_else(|| [self.values[row]; 2])
    }

    /// Keeps the rows of `to` only, which are fewer.
    pub fn thin(&mut self, to: Rows) {
        let from = self.rows;
        let spans: Vec<[f64; 2]> = from.stretches(to, self.len()).map(|stretch| self.span_of(stretch)).collect();
        self.values = thinned(&self.values, from, to);
        (self.rows, self.spans) = (to, spans);
    }

    fn span_of(&self, stretch: Range<usize>) -> [f64; 2] {
        // `min` and `max` pass over NaN.
        let wider = |[low, high]: [f64; 2], [a, b]: [f64; 2]| [low.min(a), high.max(b)];
        stretch.map(|row| self.span(row)).reduce(wider).unwrap_or([f64::NAN; 2])
    }
}

/// The values of the rows of `to`, out of those of `from`.
pub fn thinned<T: Copy>(values: &[T], from: Rows, to: Rows) -> Vec<T> {
    // What is to come will fit: no growing by doubling.
    let mut kept = Vec::with_capacity(MOST_ROWS);
    kept.extend(from.stretches(to, values.len()).map(|stretch| values[stretch.start]));
    kept.extend(values.iter().skip(from.row(to.whole_from())));
    kept
}

/// Values at some steps, ascending, thinned: when there are too many, of the older ones only the first in each stretch of
/// 2^k steps is kept, with the smallest and the largest of the stretch. As a slice: those that are kept, exactly.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    points: Vec<(u64, f64)>,
    /// Smallest and largest value of the stretches of the older points.
    spans: Vec<[f64; 2]>,
    /// Steps in a stretch; 0 before anything was thinned.
    stretch: u64,
}

impl Deref for Marks {
    type Target = [(u64, f64)];

    fn deref(&self) -> &[(u64, f64)] {
        &self.points
    }
}

impl Marks {
    /// Takes in one more, of a later step; `bounded` thins when there are too many.
    pub fn push(&mut self, step: u64, value: f64, bounded: bool) {
        self.points.push((step, value));
        if bounded && self.points.len() >= MOST_ROWS {
            self.thin();
        }
    }

    /// The smallest and the largest value of a point's stretch.
    pub fn span(&self, i: usize) -> [f64; 2] {
        self.spans.get(i).copied().unwrap_or_else(|| [self.points[i].1; 2])
    }

    /// The same with `f`, which must not decrease, of every value.
    pub fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        let points = self.points.iter().map(|&(step, value)| (step, f(value))).collect();
        Self { points, spans: self.spans.iter().map(|span| span.map(&f)).collect(), stretch: self.stretch }
    }

    /// What differs when anything was taken in or thinned.
    pub fn version(&self) -> [u64; 3] {
        [self.points.len() as u64, self.points.last().map_or(0, |p| p.0), self.stretch]
    }

    fn thin(&mut self) {
        let cut = self.points.len() - RECENT as usize;
        let end = self.points[cut].0;
        let mut stretch = self.stretch.max(1);
        while end / stretch >= MOST_OLDER {
            stretch *= 2;
        }
        let (mut points, mut spans) = (Vec::<(u64, f64)>::with_capacity(MOST_ROWS), Vec::<[f64; 2]>::new());
        for i in 0..cut {
            let (step, [low, high]) = (self.points[i].0, self.span(i));
            match (points.last(), spans.last_mut()) {
                (Some(first), Some(span)) if first.0 / stretch == step / stretch => {
                    *span = [span[0].min(low), span[1].max(high)];
                }
                _ => {
                    points.push(self.points[i]);
                    spans.push([low, high]);
                }
            }
        }
        points.extend(&self.points[cut..]);
        *self = Self { points, spans, stretch };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A million steps as the session takes them in.
    fn long(value: impl Fn(u64) -> f64) -> Series {
        let (mut series, mut rows) = (Series::default(), Rows::ALL);
        for step in 0..1_000_000 {
            series.push(value(step));
            if let Some(next) = rows.thinned(step + 1) {
                rows = next;
                series.thin(rows);
            }
        }
        series
    }

    #[test]
    fn what_is_kept_is_exact_and_the_extremes_survive() {
        let value = |step: u64| match step {
            123_457 => 50.0,
            654_321 => -40.0,
            200_000 => f64::NAN,
            _ => (step as f64 * 0.37).sin(),
        };
        let series = long(value);
        assert!(series.len() <= MOST_ROWS && series.values.capacity() <= MOST_ROWS);
        let rows = series.rows();
        for (row, kept) in series.iter().enumerate() {
            assert_eq!(kept.to_bits(), value(rows.step(row)).to_bits(), "row {row}");
        }
        assert_eq!((rows.step(0), rows.step(series.len() - 1)), (0, 999_999));
        let span_at = |step| series.span(rows.row(step));
        assert_eq!((span_at(123_457)[1], span_at(654_321)[0]), (50.0, -40.0));
        assert!(span_at(200_000)[1] > 0.9, "what is no number hides nothing");
        let highest = (0..series.len()).map(|row| series.span(row)[1]).fold(f64::MIN, f64::max);
        assert_eq!(highest, 50.0);
        assert_eq!(series.exactly_at(999_999), Some(value(999_999)));
        assert_eq!((series.exactly_at(123_457), series.at(123_457)), (None, Some(series[rows.row(123_457)])));
    }

    #[test]
    fn a_series_that_ended_early_is_thinned_too() {
        let mut series = Series::default();
        (0..1_001).for_each(|step| series.push(f64::from(step)));
        let rows = Rows::ALL.thinned(40_000).expect("too many");
        series.thin(rows);
        let stride = rows.stride();
        assert_eq!(series.len() as u64, 1_001u64.div_ceil(stride));
        assert_eq!(series.span(0), [0.0, (stride - 1) as f64]);
        series.push(7.0);
        assert_eq!(series.span(series.len() - 1), [7.0; 2], "and may go on");
    }

    #[test]
    fn marks_keep_first_last_and_extremes() {
        let value = |step: u64| if step == 777_770 { 9.0 } else { (step as f64 * 1e-3).cos() };
        let mut marks = Marks::default();
        for step in (0..2_000_000).step_by(10) {
            marks.push(step, value(step), true);
        }
        assert!(marks.len() < MOST_ROWS && marks.windows(2).all(|w| w[0].0 < w[1].0));
        assert_eq!((marks[0].0, marks[marks.len() - 1].0), (0, 1_999_990));
        assert!(marks.iter().all(|&(step, kept)| kept == value(step)));
        assert!((0..marks.len()).any(|i| marks.span(i)[1] == 9.0));
        let doubled = marks.map(|x| 2.0 * x);
        assert_eq!(doubled.span(3), marks.span(3).map(|x| 2.0 * x));
        let mut all = Marks::default();
        (0..20_000).for_each(|step| all.push(step, 1.0, false));
        assert_eq!(all.len(), 20_000, "unbounded where that was asked for");
    }
}
