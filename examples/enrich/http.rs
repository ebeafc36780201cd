//! As much of HTTP/1.1 as it takes to get something. A program of your own would use a client that others keep.

use beamline::BoxError;
use beamline::tokio::io::{AsyncReadExt, AsyncWriteExt};
use beamline::tokio::net::TcpStream;
use std::fmt;
use std::str::FromStr;

/// Where to ask.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    /// `host:port`.
    address: String,
    /// What comes before the id, without a `/` at its end.
    path: String,
}

impl FromStr for Service {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix("http://").unwrap_or(text).trim_end_matches('/');
        if text.contains("://") {
            return Err("only http is spoken here, as in http://localhost:8000/items".to_owned());
        }
        let (address, path) = text.split_once('/').unwrap_or((text, ""));
        if address.rsplit_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_err()) {
            return Err("there is no port, as in localhost:8000/items".to_owned());
        }
        let path = if path.is_empty() { String::new() } else { format!("/{path}") };
        Ok(Self { address: address.to_owned(), path })
    }
}

/// An answer that is none.
#[derive(Debug)]
pub(crate) struct Refused {
    status: u16,
    text: String,
}

impl Refused {
    /// Whether it may be another answer the next time.
    pub(crate) fn is_for_now(&self) -> bool {
        self.status >= 500 || self.status == 429
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the service says {} {}", self.status, self.text)
    }
}

impl std::error::Error for Refused {}

impl Service {
    /// What the service says about an id.
    pub(crate) async fn get(&self, id: &str) -> Result<String, BoxError> {
        let Self { address, path } = self;
        let mut stream = TcpStream::connect(address).await?;
        let id = escape(id);
        let request = format!("GET {path}/{id} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        read(&answer)
    }
}

/// As it may stand in a path.
fn escape(id: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    id.bytes().map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// The body of an answer, without the ends of lines.
fn read(answer: &[u8]) -> Result<String, BoxError> {
    let (head, body) = split_once(answer, b"\r\n\r\n").ok_or("the answer has no end of its head")?;
    let head = str::from_utf8(head)?;
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().splitn(3, ' ');
    let (Some(_), Some(status)) = (first.next(), first.next()) else { return Err("the answer has no status".into()) };
    let status: u16 = status.parse().map_err(|_| format!("the status is {status}"))?;
    if status != 200 {
        return Err(Refused { status, text: first.next().unwrap_or_default().to_owned() }.into());
    }
    let headers: Vec<_> = lines.filter_map(|line| line.split_once(':')).collect();
    let header = |name: &str| headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim());
    let body = match (header("transfer-encoding"), header("content-length")) {
        (Some("chunked"), _) => join_chunks(body)?,
        (_, Some(length)) if length.parse() != Ok(body.len()) => return Err("the answer breaks off".into()),
        _ => body.to_owned(),
    };
    let body = String::from_utf8(body)?;
    Ok(body.trim_end().replace(['\r', '\n'], " "))
}

/// What comes before some bytes, and what comes behind them.
fn split_once<'a>(bytes: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let before = bytes.windows(at.len()).position(|window| window == at)?;
    Some((&bytes[..before], &bytes[before + at.len()..]))
}

/// Chunks may end within a letter.
fn join_chunks(mut body: &[u8]) -> Result<Vec<u8>, BoxError> {
    let mut whole = Vec::new();
    loop {
        let (size, rest) = split_once(body, b"\r\n").ok_or("the answer breaks off")?;
        let size = str::from_utf8(size)?;
        let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16)?;
        if size == 0 {
            return Ok(whole);
        }
        whole.extend_from_slice(rest.get(..size).ok_or("the answer breaks off")?);
        body = rest.get(size + 2..).ok_or("the answer breaks off")?;
    }
}
