//! The page in a browser: what it shows of a job, at the end of which it stays as it was.

mod support;

use beamline_ui::Page;
use std::env;
use std::io::{BufRead, BufReader, Write, copy};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use support::{drain, host_of, waiting_job};

/// Stands between a browser and a page, and tells when the browser has been told an event.
fn relay(page: &str) -> (String, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (tell, heard) = channel();
    let page = page.to_owned();
    thread::spawn(move || {
        for browser in listener.incoming().map_while(Result::ok) {
            let (page, tell) = (TcpStream::connect(&page), tell.clone());
            let Ok(page) = page else { return };
            let mut forth = (browser.try_clone().unwrap(), page.try_clone().unwrap());
            thread::spawn(move || copy(&mut forth.0, &mut forth.1).and_then(|_| forth.1.shutdown(Shutdown::Write)));
            thread::spawn(move || pass_on(page, browser, &tell));
        }
    });
    (address, heard)
}

fn pass_on(page: TcpStream, mut browser: TcpStream, tell: &Sender<()>) {
    let (mut page, mut line) = (BufReader::new(page), Vec::new());
    while page.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let _ = browser.write_all(&line);
        if line.starts_with(b"event: status") {
            let _ = tell.send(());
        }
        line.clear();
    }
    let _ = browser.shutdown(Shutdown::Both);
}

/// The browser that `BEAMLINE_CHROMIUM` names, or one that is installed.
fn browser() -> PathBuf {
    if let Some(path) = env::var_os("BEAMLINE_CHROMIUM") {
        return path.into();
    }
    let folders = env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let mut files = env::split_paths(&folders).flat_map(|folder| names.map(|name| folder.join(name)));
    files.find(|file| file.is_file()).expect("install Chromium, or let BEAMLINE_CHROMIUM name one")
}

/// What the page has become when the job has ended.
fn final_page(arguments: &[&str]) -> String {
    let page = Page::bind("0", None).unwrap();
    let (address, heard) = relay(&host_of(&page.url()));
    let (job, serving) = waiting_job(page);
    let profile = tempfile::tempdir().unwrap();
    let mut command = Command::new(browser());
    command.args(["--headless=new", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000"]);
    command.arg(format!("--user-data-dir={}", profile.path().display()));
    command.args(arguments).arg(format!("http://{address}/")).stdout(Stdio::piped()).stderr(Stdio::null());
    let browser = command.spawn().unwrap();
    heard.recv().unwrap();
    drain(job, serving);
    String::from_utf8(browser.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
#[ignore = "needs a browser: .ci/browser, or cargo test -p beamline-ui -- --ignored"]
fn the_page_shows_the_graph_and_the_end() {
    let dom = final_page(&["--dump-dom"]);
    let has = |text: &str| assert!(dom.contains(text), "{text} is missing in {dom}");
    has("succeeded: the run has ended, this is its last state");
    has("<h1 id=\"program\">seconds</h1>");
    has("<title>succeeded: seconds</title>");
    for step in ["Seconds", "See", "Limit", "Show"] {
        has(&format!(">{step}<span class=\"quiet\">ui/tests/support/mod.rs:"));
        has(&format!("aria-label=\"{step}: "));
    }
    assert!(dom.matches("class=\"node").count() >= 8, "{dom}");
    assert!(dom.contains("class=\"edge side\"") && dom.matches("class=\"edge").count() >= 8, "{dom}");
    has("91 values from 0 to 90, mean 45");
    has("Recent elements");
    has(">Seconds<span class=\"quiet\">to See</span>");
    has("<td class=\"element\" data-label=\"Element\">");
    has("1970-01-01 00:00:00 UTC, 1970-01-01 00:01:00 UTC)");
    has("Hot keys");
    has("<td class=\"element\" data-label=\"Key\">0</td><td class=\"number\" data-label=\"Share\">5");
}

#[test]
#[ignore = "needs a browser: .ci/browser, or cargo test -p beamline-ui -- --ignored"]
fn on_a_phone_and_in_the_dark_it_is_drawn_too() {
    let folder = tempfile::tempdir().unwrap();
    // Whoever wants to look at them says where they should stay.
    let pictures = env::var_os("BEAMLINE_PICTURES").map_or_else(|| folder.path().to_owned(), PathBuf::from);
    for (name, arguments) in [
        ("phone", &["--window-size=320,4600"][..]),
        ("dark", &["--window-size=1200,2600", "--blink-settings=preferredColorScheme=0"]),
    ] {
        let picture = pictures.join(format!("{name}.png"));
        let screenshot = format!("--screenshot={}", picture.display());
        final_page(&[arguments, &[&screenshot, "--hide-scrollbars"]].concat());
        let size = picture.metadata().unwrap().len();
        assert!(size > 10_000, "an empty page: {size} bytes");
    }
}
