//! What is derived from measurements and kept from frame to frame: a series grows by the new steps only, and a picture is
//! computed again only when what it is made from changed.

use crate::experiment::Arm;
use crate::session::{Marks, Rows, Series};
use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// Bits that differ where what is written of `x` differs: for the `from` of [`Kept::whole`].
pub fn fingerprint(x: &impl std::fmt::Debug) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    format!("{x:?}").hash(&mut hasher);
    hasher.finish()
}

/// What a kept series is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Id {
    /// The quantity.
    pub what: &'static str,
    /// Whose.
    pub arm: Arm,
    /// Of which invariance group; 0 where it is of none.
    pub group: usize,
}

#[derive(Default)]
struct KeptSeries {
    values: Rc<Series>,
    used: bool,
}

/// Kept marks, each with the version of those it was made from.
type KeptMarks = HashMap<Id, ([u64; 3], Rc<Marks>)>;

/// Kept results under their names, each with what it was made from.
type Whole = HashMap<&'static str, (Vec<u64>, Rc<dyn Any>)>;

/// Everything kept.
#[derive(Default)]
pub struct Kept {
    start: u64,
    series: RefCell<HashMap<Id, KeptSeries>>,
    marks: RefCell<KeptMarks>,
    whole: RefCell<Whole>,
}

impl Kept {
    /// To be called once a frame, before anything is asked: drops what belongs to an earlier start, and the series that
    /// nobody asked for in the last frame.
    pub fn begin_frame(&mut self, start: u64) {
        if self.start != start {
            *self = Self { start, ..Self::default() };
        }
        self.series.get_mut().retain(|_, series| std::mem::take(&mut series.used));
    }

    /// Drops everything.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// The series of `len` values, one a row of `rows`, whose `i`-th is `next(i, those before)`; computed once for each `i` as
    /// long as `len` does not shrink. When its sources are thinned it is too, so that what was derived from every step stays.
    pub fn series(&self, id: Id, rows: Rows, len: usize, mut next: impl FnMut(usize, &[f64]) -> f64) -> Rc<Series> {
        let mut all = self.series.borrow_mut();
        let kept = all.entry(id).or_default();
        kept.used = true;
        if kept.values.rows() != rows || kept.values.len() != len {
            let values = Rc::make_mut(&mut kept.values);
            if values.rows() != rows {
                values.thin(rows);
            }
            if values.len() > len {
                *values = Series::of(rows, Vec::new());
            }
            for i in values.len()..len {
                let value = next(i, values);
                values.push(value);
            }
        }
        Rc::clone(&kept.values)
    }

    /// `marks` with `f`, which must not decrease, of every value.
    pub fn marks(&self, id: Id, marks: &Marks, f: impl Fn(f64) -> f64) -> Rc<Marks> {
        let (mut all, version) = (self.marks.borrow_mut(), marks.version());
        let made = all.entry(id).or_insert_with(|| ([u64::MAX; 3], Rc::default()));
        if made.0 != version {
            *made = (version, Rc::new(marks.map(f)));
        }
        Rc::clone(&made.1)
    }

    /// What `make` made the last time, or makes now if `from` changed since. Numbers go into `from` by their bits.
    pub fn whole<T: 'static>(&self, name: &'static str, from: Vec<u64>, make: impl FnOnce() -> T) -> Rc<T> {
        let known = self.whole.borrow().get(name).filter(|(of, _)| *of == from).map(|(_, made)| Rc::clone(made));
        if let Some(Ok(made)) = known.map(Rc::downcast::<T>) {
            return made;
        }
        let made = Rc::new(make());
        self.whole.borrow_mut().insert(name, (from, made.clone()));
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Id = Id { what: "sum", arm: Arm::Wd, group: 0 };

    #[test]
    fn a_series_grows_and_starts_again_when_it_shrinks() {
        let kept = Kept::default();
        let mut asked = Vec::new();
        let mut ask = |len| {
            let sums = kept.series(ID, Rows::ALL, len, |i, before| {
                asked.push(i);
                before.last().copied().unwrap_or(0.0) + i as f64
            });
            sums.last().copied()
        };
        assert_eq!([ask(4), ask(6), ask(6), ask(2)], [Some(6.0), Some(15.0), Some(15.0), Some(1.0)]);
        assert_eq!(asked, [0, 1, 2, 3, 4, 5, 0, 1]);
    }

    #[test]
    fn what_nobody_asks_for_and_an_earlier_start_are_dropped() {
        let mut kept = Kept::default();
        let first = |kept: &Kept, value| kept.series(ID, Rows::ALL, 1, |_, _| value)[0];
        kept.begin_frame(1);
        assert_eq!(first(&kept, 1.0), 1.0);
        kept.begin_frame(1);
        assert_eq!(first(&kept, 2.0), 1.0, "asked for in the last frame");
        kept.begin_frame(1);
        kept.begin_frame(1);
        assert_eq!(first(&kept, 3.0), 3.0, "not asked for in the last frame");
        kept.begin_frame(2);
        assert_eq!(first(&kept, 4.0), 4.0, "another start");
    }

    #[test]
    fn a_whole_is_made_again_when_its_sources_change() {
        let kept = Kept::default();
        assert_eq!(*kept.whole("x", vec![1], || 1), 1);
        assert_eq!(*kept.whole("x", vec![1], || 2), 1);
        assert_eq!(*kept.whole("x", vec![2], || 3), 3);
        assert_eq!(*kept.whole("x", vec![2], || "another type"), "another type");
    }
}
