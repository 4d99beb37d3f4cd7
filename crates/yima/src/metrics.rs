//! What the node counts about itself, for `/metrics`: rate, errors and duration
//! per route, the writers' queue, process memory. No names, numbers or codes.

use ledger::Ledger;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::sync::Arc;
use store::Db;

type Labels = [(&'static str, String); 2];
type StatusLabels = [(&'static str, String); 3];

/// Upper bounds of the duration buckets, seconds.
const BUCKETS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// All counters of a node.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<StatusLabels, Counter>,
    durations: Family<Labels, Histogram, fn() -> Histogram>,
    commits: Gauge,
    answered: Gauge,
    waiting: Gauge,
    resident: Gauge,
    checked: [Gauge; 3],
    db: Db,
    ledger: Ledger,
}

/// The counters of one route, found once at start.
#[derive(Clone)]
pub struct RouteMetrics {
    by_class: [Counter; 6],
    duration: Histogram,
}

impl RouteMetrics {
    /// Counts one answered request.
    pub fn count(&self, status: u16, seconds: f64) {
        let class = usize::from(status / 100).min(5);
        self.by_class[class].inc();
        self.duration.observe(seconds);
    }
}

impl Metrics {
    /// Counters over a database and its ledger.
    pub fn new(db: Db, ledger: Ledger) -> Self {
        let mut registry = Registry::with_prefix("yima");
        let requests = Family::<StatusLabels, Counter>::default();
        let durations: Family<Labels, Histogram, fn() -> Histogram> =
            Family::new_with_constructor((|| Histogram::new(BUCKETS)) as fn() -> Histogram);
        let (commits, answered) = (Gauge::default(), Gauge::default());
        let (waiting, resident) = (Gauge::default(), Gauge::default());
        let checked: [Gauge; 3] = std::array::from_fn(|_| Gauge::default());
        let [at, entries, wrong] = &checked;
        registry.register("ledger_checked_at", "When the whole ledger was checked last, seconds; 0 never", at.clone());
        registry.register("ledger_checked_entries", "Entries that the last whole check read", entries.clone());
        registry.register("ledger_wrong", "What the last whole check of the ledger found wrong", wrong.clone());
        registry.register("requests", "Requests answered, by route and status class", requests.clone());
        registry.register("request_seconds", "Time to the answer, by route", durations.clone());
        registry.register("commits", "Transactions committed since start", commits.clone());
        registry.register("writes", "Writing verbs answered since start", answered.clone());
        registry.register("writes_waiting", "Writing verbs waiting now", waiting.clone());
        registry.register("resident_bytes", "Memory of the process", resident.clone());
        Self {
            registry: Arc::new(registry),
            requests,
            durations,
            commits,
            answered,
            waiting,
            resident,
            checked,
            db,
            ledger,
        }
    }

    /// The counters of a route.
    pub fn route(&self, method: &str, path: &str) -> RouteMetrics {
        let by_class = std::array::from_fn(|class| {
            let labels = [("method", method.to_owned()), ("route", path.to_owned()), ("status", format!("{class}xx"))];
            self.requests.get_or_create(&labels).clone()
        });
        let labels = [("method", method.to_owned()), ("route", path.to_owned())];
        RouteMetrics { by_class, duration: self.durations.get_or_create(&labels).clone() }
    }

    /// The text that Prometheus reads.
    pub fn text(&self) -> String {
        let (commits, answered, waiting) = self.db.counts();
        let signed = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        self.commits.set(signed(commits));
        self.answered.set(signed(answered));
        self.waiting.set(signed(waiting));
        self.resident.set(signed(resident_bytes()));
        if let Some(verdict) = self.ledger.verdict() {
            let [at, entries, wrong] = &self.checked;
            at.set(verdict.at / kernel::time::SECOND);
            entries.set(signed(verdict.entries));
            wrong.set(i64::try_from(verdict.wrong.len()).unwrap_or(i64::MAX));
        }
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// Memory of this process, from the kernel's own count; 0 where it is not told.
pub fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse::<u64>().ok())
        .map_or(0, |kib| kib * 1024)
}
