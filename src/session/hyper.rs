//! η, λ, γ of each step, thinned like all series.

use super::rows::Rows;
use super::thin::thinned;
use crate::theory::Hyper;
use std::ops::Deref;

/// One entry a step from step 0 on, thinned. As a slice: those of the steps that have a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hypers {
    rows: Rows,
    values: Vec<Hyper>,
}

impl Deref for Hypers {
    type Target = [Hyper];

    fn deref(&self) -> &[Hyper] {
        &self.values
    }
}

impl Hypers {
    /// Those of the next row.
    pub(super) fn push(&mut self, hyper: Hyper) {
        self.values.push(hyper);
    }

    /// Those of `step`, or of the stretch it lies in.
    pub fn at(&self, step: u64) -> Option<Hyper> {
        self.values.get(self.rows.row(step)).copied()
    }

    /// Keeps the rows of `to` only.
    pub(super) fn thin(&mut self, to: Rows) {
        self.values = thinned(&self.values, self.rows, to);
        self.rows = to;
    }
}
