//! A trainer in a thread.

use crate::data::{self, Dataset};
use crate::engine::cpu::CpuEngine;
use crate::engine::{Engine, Setup};
use crate::experiment::Precision;
use crate::trainer::{Command, Event, Platform, Source, run};
use futures_channel::mpsc::{UnboundedSender, unbounded};
use std::io::Read;
use std::sync::mpsc;
use std::time::Duration;

/// Bytes read at a time.
const CHUNK: usize = 1 << 20;

/// The near end of a trainer that runs in a thread.
pub struct Host {
    commands: UnboundedSender<Command>,
    events: mpsc::Receiver<Event>,
}

impl Host {
    /// Starts a trainer. `wake` is called, from its thread, when an event waits.
    pub fn start(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let (commands, inbox) = unbounded();
        let (outbox, events) = mpsc::channel();
        let post = move |event| {
            // Nobody listens any more when the window is closed.
            if outbox.send(event).is_ok() {
                wake();
            }
        };
        std::thread::spawn(move || pollster::block_on(run(inbox, Box::new(post), Native)));
        Self { commands, events }
    }

    /// Sends a command; never blocks.
    pub fn send(&self, command: Command) {
        // The thread lives as long as its mailbox: only a panic in it closes the channel, and that is printed.
        let _ = self.commands.unbounded_send(command);
    }

    /// The next event, if one waits.
    pub fn poll(&self) -> Option<Event> {
        self.events.try_recv().ok()
    }
}

/// A thread of its own on a desktop machine.
#[derive(Clone, Copy, Debug)]
pub struct Native;

impl Platform for Native {
    type File = File;

    async fn pause(&self, wait: Duration) {
        if wait > Duration::ZERO {
            std::thread::sleep(wait);
        }
    }

    fn no_gpu_hint(&self) -> String {
        "No GPU was found: no Vulkan, Metal or Direct3D 12 driver answered.".into()
    }

    async fn cpu_engine(&self, setup: Setup, precision: Precision) -> Box<dyn Engine> {
        let threads = std::thread::available_parallelism().map_or(1, Into::into);
        match precision {
            Precision::F32 => Box::new(CpuEngine::<f32>::new(setup, threads)),
            Precision::F64 => Box::new(CpuEngine::<f64>::new(setup, threads)),
        }
    }

    async fn fashion28(&self) -> Result<Dataset, String> {
        Ok(data::fashion28())
    }

    async fn open(&self, name: &str) -> Result<File, String> {
        let open = || -> std::io::Result<File> {
            let file = std::fs::File::open(name)?;
            let size = file.metadata()?.len();
            Ok(File { name: name.to_owned(), file, size })
        };
        open().map_err(|error| format!("{name} cannot be opened: {error}."))
    }
}

/// A file on the disk, by its path.
#[derive(Debug)]
pub struct File {
    name: String,
    file: std::fs::File,
    size: u64,
}

impl Source for File {
    fn size(&self) -> u64 {
        self.size
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        let mut chunk = vec![0; CHUNK];
        let read = self.file.read(&mut chunk).map_err(|error| format!("{} cannot be read: {error}.", self.name))?;
        chunk.truncate(read);
        Ok((read > 0).then_some(chunk))
    }
}
