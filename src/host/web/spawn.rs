//! Starting a Worker that runs the page's own module.

use super::SCRIPT_URL;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, Url, Worker, WorkerOptions, WorkerType};

/// What a Worker is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The trainer of the page.
    Trainer,
    /// A member of the crew that trains some of the arms.
    Mate,
}

impl Role {
    const ALL: [Self; 2] = [Self::Trainer, Self::Mate];

    fn name(self) -> &'static str {
        match self {
            Self::Trainer => "trainer",
            Self::Mate => "mate",
        }
    }

    /// The role of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// Starts a Worker: it loads the same script, is handed the compiled module, and calls one exported function with its
/// role. It posts null once it listens.
///
/// # Errors
/// What the browser says when it allows no Worker here.
pub fn spawn(role: Role) -> Result<Worker, JsValue> {
    let url = SCRIPT_URL.with(serde_json::to_string).map_err(|e| JsValue::from_str(&e.to_string()))?;
    let script = format!(
        "import init, {{ explr_worker }} from {url};\n\
         addEventListener('message', async ({{ data: [module, role] }}) => {{\n\
           await init({{ module_or_path: module }});\n\
           explr_worker(role);\n\
         }}, {{ once: true }});\n"
    );
    let kind = BlobPropertyBag::new();
    kind.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&script.into()), &kind)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Worker::new_with_options(&address, &options)?;
    worker.post_message(&Array::of2(&wasm_bindgen::module(), &role.name().into()))?;
    Ok(worker)
}
