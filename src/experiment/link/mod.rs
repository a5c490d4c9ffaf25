//! An experiment and a view as the fragment of a URL, and back.
//!
//! `#v=1&lr=0.05&ev=120:lr=0.01;503:gauge&view=side`: short stable keys ([`keys`]) in a stable order, only what differs
//! from the defaults or from the preset that `p=` names, numbers as their shortest decimals that read back exactly.

mod changes;
mod escape;
pub mod keys;
pub mod network;
mod number;
mod parse;
pub mod rules;
pub mod schedule;
mod view;
mod write;

use super::{Experiment, View};

/// What a link says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Link {
    /// What to train.
    pub experiment: Experiment,
    /// What to show.
    pub view: View,
    /// The key of the preset it is said against.
    pub preset: Option<&'static str>,
    /// Keys this version does not know, kept in order.
    pub unknown: Vec<(String, String)>,
    /// One sentence for everything that could not be taken as it was written ("link asked lr=50, limited to 10").
    pub notes: Vec<String>,
}

impl Link {
    /// Reads a whole URL, a `#fragment` or a bare fragment. Never fails: what cannot be used is said in `notes`.
    pub fn parse(text: &str) -> Self {
        parse::link(text)
    }

    /// The canonical fragment, beginning with `#v=1`: only what differs from the preset, or from the defaults. Reading it back gives the
    /// same experiment, view and unknown keys.
    pub fn fragment(&self) -> String {
        write::fragment(self)
    }
}
