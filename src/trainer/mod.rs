//! The trainer: steps all arms in lockstep. [`Command`] in, [`Event`] out; plain numbers, never handles. It knows no page.
//!
//! [`message`] is the vocabulary, [`Lockstep`] takes one experiment through its steps, [`run`] is the loop that listens,
//! trains and speaks, and [`build`] turns an experiment into an engine.

pub mod build;
pub mod choose;
mod compare;
pub mod drive;
mod library;
pub mod lockstep;
pub mod measure;
pub mod message;
pub mod platform;
pub mod runner;

pub use lockstep::{Enqueued, EvaluationPlan, Lockstep};
pub use message::{
    ArmPoint, ArmStop, ArmWeights, Command, DataInfo, EngineReport, Evaluation, Event, GroupInfo, GroupPoint,
    LayerInfo, NetworkInfo, Row, RunState, Speed, StopReason, Watched, WeightsSeen,
};
pub use platform::{Platform, Source};
pub use runner::run;
