//! A file server for one page and one person.

use crate::shell::{Result, root};
use crate::{install, page};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};

/// Builds the page and serves it until interrupted.
pub fn main(arguments: &[&str]) -> Result<()> {
    let (mut port, mut release) = (8080, true);
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match *word {
            "--dev" => release = false,
            "--port" => {
                let number = words.next().and_then(|n| n.parse::<u16>().ok());
                port = number.ok_or("`--port` wants a number up to 65535.")?;
            }
            other => return Err(format!("`cargo xtask serve` does not know {other}; it knows --port N and --dev.")),
        }
    }
    // Before the long build: a taken port should not cost minutes.
    let listener = TcpListener::bind(("127.0.0.1", port))
        .map_err(|e| format!("port {port} cannot be used ({e}); try `cargo xtask serve --port {}`.", port ^ 1))?;
    install::for_page()?;
    page::build(release)?;
    println!("\nThe lab is at http://{}  (Ctrl-C ends it)", listener.local_addr().map_err(|e| e.to_string())?);
    listen(&listener, &root().join("dist"));
    Ok(())
}

/// Serves a folder on a free port as long as the program runs. Returns where.
pub fn in_background(folder: &Path) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|e| format!("no port is free ({e})."))?;
    let address = listener.local_addr().map_err(|e| e.to_string())?;
    let folder = folder.to_owned();
    std::thread::spawn(move || listen(&listener, &folder));
    Ok(address)
}

fn listen(listener: &TcpListener, folder: &Path) {
    for stream in listener.incoming().flatten() {
        let folder = folder.to_owned();
        std::thread::spawn(move || answer(stream, &folder));
    }
}

/// One request, one answer. A browser that goes away is no error worth a word.
fn answer(mut stream: TcpStream, folder: &Path) {
    let mut lines = BufReader::new(&stream).lines().map_while(std::result::Result::ok);
    let request = lines.next().unwrap_or_default();
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    let mut words = request.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or("/"));
    let body = file_of(folder, target).and_then(|file| Some((mime(&file), std::fs::read(file).ok()?)));
    let (status, kind, body) = match body {
        Some((kind, body)) if matches!(method, "GET" | "HEAD") => ("200 OK", kind, body),
        _ => ("404 Not Found", "text/plain; charset=utf-8", b"There is nothing here.\n".to_vec()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    let body = if method == "HEAD" { &[] } else { body.as_slice() };
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

/// The file a request means; `None` for whatever would lead out of the folder.
fn file_of(folder: &Path, target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?.trim_start_matches('/');
    if path.split('/').any(|part| part.starts_with('.')) || path.contains(['\\', '%', ':']) {
        return None;
    }
    let file = folder.join(path);
    Some(if file.is_dir() { file.join("index.html") } else { file })
}

fn mime(file: &Path) -> &'static str {
    match file.extension().and_then(|e| e.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        // Anything else, and the browser compiles the wasm only after all of it has arrived.
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "webmanifest") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::sync::OnceLock;

    /// The folder that the tests ask for. Written once: two tests that write it at the same time would each read the
    /// other's half-written (empty) files.
    fn folder() -> &'static Path {
        static FOLDER: OnceLock<PathBuf> = OnceLock::new();
        FOLDER.get_or_init(|| {
            let folder = std::env::temp_dir().join(format!("explr-serve-{}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("index.html"), "<title>lab</title>").unwrap();
            std::fs::write(folder.join("a.wasm"), [0, 97, 115, 109]).unwrap();
            folder
        })
    }

    fn ask(target: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        write!(client, "{target} HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        answer(listener.accept().unwrap().0, folder());
        let mut text = Vec::new();
        client.read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    }

    #[test]
    fn files_come_with_their_type() {
        let page = ask("GET /?x=1");
        assert!(page.starts_with("HTTP/1.1 200") && page.ends_with("<title>lab</title>"), "{page}");
        assert!(ask("GET /a.wasm").contains("Content-Type: application/wasm\r\n"));
        assert!(ask("HEAD /a.wasm").ends_with("\r\n\r\n"));
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        for target in ["GET /../secret", "GET /..%2fsecret", "GET /x/../../y", "GET /none.js", "POST /", ""] {
            assert!(ask(target).starts_with("HTTP/1.1 404"), "{target}");
        }
    }
}
