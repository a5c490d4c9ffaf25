//! The trainer: steps all arms in lockstep. [`Command`] in, [`Event`] out; plain numbers, never handles. It knows no page.

pub mod message;

pub use message::{
    ArmPoint, ArmStop, Command, EngineReport, Evaluation, Event, LayerPoint, Row, RunState, Speed, StopReason,
};
