//! What every contender is put through, and what the tables of it are called.

use super::contender::Contender;

/// One run of the generator.
pub(super) struct Shape {
    /// Also the key of its first report.
    pub(super) name: &'static str,
    /// Words of the command line.
    pub(super) words: Vec<String>,
    /// Who has to go through it.
    pub(super) who: fn(&Contender) -> bool,
}

/// Descriptors that a process needs besides its sessions.
const OTHER_DESCRIPTORS: usize = 200;

/// All of them, with so many subscribers in the large room and so many seconds each.
pub(super) fn shapes(sessions: usize, huge: usize, seconds: u64) -> Vec<Shape> {
    let shape = |name, words: &str, who: fn(&Contender) -> bool| Shape {
        name,
        words: words
            .replace("SESSIONS", &sessions.to_string())
            .replace("HUGE", &huge.to_string())
            .replace("SECONDS", &seconds.to_string())
            .split(' ')
            .map(str::to_owned)
            .collect(),
        who,
    };
    vec![
        shape(
            "large",
            "fan-out --sessions SESSIONS --burst 1,16 --seconds SECONDS",
            everybody,
        ),
        shape(
            "small",
            "fan-out --sessions 10 --burst 1 --every-ms 4 --seconds SECONDS",
            plain,
        ),
        shape(
            "steady",
            "fan-out --sessions SESSIONS --burst 1 --rate 500 --seconds SECONDS",
            plain_kept_over_tcp,
        ),
        shape(
            "huge",
            "fan-out --sessions HUGE --burst 1,8 --seconds SECONDS",
            // Over WebTransport the generator's own QUIC would be most of what is measured of so many.
            kept_over_tcp,
        ),
        shape(
            "woken",
            "fan-out --sessions HUGE --burst 1 --every-ms 250 --seconds SECONDS --bystanders",
            ours,
        ),
        shape("joins", "join-wave --sessions SESSIONS --rate 200", plain_over_tcp),
        shape(
            "acks",
            "answers --sessions SESSIONS --questions 8 --window-ms 0",
            acknowledges,
        ),
        shape("spread", "answers --sessions 2000 --questions 2 --window-ms 2000", ours),
        shape("at once", "answers --sessions 2000 --window-ms 0", ours),
        shape("mesh", "mesh --sessions 200 --rate 200 --seconds SECONDS", ours),
        shape("quiz day", "quiz-day --rooms 50 --players 20 --questions 3", ours),
        shape("storm", "reconnect --sessions 5000 --missed 20", ours),
        shape(
            "slow",
            "slow --sessions 2000 --stalled 500 --rate 20 --length 1000 --seconds 10",
            ours,
        ),
    ]
}

/// The tables: the key of a report, and what it is called.
pub(super) fn titles(sessions: usize, huge: usize) -> Vec<(&'static str, String)> {
    let players = "2,000 players answer";
    [
        ("large", format!("One event at a time to {sessions} subscribers")),
        ("large x16", format!("Bursts of 16 to {sessions} subscribers")),
        ("small", "One event per 4 ms to 10 subscribers".into()),
        (
            "steady",
            format!("500 events per second, open loop, to {sessions} subscribers"),
        ),
        ("huge", format!("One event at a time to {huge} subscribers")),
        ("huge x8", format!("Bursts of 8 to {huge} subscribers")),
        ("woken", format!("One event per 250 ms to {huge} subscribers")),
        (
            "bystanders",
            "The round trips of 25 sessions in another room meanwhile".into(),
        ),
        ("joins", format!("{sessions} guests join one room, 200 per second")),
        (
            "acks",
            format!("{sessions} answer at once, and nothing is kept on disk"),
        ),
        ("spread", format!("{players} within 2 s, SQLite with synchronous=FULL")),
        ("at once", format!("{players} at once, SQLite with synchronous=FULL")),
        (
            "mesh",
            "200 members say 200 messages per second in one room: each delivery".into(),
        ),
        ("chat mesh, saved", "The same: each acknowledgement, durable".into()),
        (
            "quiz day",
            "50 rooms of 20 play three questions at once: each answer, durable".into(),
        ),
        ("quiz day, joins", "The same: each player's way in".into()),
        (
            "storm",
            "5,000 sessions cut at once resume and get 20 messages each".into(),
        ),
        (
            "pings before",
            "A session that was not cut: its round trips before".into(),
        ),
        (
            "pings in the storm",
            "A session that was not cut: its round trips in the storm".into(),
        ),
        (
            "slow",
            "20 messages of 1,000 characters per second to 2,000 who all read".into(),
        ),
        (
            "slow consumers, some stand still",
            "The same to those who read while 500 stand still".into(),
        ),
    ]
    .into()
}

/// The key of the `nth` report of a shape.
pub(super) fn key(shape: &str, nth: usize, scenario: &str, burst: u64) -> String {
    match (nth, burst) {
        (0, _) => shape.to_owned(),
        (_, 2..) => format!("{shape} x{burst}"),
        (_, 0 | 1) => scenario.to_owned(),
    }
}

/// As many of the wanted sessions as the limit of descriptors allows, or none.
pub(super) fn allowed(wanted: usize) -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let most = line
        .and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(usize::MAX);
    (wanted + OTHER_DESCRIPTORS <= most).then_some(wanted)
}

fn everybody(_: &Contender) -> bool {
    true
}

fn ours(one: &Contender) -> bool {
    one.plays
}

fn over_tcp(one: &Contender) -> bool {
    one.protocol != "webtransport"
}

fn plain(one: &Contender) -> bool {
    !one.tls
}

fn plain_over_tcp(one: &Contender) -> bool {
    plain(one) && over_tcp(one)
}

/// Without what has a store and keeps nothing in it, whose part other shapes tell.
fn kept_over_tcp(one: &Contender) -> bool {
    over_tcp(one) && !one.in_memory
}

fn plain_kept_over_tcp(one: &Contender) -> bool {
    plain(one) && kept_over_tcp(one)
}

fn acknowledges(one: &Contender) -> bool {
    one.in_memory || ["ws", "socket-io"].contains(&one.protocol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_table_is_of_something_that_is_measured() {
        let shapes = shapes(1_000, 10_000, 4);
        let reports = [
            key("large", 1, "fan-out", 16),
            key("huge", 1, "fan-out", 8),
            key("woken", 1, "bystanders", 1),
            key("mesh", 1, "chat mesh, saved", 1),
            key("quiz day", 1, "quiz day, joins", 1),
            key("storm", 1, "pings before", 1),
            key("storm", 2, "pings in the storm", 1),
            key("slow", 1, "slow consumers, some stand still", 1),
        ];
        for (title, _) in titles(1_000, 10_000) {
            assert!(
                shapes.iter().any(|shape| shape.name == title) || reports.iter().any(|key| key == title),
                "{title}"
            );
        }
        assert_eq!(shapes[3].words[2], "10000");
    }
}
