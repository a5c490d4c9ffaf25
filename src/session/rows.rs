//! Which steps have a row. A run may go on for hours, and a plot is a few hundred pixels wide: the recent past is kept
//! whole, of the older steps every 2^k-th, so that all series together stay within a bound.

/// Older rows at most; half of them at least, once anything was thinned.
pub const MOST_OLDER: u64 = 4_096;
/// The newest steps are kept whole: so many at least, twice as many at most.
pub const RECENT: u64 = 4_096;
/// Rows of a series, at most.
pub const MOST_ROWS: usize = (MOST_OLDER + 2 * RECENT) as usize;

/// Which steps have a row: of the older ones every `stride`-th from step 0 on, then all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rows {
    stride: u64,
    older: u64,
}

impl Default for Rows {
    fn default() -> Self {
        Self::ALL
    }
}

impl Rows {
    /// Every step has a row.
    pub const ALL: Self = Self { stride: 1, older: 0 };

    /// Steps between two of the older rows.
    pub fn stride(self) -> u64 {
        self.stride
    }

    /// The first step from which on every one has a row.
    pub fn whole_from(self) -> u64 {
        self.older * self.stride
    }

    /// The step of a row.
    pub fn step(self, row: usize) -> u64 {
        let row = row as u64;
        if row < self.older { row * self.stride } else { self.whole_from() + (row - self.older) }
    }

    /// The row that stands for `step`: its own, or that of the stretch it lies in.
    pub fn row(self, step: u64) -> usize {
        let from = self.whole_from();
        (if step < from { step / self.stride } else { self.older + (step - from) }) as usize
    }

    /// The rule: when `2 RECENT` newest steps are kept whole, the older half of them joins the older rows, and of those
    /// every second goes until there are [`MOST_OLDER`] at most. `None` as long as nothing is to be done after `steps` steps.
    pub(super) fn thinned(self, steps: u64) -> Option<Self> {
        if steps < self.whole_from() + 2 * RECENT {
            return None;
        }
        let mut stride = self.stride;
        while (steps - RECENT) / stride > MOST_OLDER {
            stride *= 2;
        }
        Some(Self { stride, older: (steps - RECENT) / stride })
    }

    /// For each older row of `to` the rows here that its stretch consists of, out of `len`.
    pub(super) fn stretches(self, to: Self, len: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
        let rows = (0..to.older).map(move |k| self.row(k * to.stride)..self.row((k + 1) * to.stride).min(len));
        rows.take_while(move |stretch| stretch.start < len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_rows_are_inverse_and_rows_ascend() {
        for rows in [Rows::ALL, Rows { stride: 4, older: 10 }, Rows { stride: 64, older: 4_096 }] {
            for row in [0, 1, 5, 9, 10, 11, 4_095, 4_096, 9_000] {
                assert_eq!(rows.row(rows.step(row)), row);
                assert!(rows.step(row + 1) > rows.step(row));
            }
            assert_eq!(rows.step(rows.row(rows.whole_from() + 7)), rows.whole_from() + 7);
        }
        assert_eq!(Rows { stride: 4, older: 10 }.row(11), 2, "a step without a row is in the stretch before it");
    }

    #[test]
    fn a_million_steps_stay_within_the_bound_and_the_recent_past_is_whole() {
        let mut rows = Rows::ALL;
        for steps in 1..=1_000_000u64 {
            if let Some(next) = rows.thinned(steps) {
                assert!(next.stride >= rows.stride && next.stride.is_power_of_two());
                rows = next;
                assert!(steps - rows.whole_from() >= RECENT);
                assert!(steps - rows.whole_from() < RECENT + rows.stride);
            }
            assert!(rows.row(steps) <= MOST_ROWS, "{steps}: {rows:?}");
            assert!(rows.stride == 1 || rows.older > MOST_OLDER / 2 - 1, "{steps}: {rows:?}");
        }
        assert_eq!(rows.stride, 256);
        assert_eq!(Rows::ALL.thinned(2 * RECENT - 1), None, "shorter runs are whole");
    }
}
