//! The ExpLR Lab: weight decay with a constant learning rate, and no weight decay with a learning rate that grows
//! without end, train the same network. This crate trains both, side by side, and shows it.
//!
//! Data flows one way; the only way back is a [`trainer::Command`]:
//!
//! ```text
//! link → Experiment → Plan → Engine → rows → Event → Session → plots
//! ```
//!
//! Modules, in reading order:
//!
//! | module | what it knows | what it never knows |
//! |---|---|---|
//! | [`theory`] | schedules, the ghost weight, roots, the border | tensors, time, pages |
//! | [`model`] | what a network is, as data | how it is computed |
//! | [`data`] | bytes → images and labels, batch order | networks |
//! | [`experiment`] | everything that is trained, and the link that says so | engines |
//! | [`engine`] | how a step is computed, on a CPU or a GPU | why |
//! | [`trainer`] | all arms in lockstep: [`trainer::Command`] in, [`trainer::Event`] out | windows, pages |
//! | [`mod@bench`] | the peers' networks, and a watch beside an engine | experiments |
//! | [`session`] | what is known of a run, from events alone | engines |
//! | [`host`] | where the trainer lives: a thread or a Worker | what is drawn |
//! | [`ui`] | draws a session | buffers, devices |
//! | `page` | the app in a browser: address bar, scripts, failures (wasm only) | how anything is drawn |
//! | [`cli`] | the headless commands (native only) | windows |
//!
//! # Words and units
//! *η* learning rate, *λ* weight decay, *γ* momentum, *g* the gradient. A tilde marks the twin. *u* is the ghost weight
//! ([`theory::ghost`]), *K* the number of exact halvings of the twin's weights. Steps count from 0; row *t* is measured
//! before update *t*. Logarithms shown are decimal. Tensors are named in the field's order `[n, c, h, w]`; in memory the
//! channel is outermost, `[c, n, h, w]` (see [`engine`] for the reason).

pub mod bench;
#[cfg(not(target_arch = "wasm32"))]
pub mod cli;
pub mod data;
pub mod engine;
pub mod experiment;
pub mod host;
pub mod model;
#[cfg(target_arch = "wasm32")]
pub mod page;
pub mod session;
pub mod theory;
pub mod trainer;
pub mod ui;
