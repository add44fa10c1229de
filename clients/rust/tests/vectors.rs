//! The bytes of `docs/end-to-end.md`, held fast: what either SDK has sealed, the Rust one opens, and its statements, hashes
//! and numbers come out the same.
//!
//! Written anew with `cargo test -p trivium-client --test vectors -- --ignored`, which nobody should need.

use std::{fmt::Write as _, fs, path::PathBuf};

use rand::{SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};
use trivium_client::{
    proto::v1::{Device, Envelope, KeyChange, KeyEvent, SealedContent, SealedMessage},
    seal::{
        Context, DeviceKeys, KeyLog,
        envelope::{self, Recipient},
        log::entry_hash,
        safety_number,
    },
};

const ROOM: &str = "c0nversat10n";
const START: i64 = 1_760_000_000_000;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text takes everything");
        text
    })
}

fn unhex(value: &Value) -> Vec<u8> {
    let text = value.as_str().expect("hexadecimal is text");
    let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("two digits");
    (0..text.len()).step_by(2).map(byte).collect()
}

fn key(value: &Value) -> [u8; 32] {
    unhex(value).try_into().expect("32 bytes")
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}

fn time(value: &Value) -> i64 {
    value.as_i64().expect("a number")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

// ---- Reading ----

fn device_keys(device: &Value) -> DeviceKeys {
    DeviceKeys::from_secrets(
        text(&device["user_id"]),
        text(&device["device_id"]),
        text(&device["name"]),
        key(&device["signing_seed"]),
        key(&device["agreement_private"]),
    )
}

fn key_event(event: &Value) -> KeyEvent {
    let device = &event["device"];
    KeyEvent {
        seq: number(&event["seq"]),
        time_ms: time(&event["time_ms"]),
        change: i32::try_from(number(&event["change"])).expect("small"),
        device: Some(Device {
            user_id: text(&device["user_id"]),
            device_id: text(&device["device_id"]),
            name: text(&device["name"]),
            agreement_key: unhex(&device["agreement_key"]).into(),
            signing_key: unhex(&device["signing_key"]).into(),
            key_seq: number(&device["key_seq"]),
            register_time_ms: time(&device["register_time_ms"]),
            revoke_time_ms: time(&device["revoke_time_ms"]),
            signature: unhex(&device["signature"]).into(),
        }),
        hash: unhex(&event["hash"]).into(),
    }
}

fn sealed_message(sealed: &Value) -> SealedMessage {
    let envelope = |envelope: &Value| Envelope {
        user_id: text(&envelope["user_id"]),
        device_id: text(&envelope["device_id"]),
        key_seq: number(&envelope["key_seq"]),
        encapsulated_key: unhex(&envelope["encapsulated_key"]).into(),
        ciphertext: unhex(&envelope["ciphertext"]).into(),
    };
    SealedMessage {
        sender_device_id: text(&sealed["sender_device_id"]),
        request_id: text(&sealed["request_id"]),
        envelopes: list(&sealed["envelopes"]).iter().map(envelope).collect(),
        signature: unhex(&sealed["signature"]).into(),
    }
}

fn content(content: &Value) -> SealedContent {
    SealedContent {
        text: text(&content["text"]),
        send_time_ms: time(&content["send_time_ms"]),
        resend_of: number(&content["resend_of"]),
    }
}

/// Checks one file, and says how many envelopes were opened.
fn check(vectors: &Value) -> usize {
    let mut devices: Vec<DeviceKeys> = Vec::new();
    for device in list(&vectors["devices"]) {
        let keys = device_keys(device);
        assert_eq!(hex(&keys.agreement_key()), text(&device["agreement_key"]));
        assert_eq!(hex(&keys.signing_key()), text(&device["signing_key"]));
        assert_eq!(hex(&keys.statement()), text(&device["statement"]));
        assert_eq!(hex(&keys.sign(&keys.statement())), text(&device["signature"]));
        devices.push(keys);
    }
    for log in list(&vectors["logs"]) {
        let user = text(&log["user_id"]);
        let mut known = KeyLog::default();
        for event in list(&log["events"]) {
            let event = key_event(event);
            let mut wrong = event.clone();
            wrong.time_ms += 1;
            known.take(&user, &wrong).expect_err("another time has another hash");
            known.take(&user, &event).expect("it follows");
        }
    }
    for pair in list(&vectors["safety"]) {
        let side = |user: &Value| -> (String, Vec<[u8; 32]>) {
            let keys = list(&user["signing_keys"]).iter().map(key).collect();
            (text(&user["user_id"]), keys)
        };
        let (one, other) = (side(&pair["users"][0]), side(&pair["users"][1]));
        assert_eq!(
            safety_number((&one.0, &one.1), (&other.0, &other.1)),
            text(&pair["number"])
        );
    }
    let mut opened = 0;
    for message in list(&vectors["messages"]) {
        let (room, author) = (text(&message["room_id"]), text(&message["author_id"]));
        let context = Context {
            room_id: &room,
            author_id: &author,
            reply_to: number(&message["reply_to"]),
        };
        let sealed = sealed_message(&message["sealed"]);
        let said = content(&message["content"]);
        assert_eq!(hex(&envelope::statement(context, &sealed)), text(&message["statement"]));
        let plaintext = unhex(&message["plaintext"]);
        assert_eq!(envelope::unpad(&plaintext).expect("padded"), said);
        let sender = devices
            .iter()
            .find(|keys| keys.user_id() == author && keys.device_id() == sealed.sender_device_id)
            .expect("the sender is listed");
        for made in &sealed.envelopes {
            assert_eq!(made.ciphertext.len(), plaintext.len() + 16);
            for keys in &mut devices.clone() {
                if (keys.user_id(), keys.device_id()) == (made.user_id.as_str(), made.device_id.as_str()) {
                    keys.confirm(&keys.agreement_key(), made.key_seq);
                    let read = envelope::open(keys, context, &sender.signing_key(), &sealed).expect("opens");
                    assert_eq!((read.text, read.send_time_ms), (said.text.clone(), said.send_time_ms));
                    assert_eq!(read.resend_of, said.resend_of);
                    opened += 1;
                }
            }
        }
    }
    opened
}

#[test]
fn what_either_side_made_is_read() {
    // By name: one that is missing would be missed by nobody otherwise.
    for file in ["sealed.json", "sealed-typescript.json"] {
        let path = folder().join(file);
        let vectors = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let vectors: Value = serde_json::from_str(&vectors).expect("JSON");
        for part in ["devices", "logs", "safety", "messages"] {
            assert!(!list(&vectors[part]).is_empty(), "{file} has no {part}");
        }
        let envelopes = list(&vectors["messages"])
            .iter()
            .map(|message| list(&message["sealed"]["envelopes"]).len());
        assert!(
            check(&vectors) >= envelopes.max().unwrap_or(1),
            "{file} opens too little"
        );
    }
}

// ---- Writing ----

fn event_out(event: &KeyEvent) -> Value {
    let device = event.device.as_ref().expect("made with one");
    json!({
        "seq": event.seq,
        "time_ms": event.time_ms,
        "change": event.change,
        "device": {
            "user_id": device.user_id,
            "device_id": device.device_id,
            "name": device.name,
            "agreement_key": hex(&device.agreement_key),
            "signing_key": hex(&device.signing_key),
            "key_seq": device.key_seq,
            "register_time_ms": device.register_time_ms,
            "revoke_time_ms": device.revoke_time_ms,
            "signature": hex(&device.signature),
        },
        "hash": hex(&event.hash),
    })
}

/// A log: which device was registered, rotated (then with other keys) or revoked, one after another.
fn log_of(user: &str, changes: &[(KeyChange, &DeviceKeys)]) -> Value {
    let mut before = [0; 32];
    let mut there: Vec<Device> = Vec::new();
    let mut events = Vec::new();
    for ((change, keys), seq) in changes.iter().zip(1_u64..) {
        let time_ms = START + i64::try_from(seq).expect("small") * 1_000;
        let old = there
            .iter()
            .find(|device| device.device_id == keys.device_id())
            .cloned();
        let mut device = old.unwrap_or(Device {
            user_id: user.to_owned(),
            device_id: keys.device_id().to_owned(),
            name: keys.name().to_owned(),
            signing_key: keys.signing_key().to_vec().into(),
            register_time_ms: time_ms,
            ..Device::default()
        });
        if *change == KeyChange::Revoked {
            device.revoke_time_ms = time_ms;
        } else {
            device.agreement_key = keys.agreement_key().to_vec().into();
            device.key_seq = seq;
            device.signature = keys.sign(&keys.statement()).to_vec().into();
        }
        let mut event = KeyEvent {
            seq,
            time_ms,
            change: (*change).into(),
            device: Some(device.clone()),
            hash: Vec::new().into(),
        };
        before = entry_hash(&before, &event, &device);
        event.hash = before.to_vec().into();
        there.retain(|other| other.device_id != device.device_id);
        there.push(device);
        events.push(event_out(&event));
    }
    json!({ "user_id": user, "events": events })
}

/// A message with everything that a reader comes across.
fn message_out(context: Context<'_>, said: &SealedContent, sealed: &SealedMessage) -> Value {
    let envelopes: Vec<Value> = sealed
        .envelopes
        .iter()
        .map(|made| {
            json!({
                "user_id": made.user_id,
                "device_id": made.device_id,
                "key_seq": made.key_seq,
                "encapsulated_key": hex(&made.encapsulated_key),
                "ciphertext": hex(&made.ciphertext),
            })
        })
        .collect();
    json!({
        "room_id": context.room_id,
        "author_id": context.author_id,
        "request_id": sealed.request_id,
        "reply_to": context.reply_to,
        "content": { "text": said.text, "send_time_ms": said.send_time_ms, "resend_of": said.resend_of },
        "plaintext": hex(&envelope::pad(said).expect("short")),
        "sealed": {
            "sender_device_id": sealed.sender_device_id,
            "request_id": sealed.request_id,
            "envelopes": envelopes,
            "signature": hex(&sealed.signature),
        },
        "statement": hex(&envelope::statement(context, sealed)),
    })
}

#[test]
#[ignore = "writes the vectors"]
fn regenerate() {
    let secret =
        |byte: u8| -> [u8; 32] { std::array::from_fn(|at| byte.wrapping_mul(7) ^ u8::try_from(at).expect("small")) };
    let keys = |user: &str, device: &str, name: &str, byte: u8| {
        DeviceKeys::from_secrets(user, device, name, secret(byte), secret(byte + 1))
    };
    let phone = keys("ana", "a0phone", "Ana's phone", 10);
    let laptop = keys("ana", "a1laptop", "Ana’s laptop 💻", 20);
    let renewed = DeviceKeys::from_secrets("ana", "a0phone", "Ana's phone", secret(10), secret(31));
    let ben = keys("ben", "b0", "Ben", 40);
    let devices = [
        (&renewed, secret(10), secret(31)),
        (&laptop, secret(20), secret(21)),
        (&ben, secret(40), secret(41)),
    ];
    let logs = [
        log_of(
            "ana",
            &[
                (KeyChange::Registered, &phone),
                (KeyChange::Registered, &laptop),
                (KeyChange::Rotated, &renewed),
                (KeyChange::Revoked, &laptop),
            ],
        ),
        log_of("ben", &[(KeyChange::Registered, &ben)]),
    ];
    let pair = |ana: &[&DeviceKeys]| {
        let anas: Vec<[u8; 32]> = ana.iter().map(|keys| keys.signing_key()).collect();
        let side = |user: &str, keys: &[[u8; 32]]| json!({ "user_id": user, "signing_keys": keys.iter().map(|key| hex(key)).collect::<Vec<_>>() });
        json!({
            "users": [side("ben", &[ben.signing_key()]), side("ana", &anas)],
            "number": safety_number(("ana", &anas), ("ben", &[ben.signing_key()])),
        })
    };
    let recipient = |keys: &DeviceKeys, key_seq| Recipient {
        user_id: keys.user_id().to_owned(),
        device_id: keys.device_id().to_owned(),
        key_seq,
        agreement_key: keys.agreement_key(),
    };
    let recipients = [recipient(&ben, 1), recipient(&laptop, 2), recipient(&renewed, 3)];
    let mut rng = StdRng::seed_from_u64(9_180);
    let mut message = |author: &DeviceKeys, request_id: &str, reply_to: u64, said: SealedContent| {
        let context = Context {
            room_id: ROOM,
            author_id: author.user_id(),
            reply_to,
        };
        let sealed = envelope::seal(author, context, request_id, &said, &recipients, &mut rng).expect("sealed");
        message_out(context, &said, &sealed)
    };
    let said = |text: &str, resend_of| SealedContent {
        text: text.to_owned(),
        send_time_ms: START + 60_000,
        resend_of,
    };
    let messages = [
        message(&renewed, "q1", 0, said("Hello Ben", 0)),
        message(&ben, "q2", 4, said("Grüße, 日本語, 👩‍👩‍👧 and\nanother line", 0)),
        message(&ben, "q3", 0, said("", 7)),
        message(&laptop, "q4", 0, said(&"long ".repeat(60), 0)),
    ];
    let devices: Vec<Value> = devices
        .iter()
        .map(|(keys, seed, private)| {
            json!({
                "user_id": keys.user_id(),
                "device_id": keys.device_id(),
                "name": keys.name(),
                "agreement_private": hex(private),
                "agreement_key": hex(&keys.agreement_key()),
                "signing_seed": hex(seed),
                "signing_key": hex(&keys.signing_key()),
                "statement": hex(&keys.statement()),
                "signature": hex(&keys.sign(&keys.statement())),
            })
        })
        .collect();
    let vectors = json!({
        "devices": devices,
        "logs": logs,
        "safety": [pair(&[&renewed]), pair(&[&renewed, &laptop])],
        "messages": messages,
    });
    let pretty = serde_json::to_string_pretty(&vectors).expect("it is JSON") + "\n";
    fs::write(folder().join("sealed.json"), pretty).expect("written");
}
