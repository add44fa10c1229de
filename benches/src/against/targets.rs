//! What the figures should be.

use trivium_benches::report::Report;

/// What one figure should be.
#[derive(Clone, Copy)]
pub(super) struct Target {
    pub(super) what: &'static str,
    /// The report that has it.
    pub(super) key: &'static str,
    pub(super) ours: &'static str,
    /// The figure is a quotient with this contender's, or ours alone.
    pub(super) peer: Option<&'static str>,
    /// Whether more is better; the peer's figure is divided by ours then.
    pub(super) more: bool,
    pub(super) figure: Figure,
    pub(super) bound: f64,
}

/// None where it was not measured.
pub(super) type Figure = fn(&Report) -> Option<f64>;

const OURS: &str = "trivium gRPC";
const WEB: &str = "trivium gRPC-Web";
const WT: &str = "trivium WebTransport";
const MEMORY: &str = "trivium gRPC in memory";
const TLS: &str = "trivium gRPC in TLS";
const SIO: &str = "Socket.IO";
const OXIDE: &str = "socketioxide";
const CENTRIFUGO: &str = "Centrifugo";
const RAW: &str = "raw TCP";
const BARE: &str = "bare stream";

const fn than(what: &'static str, key: &'static str, peer: &'static str, bound: f64) -> Target {
    Target {
        what,
        key,
        ours: OURS,
        peer: Some(peer),
        more: true,
        figure: cpu,
        bound,
    }
}

const fn over(what: &'static str, key: &'static str, peer: &'static str, bound: f64) -> Target {
    Target {
        more: false,
        ..than(what, key, peer, bound)
    }
}

const fn of(target: Target, ours: &'static str) -> Target {
    Target { ours, ..target }
}

const fn in_figure(target: Target, figure: Figure) -> Target {
    Target { figure, ..target }
}

const fn at_most(what: &'static str, key: &'static str, figure: Figure, bound: f64) -> Target {
    Target {
        what,
        key,
        ours: OURS,
        peer: None,
        more: false,
        figure,
        bound,
    }
}

const fn at_least(what: &'static str, key: &'static str, figure: Figure, bound: f64) -> Target {
    Target {
        more: true,
        ..at_most(what, key, figure, bound)
    }
}

pub(super) const TARGETS: [Target; 66] = [
    than("one event: CPU against Socket.IO", "large", SIO, 1.5),
    than("one event: CPU against ws", "large", "ws", 1.1),
    than("one event: CPU against socketioxide", "large", OXIDE, 1.1),
    over("one event: cost over raw TCP", "large", RAW, 1.6),
    than("one event to 10,000: CPU against Socket.IO", "huge", SIO, 1.5),
    than("one event to 10,000: CPU against ws", "huge", "ws", 0.95),
    than("one event to 10,000: CPU against socketioxide", "huge", OXIDE, 1.0),
    over("one event to 10,000: cost over raw TCP", "huge", RAW, 1.5),
    than("burst of 16: CPU against Socket.IO", "large x16", SIO, 10.0),
    than("burst of 16: CPU against ws", "large x16", "ws", 10.0),
    than("burst of 16: CPU against socketioxide", "large x16", OXIDE, 1.5),
    over("burst of 16: cost over raw TCP", "large x16", RAW, 1.7),
    than("small room, durable: CPU against Socket.IO", "small", SIO, 4.0),
    than("small room, durable: CPU against ws", "small", "ws", 2.0),
    than("small room, durable: CPU against socketioxide", "small", OXIDE, 1.1),
    in_figure(
        than("small room, durable: p99 against Socket.IO", "small", SIO, 3.0),
        p99,
    ),
    in_figure(than("small room, durable: p99 against ws", "small", "ws", 3.0), p99),
    in_figure(
        than("small room, durable: p99 against socketioxide", "small", OXIDE, 1.0),
        p99,
    ),
    of(
        than("small room in memory: CPU against Socket.IO", "small", SIO, 4.0),
        MEMORY,
    ),
    of(than("small room in memory: CPU against ws", "small", "ws", 2.0), MEMORY),
    of(
        than("small room in memory: CPU against socketioxide", "small", OXIDE, 1.1),
        MEMORY,
    ),
    of(
        in_figure(
            than("small room in memory: p99 against Socket.IO", "small", SIO, 3.0),
            p99,
        ),
        MEMORY,
    ),
    of(
        in_figure(than("small room in memory: p99 against ws", "small", "ws", 3.0), p99),
        MEMORY,
    ),
    of(
        in_figure(
            than("small room in memory: p99 against socketioxide", "small", OXIDE, 1.0),
            p99,
        ),
        MEMORY,
    ),
    at_most("500 events/s to 1,000: p99 ms", "steady", p99, 50.0),
    at_most("bystanders of 10,000 who are woken: p99 ms", "bystanders", p99, 5.0),
    of(
        than("WebTransport, one event: CPU against Socket.IO", "large", SIO, 1.0),
        WT,
    ),
    of(
        than(
            "WebTransport, burst of 16: CPU against Socket.IO",
            "large x16",
            SIO,
            8.0,
        ),
        WT,
    ),
    of(
        over("WebTransport, one event: cost over raw TCP", "large", RAW, 2.5),
        WT,
    ),
    of(
        over("WebTransport, one event: cost over our gRPC in TLS", "large", TLS, 1.3),
        WT,
    ),
    of(
        over(
            "WebTransport, burst of 16: cost over our gRPC in TLS",
            "large x16",
            TLS,
            1.3,
        ),
        WT,
    ),
    of(over("gRPC-Web, one event: cost over our gRPC", "large", OURS, 1.0), WEB),
    of(
        over("gRPC-Web, burst of 16: cost over our gRPC", "large x16", OURS, 1.0),
        WEB,
    ),
    at_most("KB per idle session of 10,000, gRPC", "huge", memory, 22.0),
    of(
        at_most("KB per idle session of 10,000, gRPC-Web", "huge", memory, 13.0),
        WEB,
    ),
    of(
        at_most("KB per idle session of 1,000, WebTransport", "large", memory, 66.0),
        WT,
    ),
    in_figure(
        than("join at once, durable: CPU against Socket.IO", "large", SIO, 4.0),
        join,
    ),
    of(
        in_figure(
            than("join at once in memory: CPU against Socket.IO", "large", SIO, 4.0),
            join,
        ),
        MEMORY,
    ),
    than("join wave, durable: CPU against Socket.IO", "joins", SIO, 4.0),
    of(
        than("join wave in memory: CPU against Socket.IO", "joins", SIO, 4.0),
        MEMORY,
    ),
    of(
        than(
            "answer and acknowledgement in memory: CPU against Socket.IO",
            "acks",
            SIO,
            2.0,
        ),
        MEMORY,
    ),
    than("one event: CPU against bare tonic", "large", "bare tonic", 1.0),
    than("burst of 16: CPU against bare tonic", "large x16", "bare tonic", 1.0),
    than("one event: CPU against Centrifugo", "large", CENTRIFUGO, 1.0),
    than("burst of 16: CPU against Centrifugo", "large x16", CENTRIFUGO, 1.0),
    than("one event to 10,000: CPU against Centrifugo", "huge", CENTRIFUGO, 1.0),
    in_figure(
        than(
            "join at once, durable: CPU against Centrifugo",
            "large",
            CENTRIFUGO,
            1.0,
        ),
        join,
    ),
    in_figure(
        than("idle session of 10,000: KB against Centrifugo", "huge", CENTRIFUGO, 1.0),
        memory,
    ),
    over("one event: cost over a bare stream on our acceptor", "large", BARE, 1.1),
    over(
        "burst of 16: cost over a bare stream on our acceptor",
        "large x16",
        BARE,
        1.1,
    ),
    // The bare stream keeps nothing, and neither do relays.
    of(
        over(
            "one event in memory: cost over a bare stream on our acceptor",
            "large",
            BARE,
            1.1,
        ),
        MEMORY,
    ),
    of(
        over(
            "burst of 16 in memory: cost over a bare stream on our acceptor",
            "large x16",
            BARE,
            1.1,
        ),
        MEMORY,
    ),
    of(
        than("one event in memory: CPU against Socket.IO", "large", SIO, 1.5),
        MEMORY,
    ),
    of(than("one event in memory: CPU against ws", "large", "ws", 1.1), MEMORY),
    of(
        than("one event in memory: CPU against socketioxide", "large", OXIDE, 1.1),
        MEMORY,
    ),
    of(
        over("one event in memory: cost over raw TCP", "large", RAW, 1.6),
        MEMORY,
    ),
    at_most("2,000 answers at once, durable: last ms", "at once", last, 1_000.0),
    at_least(
        "2,000 answers at once, durable: per second",
        "at once",
        per_second,
        20_000.0,
    ),
    at_most("2,000 answers over 2 s, durable: p99 ms", "spread", p99, 1_000.0),
    at_most("quiz day: p99 ms of a durable answer", "quiz day", p99, 1_000.0),
    at_most("reconnect storm of 5,000: last whole, ms", "storm", last, 20_000.0),
    at_most(
        "reconnect storm: another session's slowest ping, ms",
        "pings in the storm",
        last,
        2_000.0,
    ),
    at_most(
        "500 of 2,000 stalled: p99 of the others, with over without",
        "slow consumers, some stand still",
        slower,
        1.2,
    ),
    at_most(
        "500 of 2,000 stalled: KB each",
        "slow consumers, some stand still",
        stalled,
        1_024.0,
    ),
    at_most(
        "500 of 2,000 stalled: seconds until they are whole",
        "slow consumers, some stand still",
        whole,
        20.0,
    ),
    at_most("chat mesh: p99 ms until all have heard a message", "mesh", p99, 1_000.0),
];

pub(super) fn cpu(report: &Report) -> Option<f64> {
    report.cpu.map(|cpu| cpu.us)
}

pub(super) fn user(report: &Report) -> Option<f64> {
    report.cpu.map(|cpu| cpu.user_share * 100.0)
}

#[expect(clippy::unnecessary_wraps, reason = "it is a Figure")]
pub(super) fn p99(report: &Report) -> Option<f64> {
    Some(report.latency.p99)
}

#[expect(clippy::unnecessary_wraps, reason = "it is a Figure")]
pub(super) fn last(report: &Report) -> Option<f64> {
    Some(report.latency.max)
}

#[expect(clippy::unnecessary_wraps, reason = "it is a Figure")]
fn per_second(report: &Report) -> Option<f64> {
    Some(report.per_second)
}

pub(super) fn memory(report: &Report) -> Option<f64> {
    report.joined.map(|joined| joined.rss_kb)
}

pub(super) fn join(report: &Report) -> Option<f64> {
    report.joined.map(|joined| joined.cpu.us)
}

fn slower(report: &Report) -> Option<f64> {
    report.figures.get("p99 of the others, with over without").copied()
}

fn stalled(report: &Report) -> Option<f64> {
    report.figures.get("KB of the server per stalled").copied()
}

fn whole(report: &Report) -> Option<f64> {
    report.figures.get("seconds until the stalled are whole").copied()
}
