//! `/csp-report`: browsers tell of what the policy of the page forbade. In an app that is whole, none ever comes.
//!
//! Neighbours: [`policy`](super::policy) is what was broken. Anybody may send reports, so they are counted, and few are logged.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    body::{Body, to_bytes},
    extract::State,
    http::StatusCode,
};
use serde::Deserialize;

use super::Web;

/// Longest report that is read.
const MAX_BYTES: usize = 16 * 1024;
/// How long it may take to come.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Most reports that are logged in each [`WINDOW`]; the rest is only counted.
const LOGGED: u32 = 10;
const WINDOW: Duration = Duration::from_mins(1);
/// Longest part of a report that is logged, in characters.
const MAX_TEXT: usize = 300;

/// What reports are told apart by; everything else is `other`.
const DIRECTIVES: [&str; 13] = [
    "default-src",
    "script-src",
    "script-src-elem",
    "script-src-attr",
    "style-src",
    "style-src-elem",
    "style-src-attr",
    "img-src",
    "font-src",
    "connect-src",
    "worker-src",
    "manifest-src",
    "frame-src",
];

/// How many were logged of late.
#[derive(Debug, Default)]
pub struct Reports(Mutex<Option<(Instant, u32)>>);

#[derive(Deserialize)]
struct Sent {
    #[serde(rename = "csp-report")]
    report: Report,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", default)]
#[derive(Default)]
struct Report {
    document_uri: String,
    effective_directive: String,
    violated_directive: String,
    blocked_uri: String,
    source_file: String,
    line_number: u64,
}

impl Reports {
    /// Whether one more may be logged.
    fn admit(&self, now: Instant) -> bool {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (began, logged) = match *window {
            Some((began, logged)) if now.saturating_duration_since(began) < WINDOW => (began, logged),
            Some(_) | None => (now, 0),
        };
        *window = Some((began, logged.saturating_add(1)));
        logged < LOGGED
    }
}

pub(super) async fn take(State(web): State<Arc<Web>>, body: Body) -> StatusCode {
    let Ok(Ok(bytes)) = tokio::time::timeout(TIMEOUT, to_bytes(body, MAX_BYTES)).await else {
        return StatusCode::BAD_REQUEST;
    };
    let Ok(Sent { report }) = serde_json::from_slice(&bytes) else {
        return StatusCode::BAD_REQUEST;
    };
    let directive = directive(&report);
    web.metrics.policy_violation(directive);
    if web.reports.admit(Instant::now()) {
        tracing::warn!(
            directive,
            page = cut(&report.document_uri),
            blocked = cut(&report.blocked_uri),
            source = cut(&report.source_file),
            line = report.line_number,
            "a browser reports a breach of the content security policy"
        );
    }
    StatusCode::NO_CONTENT
}

/// The directive, as one of a few names.
fn directive(report: &Report) -> &'static str {
    let violated = report.violated_directive.split(' ').next().unwrap_or_default();
    let told = [report.effective_directive.as_str(), violated];
    let known = DIRECTIVES.into_iter().find(|known| told.contains(known));
    known.unwrap_or("other")
}

/// The beginning, without what a terminal could mistake for a command.
fn cut(text: &str) -> String {
    let printable = text.chars().filter(|letter| !letter.is_control());
    printable.take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_are_logged_in_a_window() {
        let (reports, start) = (Reports::default(), Instant::now());
        let logged = |at: Duration| (0..100).filter(|_| reports.admit(start + at)).count();
        assert_eq!(logged(Duration::ZERO), 10);
        assert_eq!(logged(Duration::from_secs(59)), 0);
        assert_eq!(logged(WINDOW), 10);
    }

    #[test]
    fn reports_have_one_of_a_few_names() {
        for (json, expected) in [
            (
                r#"{"csp-report":{"effective-directive":"script-src-elem"}}"#,
                "script-src-elem",
            ),
            (r#"{"csp-report":{"violated-directive":"img-src 'self'"}}"#, "img-src"),
            (r#"{"csp-report":{"effective-directive":"invented"}}"#, "other"),
            (r#"{"csp-report":{}}"#, "other"),
        ] {
            let sent: Sent = serde_json::from_str(json).expect("a report");
            assert_eq!(directive(&sent.report), expected, "{json}");
        }
        assert_eq!(cut("a\u{1b}[31m\nb"), "a[31mb");
    }
}
