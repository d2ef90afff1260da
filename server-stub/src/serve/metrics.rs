//! Figures for Prometheus. Labels are routes, codes and outcomes: never a device, a person or an address.

use std::sync::OnceLock;

use axum::{
    extract::{MatchedPath, Request},
    response::Response,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::time::Instant;

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Seconds, from half a millisecond (an answer from memory) to ten seconds (something is wrong).
const SECONDS: [f64; 13] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// How many pieces of work one commit takes.
const GROUP: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

/// Starts to count. There is one recorder in a process; every later call changes nothing.
pub fn start() {
    RECORDER.get_or_init(|| {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
            .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_group_size".to_owned()), &GROUP));
        let handle = builder.and_then(PrometheusBuilder::install_recorder).ok()?;
        metrics::describe_counter!("atalaya_requests_total", "Requests by method, route and status.");
        metrics::describe_histogram!("atalaya_request_seconds", "How long answers took, by route.");
        metrics::describe_counter!("atalaya_sign_ins_total", "Attempts to sign in, by way and outcome.");
        metrics::describe_counter!("atalaya_reports_total", "Verified reports, by what became of them.");
        metrics::describe_counter!("atalaya_commits_total", "Transactions that were committed.");
        metrics::describe_histogram!("atalaya_commit_group_size", "Pieces of work that one commit took.");
        metrics::describe_histogram!("atalaya_commit_seconds", "How long a commit took, with its flush to the disk.");
        Some(handle)
    });
}

/// The figures in Prometheus' text form.
pub fn render() -> String {
    RECORDER.get().and_then(Option::as_ref).map(PrometheusHandle::render).unwrap_or_default()
}

/// Folds what histograms gathered since the last time, so that memory stays bounded when nobody collects.
pub(super) fn tidy() {
    if let Some(handle) = RECORDER.get().and_then(Option::as_ref) {
        handle.run_upkeep();
    }
}

/// One request that is counted and logged when it is answered: its route's pattern, never its path or query.
pub(super) struct Counted {
    began: Instant,
    method: &'static str,
    route: Option<MatchedPath>,
}

impl Counted {
    pub(super) fn of(request: &Request) -> Self {
        const METHODS: [&str; 6] = ["POST", "GET", "HEAD", "PUT", "DELETE", "OPTIONS"];
        let method = request.method().as_str();
        Self {
            began: Instant::now(),
            method: METHODS.into_iter().find(|known| *known == method).unwrap_or("other"),
            route: request.extensions().get().cloned(),
        }
    }

    pub(super) fn answered(self, response: &Response) {
        let (status, took) = (response.status().as_u16(), self.began.elapsed());
        let (method, route) = (self.method, self.route.as_ref().map_or("other", MatchedPath::as_str));
        metrics::histogram!("atalaya_request_seconds", "route" => route.to_owned()).record(took);
        metrics::counter!(
            "atalaya_requests_total", "method" => method, "route" => route.to_owned(), "status" => status.to_string()
        )
        .increment(1);
        tracing::info!(method, route, status, micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX), "answered");
    }
}
