//! What the page of a running pipeline answers.

mod support;

use beamline_sdk::{Pipeline, Result, Timestamp};
use beamline_ui::Page;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::net::TcpStream;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use support::{ask, drain, events, get, host_of, start, step, waiting_job};

/// A page on loopback, and where it is.
fn page() -> (Page, String) {
    let page = Page::bind("0", None).unwrap();
    let host = host_of(&page.url());
    (page, host)
}

/// Waits until all that there is to read has been read, and nothing of it is under way.
fn wait_until_caught_up(host: &str) -> Value {
    let is_under_way = |step: &Value| ["queue", "busy"].iter().any(|reason| step["held_by"]["reason"] == *reason);
    let has_all = |status: &Value| {
        let has_shown = step(status, "Show")["emitted"] != 0 || step(status, "Limit")["emitted"] != 0;
        has_shown && !status["steps"].as_array().unwrap().iter().any(is_under_way)
    };
    events(host).map(|(_, status)| status).find(has_all).unwrap()
}

#[test]
fn the_status_says_how_each_step_is() {
    let (page, host) = page();
    let (job, serving) = waiting_job(page);
    wait_until_caught_up(&host);
    let answer = get(&host, "/status.json");
    assert!(answer.status == 200 && answer.head.contains("content-type: application/json"), "{}", answer.head);
    let status: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(
        (&status["program"], &status["state"], &status["error"]),
        (&json!("seconds"), &json!("running"), &Value::Null)
    );
    assert_eq!(status["now"], "1970-01-01T00:02:00Z");
    let seconds = step(&status, "Seconds");
    assert_eq!((&seconds["emitted"], &seconds["output_watermark"]), (&json!(91), &json!("1970-01-01T00:01:30Z")));
    assert_eq!(seconds["watermark_lag_seconds"], 30.0);
    assert_eq!(seconds["readings"][0]["place"], "element 90");
    let group = step(&status, "Group \"all\"");
    assert!(group["place"].as_str().unwrap().starts_with("ui/tests/support/mod.rs:"), "{group}");
    assert_eq!(group["held_by"]["reason"], "source");
    assert!(group["pending"].as_str().unwrap().contains("open windows"), "{group}");
    let see = step(&status, "See");
    assert_eq!(
        see["metrics"],
        json!({"seen": {"counter": 91}, "sizes": {"distribution": {"count": 91, "sum": 4095, "min": 0, "max": 90}}})
    );
    let limit = step(&status, "Limit");
    let view = limit["side_inputs"][0].as_u64().unwrap() as usize;
    assert_eq!(status["steps"][view]["is_done"], true);
    assert!(status["progress"]["bytes_read"].is_u64());
    drain(job, serving);
}

fn samples(status: &Value, name: &str) -> Vec<Value> {
    step(status, name)["outputs"][0]["samples"].as_array().unwrap().clone()
}

#[test]
fn elements_and_hot_keys_are_shown() {
    let (page, host) = page();
    let (job, serving) = waiting_job(page);
    wait_until_caught_up(&host);
    let status: Value = serde_json::from_str(&get(&host, "/status.json").body).unwrap();
    assert_eq!(status["has_samples"], true);
    let seconds = samples(&status, "Seconds");
    assert_eq!(seconds.len(), 5, "{seconds:?}");
    for sample in &seconds {
        let second: i64 = sample["element"].as_str().unwrap().parse().unwrap();
        let timestamp = Timestamp::from_millis(second * 1000).to_string();
        assert_eq!((&sample["timestamp"], &sample["pane"]), (&json!(timestamp), &Value::Null));
        assert_eq!(sample["windows"], json!([{"start": "beginning", "end": "end"}]));
        assert_eq!(sample["seen_at"], "1970-01-01T00:02:00Z");
    }
    let group = &samples(&status, "Group \"all\"")[0];
    assert_eq!(group["windows"], json!([{"start": "1970-01-01T00:00:00Z", "end": "1970-01-01T00:01:00Z"}]));
    assert_eq!(group["pane"], json!({"timing": "on time", "index": 0, "is_last": true, "is_retraction": false}));
    assert!(group["element"].as_str().unwrap().starts_with('['), "{group}");
    let hot_keys = step(&status, "Group \"all\"")["hot_keys"].as_array().unwrap();
    let keys: HashSet<_> = hot_keys.iter().map(|hot| hot["key"].as_str().unwrap()).collect();
    assert_eq!((keys, hot_keys.len()), (HashSet::from(["0", "1"]), 2));
    assert!(hot_keys.iter().all(|hot| (hot["share"].as_f64().unwrap() - 0.5).abs() < 0.1), "{hot_keys:?}");
    assert_eq!(step(&status, "Seconds")["hot_keys"], json!([]));
    drain(job, serving);
}

#[test]
fn elements_and_keys_can_be_kept_secret() {
    let (page, host) = page();
    let (job, serving) = waiting_job(page.samples(false));
    let mut events = events(&host);
    let statuses = [(); 2].map(|()| events.next().unwrap().1);
    drain(job, serving);
    for status in statuses.into_iter().chain([events.last().unwrap().1]) {
        assert_eq!(status["has_samples"], false);
        for step in status["steps"].as_array().unwrap() {
            let samples = step["outputs"].as_array().unwrap().iter().map(|output| &output["samples"]);
            assert!(samples.chain([&step["hot_keys"]]).all(|shown| *shown == json!([])), "{step}");
        }
    }
}

#[test]
fn beyond_loopback_elements_and_keys_are_secret() {
    let page = Page::bind("0.0.0.0:0", None).unwrap();
    let url = page.url();
    let (host, token) =
        (host_of(&url).replace("localhost", "127.0.0.1"), url.split_once("?token=").unwrap().1.to_owned());
    let (job, serving) = waiting_job(page);
    let path = format!("/status.json?token={token}");
    let status: Value = serde_json::from_str(&get(&host, &path).body).unwrap();
    assert_eq!((&status["has_samples"], samples(&status, "Seconds")), (&json!(false), Vec::new()));
    drain(job, serving);
}

/// The name of a sample, without its labels and value, if it is written as the format says.
fn sample_name(line: &str) -> &str {
    let (series, value) = line.rsplit_once(' ').unwrap();
    assert!(value.parse::<f64>().is_ok(), "{line}");
    let Some((name, labels)) = series.split_once('{') else { return series };
    let labels = labels.strip_suffix("\"}").unwrap_or_else(|| panic!("{line}"));
    for label in labels.split("\",") {
        let (key, text) = label.split_once("=\"").unwrap_or_else(|| panic!("{line}"));
        assert!(key.chars().all(|c| c.is_ascii_lowercase()), "{line}");
        assert!(!text.replace("\\\\", "").replace("\\\"", "").contains('"'), "{line}");
    }
    name
}

#[test]
fn metrics_are_in_the_format_of_prometheus() {
    let (page, host) = page();
    let (job, serving) = waiting_job(page);
    wait_until_caught_up(&host);
    let answer = get(&host, "/metrics");
    assert!(answer.head.contains("content-type: text/plain; version=0.0.4; charset=utf-8"), "{}", answer.head);
    let (mut family, mut kind, mut all) = (String::new(), "", HashSet::new());
    for line in answer.body.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            family = help.split_once(' ').unwrap().0.to_owned();
            assert!(all.insert(family.clone()), "{family} comes twice");
        } else if let Some(declared) = line.strip_prefix("# TYPE ") {
            let (name, declared) = declared.split_once(' ').unwrap();
            assert!(name == family && ["counter", "gauge", "summary"].contains(&declared), "{line}");
            kind = declared;
        } else {
            let suffixes: &[&str] = if kind == "summary" { &["_sum", "_count"] } else { &[""] };
            let name = sample_name(line);
            assert!(suffixes.iter().any(|suffix| name == format!("{family}{suffix}")), "{line}");
            assert!(kind != "counter" || name.ends_with("_total"), "{line}");
        }
    }
    let has = |line: &str| answer.body.lines().any(|found| found == line);
    assert!(has("beamline_step_elements_total{step=\"Seconds\"} 91"), "{}", answer.body);
    assert!(has("beamline_step_watermark_lag_seconds{step=\"Seconds\"} 30"), "{}", answer.body);
    assert!(has("beamline_step_done{step=\"Group \\\"all\\\"\"} 0"), "{}", answer.body);
    assert!(has("beamline_counter_total{step=\"See\",name=\"seen\"} 91"), "{}", answer.body);
    drain(job, serving);
}

#[test]
fn events_come_until_the_run_has_ended() {
    let (page, host) = page();
    let (job, serving) = waiting_job(page);
    let mut events = events(&host);
    let [first, second] = [(); 2].map(|()| events.next().unwrap());
    assert_eq!((&first.0[..], &second.0[..]), ("status", "status"));
    assert!(first.1["elapsed_seconds"].as_f64() < second.1["elapsed_seconds"].as_f64());
    drain(job, serving);
    let rest: Vec<_> = events.collect();
    let (name, status) = rest.last().unwrap();
    assert_eq!((&name[..], &status["state"]), ("end", &json!("succeeded")));
    assert!(status["steps"].as_array().unwrap().iter().all(|step| step["is_done"] == true), "{status}");
    assert!(rest[..rest.len() - 1].iter().all(|(name, _)| name == "status"));
    assert!(TcpStream::connect(&host).is_err(), "the page closes with the job");
}

#[test]
fn a_failure_is_told() {
    let (release, wait) = channel::<()>();
    let wait = Arc::new(Mutex::new(wait));
    let p = Pipeline::new();
    let numbers = p.create([1u64]).named("Numbers");
    numbers
        .try_map(
            move |n| if wait.lock().unwrap().recv().is_ok() { Ok::<u64, &str>(*n) } else { Err("the table is bare") },
        )
        .named("Lay");
    let (page, host) = page();
    let (job, serving) = start(&p, page);
    let mut events = events(&host);
    assert_eq!(events.next().unwrap().1["state"], "running");
    drop(release);
    let result = job.wait();
    serving.end(&result);
    let (name, status) = events.last().unwrap();
    assert_eq!((&name[..], &status["state"]), ("end", &json!("failed")));
    assert!(status["error"].as_str().unwrap().contains("the table is bare"), "{}", status["error"]);
}

#[test]
fn without_the_token_nothing_is_told() {
    let page = Page::bind("127.0.0.1:0", Some("open-sesame")).unwrap();
    let url = page.url();
    let host = host_of(&url);
    assert_eq!(url, format!("http://{host}/?token=open-sesame"));
    let (job, serving) = waiting_job(page);
    for path in
        ["/", "/page.js", "/page.css", "/icon.svg", "/status.json", "/metrics", "/events", "/?token=open", "/nothing"]
    {
        let answer = get(&host, path);
        assert!(answer.status == 401 && answer.head.contains("www-authenticate: bearer"), "{path}: {}", answer.head);
    }
    assert_eq!(get(&host, "/metrics?token=open-sesame").status, 200);
    let headers = format!("Host: {host}\r\nAuthorization: Bearer open-sesame\r\n");
    assert_eq!(ask(&host, "GET", "/status.json", &headers).status, 200);
    let page = get(&host, "/?token=open-sesame");
    assert!(page.status == 200 && page.body.contains("src=\"page.js?token=open-sesame\""), "{}", page.body);
    drain(job, serving);
}

#[test]
fn beyond_loopback_there_is_a_token() {
    let page = Page::bind("0.0.0.0:0", None).unwrap();
    let url = page.url();
    let (host, token) = (host_of(&url).replace("localhost", "127.0.0.1"), url.split_once("?token=").unwrap().1);
    let (job, serving) = waiting_job(page);
    assert_eq!(ask(&host, "GET", "/status.json", "Host: build.example.org\r\n").status, 401);
    let path = format!("/status.json?token={token}");
    assert_eq!(ask(&host, "GET", &path, "Host: build.example.org\r\n").status, 200);
    drain(job, serving);
}

#[test]
fn names_of_other_sites_are_refused_on_loopback() {
    let (page, host) = page();
    let (job, serving) = waiting_job(page);
    for headers in ["Host: evil.example.org\r\n", "Host: localhost.example.org:80\r\n", "Host: \r\n"] {
        assert_eq!(ask(&host, "GET", "/status.json", headers).status, 403, "{headers}");
    }
    assert_eq!(ask(&host, "GET", "/status.json", "Host: localhost:9999\r\n").status, 200);
    drain(job, serving);
}

#[test]
fn the_page_loads_nothing_from_elsewhere() -> Result<()> {
    let (page, host) = page();
    let (job, serving) = waiting_job(page);
    let page = get(&host, "/");
    assert!(page.head.contains("content-security-policy: default-src 'none'; script-src 'self'"), "{}", page.head);
    assert!(page.head.contains("x-content-type-options: nosniff") && page.head.contains("text/html"), "{}", page.head);
    for (asset, kind) in [("page.js", "text/javascript"), ("page.css", "text/css"), ("icon.svg", "image/svg+xml")] {
        assert!(page.body.contains(&format!("\"{asset}\"")), "{}", page.body);
        let answer = get(&host, &format!("/{asset}"));
        assert!(answer.status == 200 && answer.head.contains(kind), "{asset}: {}", answer.head);
        assert!(!answer.body.replace("http://www.w3.org/2000/svg", "").contains("://"), "{asset}");
    }
    assert!(!page.body.contains("{{") && !page.body.contains("://"), "{}", page.body);
    assert_eq!((get(&host, "/nothing").status, ask(&host, "POST", "/", "Host: localhost\r\n").status), (404, 405));
    drain(job, serving);
    Ok(())
}
