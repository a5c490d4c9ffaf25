//! Files in a browser: those somebody opened, read piece by piece where the trainer lives, and those of the page itself.
//!
//! A file is held by its name on the thread that opened it, and handed to the Worker beside the command that names it: a
//! browser passes the handle, not the content. Nothing is uploaded.

use super::{SCRIPT_URL, describe};
use crate::data::{self, Dataset};
use crate::trainer::Source;
use js_sys::{Array, ArrayBuffer, Promise, Uint8Array};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, Response, Url};

/// Bytes read at a time.
const CHUNK: f64 = (1 << 20) as f64;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch)]
    fn fetch(url: &str) -> Promise;
}

thread_local! {
    static HELD: RefCell<Vec<File>> = const { RefCell::new(Vec::new()) };
}

/// Keeps files, in place of those kept before, until a command names them. Returns their names.
pub fn hold(files: Array) -> Vec<String> {
    let files: Vec<File> = files.iter().filter_map(|file| file.dyn_into().ok()).collect();
    let names = files.iter().map(File::name).collect();
    HELD.with(|held| *held.borrow_mut() = files);
    names
}

/// The files kept.
pub fn held() -> Array {
    HELD.with(|held| held.borrow().iter().map(JsValue::from).collect())
}

/// A file under way.
pub struct Blob {
    file: File,
    read: f64,
}

/// The kept file with this name.
///
/// # Errors
/// A sentence where there is none.
pub fn open(name: &str) -> Result<Blob, String> {
    let found = HELD.with(|held| held.borrow().iter().find(|file| file.name() == name).cloned());
    found.map(|file| Blob { file, read: 0.0 }).ok_or_else(|| format!("{name} is no longer open: drop it again."))
}

impl Source for Blob {
    fn size(&self) -> u64 {
        self.file.size() as u64
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        if self.read >= self.file.size() {
            return Ok(None);
        }
        let cannot = |why: JsValue| format!("{} cannot be read: {}.", self.file.name(), describe(&why));
        let end = (self.read + CHUNK).min(self.file.size());
        let piece = self.file.slice_with_f64_and_f64(self.read, end).map_err(cannot)?;
        let bytes = JsFuture::from(piece.array_buffer()).await.map_err(cannot)?;
        self.read = end;
        Ok(Some(Uint8Array::new(&bytes).to_vec()))
    }
}

/// Fashion-MNIST in 28×28, from beside the page.
///
/// # Errors
/// A sentence where a file does not arrive or is damaged.
pub async fn fashion28() -> Result<Dataset, String> {
    let mut files: Vec<Vec<u8>> = Vec::new();
    for name in data::fashion28_files() {
        files.push(fetched(&name).await?);
    }
    let [a, b, c, d] = &files[..] else { return Err("four files were expected.".into()) };
    data::fashion28_from([a, b, c, d]).map_err(|error| error.to_string())
}

async fn fetched(name: &str) -> Result<Vec<u8>, String> {
    let cannot = |why: JsValue| format!("{name} could not be fetched: {}.", describe(&why));
    let url = SCRIPT_URL.with(|base| Url::new_with_base(&format!("data/{name}"), base)).map_err(cannot)?;
    let response: Response = JsFuture::from(fetch(&url.href())).await.map_err(cannot)?.unchecked_into();
    if !response.ok() {
        return Err(format!("{name} could not be fetched: the server answered {}.", response.status()));
    }
    let body = JsFuture::from(response.array_buffer().map_err(cannot)?).await.map_err(cannot)?;
    Ok(Uint8Array::new(&body.unchecked_into::<ArrayBuffer>()).to_vec())
}
