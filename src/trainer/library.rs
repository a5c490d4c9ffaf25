//! The sets of images at hand: the one inside the program, the one fetched on request, and what somebody opened here.

use super::build::{MAX_TEST, limited};
use super::platform::{Platform, Source};
use crate::data::load::{Limits, Loader};
use crate::data::{self, Dataset};
use crate::experiment::DataChoice;

/// Images that are kept of what somebody opens: 12 kB each in f32 where they are 32×32 and coloured.
const OPENED: Limits = Limits { train: 10_000, test: MAX_TEST };

/// Sets that are already in memory.
#[derive(Default)]
pub struct Library {
    sets: Vec<Dataset>,
}

impl Library {
    /// The set that `choice` names; `say` is told what takes time.
    ///
    /// # Errors
    /// A sentence, where the set is not at hand or does not arrive.
    pub async fn get<P: Platform>(
        &mut self,
        choice: &DataChoice,
        platform: &P,
        mut say: impl AsyncFnMut(String, Option<f32>),
    ) -> Result<Dataset, String> {
        if let Some(set) = self.sets.iter().find(|set| set.key == choice.key()) {
            return Ok(set.clone());
        }
        let set = match choice {
            DataChoice::Fashion14 => {
                say("Unpacking the images".into(), Some(0.1)).await;
                data::fashion_mnist()
            }
            DataChoice::Fashion28 => {
                say("Fetching Fashion-MNIST 28×28, 5 MB".into(), None).await;
                platform.fashion28().await?
            }
            DataChoice::Own(key) => {
                let name = if key == "cifar10" { "CIFAR-10" } else { key };
                return Err(format!(
                    "This experiment trains on {name}, which is not on this page: images of your own stay on the machine \
                     that opened them. Drop the same files here, or choose other images."
                ));
            }
        };
        let set = limited(set);
        self.sets.push(set.clone());
        Ok(set)
    }

    /// Reads files somebody opened, and keeps the set they make.
    ///
    /// # Errors
    /// A sentence with the file, the byte and what was expected there.
    pub async fn open<P: Platform>(
        &mut self,
        names: &[String],
        platform: &P,
        mut say: impl AsyncFnMut(String, Option<f32>),
    ) -> Result<Dataset, String> {
        let mut loader = Loader::new(OPENED);
        for name in names {
            let mut source = platform.open(name).await?;
            loader.begin_file(name);
            let (mut read, size) = (0, source.size());
            while let Some(chunk) = source.next().await? {
                loader.push(&chunk).map_err(|error| error.to_string())?;
                read += chunk.len() as u64;
                say(format!("Reading {name}"), Some((read as f32 / size.max(1) as f32).min(1.0))).await;
            }
            loader.end_file().map_err(|error| error.to_string())?;
        }
        let set = limited(loader.finish().map_err(|error| error.to_string())?);
        self.sets.retain(|known| known.key != set.key);
        self.sets.push(set.clone());
        Ok(set)
    }
}
