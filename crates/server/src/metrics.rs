//! `/metrics`: what the process counts, in the text format of Prometheus.
//!
//! Counters that others keep are read when somebody asks ([`live`]); calls are counted here, by road, in a layer around the
//! service ([`calls`]), so that no service needs to know its road. A session is a call in flight of a stream.

mod calls;
mod live;

use std::sync::Arc;

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, info::Info},
    registry::Registry,
};
use trivium_api::Api;

pub use calls::{Calls, Counted};

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    calls: Calls,
    policy_violations: Family<Directive, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Directive {
    directive: &'static str,
}

impl Metrics {
    /// Nothing has happened yet.
    pub fn new(api: &Arc<Api>) -> Self {
        let mut registry = Registry::default();
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("trivium_build", "What runs here", build);
        registry.register_collector(Box::new(live::Live::new(Arc::clone(api))));
        registry.register_collector(Box::new(live::Process::start()));
        let calls = Calls::default();
        calls.register(&mut registry);
        let policy_violations = Family::default();
        registry.register(
            "trivium_csp_reports",
            "Breaches of the content security policy that browsers have reported",
            policy_violations.clone(),
        );
        Self {
            registry,
            calls,
            policy_violations,
        }
    }

    /// The counters of calls.
    pub const fn calls(&self) -> &Calls {
        &self.calls
    }

    /// Counts a breach of the content security policy, by one of a few names.
    pub fn policy_violation(&self, directive: &'static str) {
        self.policy_violations.get_or_create(&Directive { directive }).inc();
    }

    /// The text for Prometheus.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail, and a collector of ours has no other reason to.
        let _written = text::encode(&mut text, &self.registry);
        text
    }
}
