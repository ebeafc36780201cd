//! Which requests are answered, and what every answer says about itself.

use crate::token::Token;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;
use std::sync::Arc;

/// What a request has to bring.
pub(crate) struct Gate {
    /// Who does not know it is refused.
    pub(crate) token: Option<Token>,
    /// Whether requests come from this machine, and so have to name a host of this machine: the browser that sends one may
    /// be under the hand of a page of another site, whose name was made to point here.
    pub(crate) is_loopback: bool,
}

/// Nothing is loaded from elsewhere, and no other page may embed or read an answer.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Answers a request, or refuses it.
pub(crate) async fn guard(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let mut response = match gate.refusal(request.headers(), request.uri()) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

impl Gate {
    fn refusal(&self, headers: &HeaderMap, uri: &Uri) -> Option<Response> {
        if self.is_loopback && !host_of(headers).is_some_and(is_this_machine) {
            let text = "this page is for this machine alone: ask for it as localhost\n";
            return Some((StatusCode::FORBIDDEN, text).into_response());
        }
        let token = self.token.as_ref()?;
        let mut brought = tokens_in(uri).chain(bearer(headers));
        if brought.any(|other| token.is(other)) {
            return None;
        }
        let text =
            "this page wants a token, which the program has printed: add ?token=…, or send it as a bearer token\n";
        Some((StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")], text).into_response())
    }
}

/// The host that a request names, without the port.
fn host_of(headers: &HeaderMap) -> Option<&str> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    match host.strip_prefix('[') {
        Some(v6) => v6.split_once(']').map(|(host, _)| host),
        None => host.split(':').next(),
    }
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn tokens_in(uri: &Uri) -> impl Iterator<Item = &str> {
    uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.strip_prefix("token="))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(gate: &Gate, uri: &'static str, headers: &[(HeaderName, &'static str)]) -> Option<StatusCode> {
        let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        gate.refusal(&headers, &Uri::from_static(uri)).map(|response| response.status())
    }

    #[test]
    fn on_loopback_the_host_is_of_this_machine() {
        let gate = Gate { token: None, is_loopback: true };
        for host in ["localhost", "localhost:80", "LocalHost:1", "127.0.0.1:8080", "127.1.2.3", "[::1]:80", "[::1]"] {
            assert_eq!(answer(&gate, "/", &[(header::HOST, host)]), None, "{host}");
        }
        for host in
            ["", "example.org", "localhost.example.org:80", "127.0.0.1.example.org", "10.0.0.1", "[::2]:80", "[::1"]
        {
            assert_eq!(answer(&gate, "/", &[(header::HOST, host)]), Some(StatusCode::FORBIDDEN), "{host}");
        }
        assert_eq!(answer(&gate, "/", &[]), Some(StatusCode::FORBIDDEN));
    }

    #[test]
    fn a_token_is_asked_for() {
        let gate = Gate { token: Some(Token::chosen("open-sesame").unwrap()), is_loopback: false };
        let with = |uri, value| answer(&gate, uri, &[(header::AUTHORIZATION, value)]);
        assert_eq!(answer(&gate, "/?token=open-sesame", &[]), None);
        assert_eq!(answer(&gate, "/events?a=b&token=open-sesame", &[]), None);
        assert_eq!([with("/", "Bearer open-sesame"), with("/?token=x", "bearer  open-sesame")], [None, None]);
        for uri in ["/", "/?token=", "/?token=open-sesam", "/?xtoken=open-sesame", "/?token=open-sesame2"] {
            assert_eq!(answer(&gate, uri, &[]), Some(StatusCode::UNAUTHORIZED), "{uri}");
        }
        for value in ["", "open-sesame", "Basic open-sesame", "Bearer", "Bearer sesame"] {
            assert_eq!(with("/", value), Some(StatusCode::UNAUTHORIZED), "{value}");
        }
    }
}
