//! A look into a message without decoding it: whether it is an event, which one, and what number a chat message has.

/// Tags on the way from `ConnectResponse` to the text of a chat message.
const EVENT: u64 = 3;
const SEQ: u64 = 2;
const MESSAGE_SENT: u64 = 50;
const MESSAGE: u64 = 1;
const TEXT: u64 = 4;

/// An event of a room.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Peeked {
    /// Its position.
    pub(super) seq: u64,
    /// Whether somebody said something.
    pub(super) is_message: bool,
    /// The number that its text begins with, as `#12`.
    pub(super) number: Option<usize>,
}

/// None for everything else than an event.
pub(super) fn peek(message: &[u8]) -> Option<Peeked> {
    let event = field(message).filter(|field| field.number == EVENT)?.content;
    let (mut seq, mut rest) = (0, event);
    while let Some(field) = field(rest) {
        match field.number {
            SEQ => seq = field.value,
            MESSAGE_SENT => {
                let said = find(field.content, MESSAGE).and_then(|message| find(message, TEXT));
                return Some(Peeked {
                    seq,
                    is_message: true,
                    number: said.and_then(number),
                });
            }
            _ => {}
        }
        rest = field.rest;
    }
    Some(Peeked {
        seq,
        is_message: false,
        number: None,
    })
}

fn number(text: &[u8]) -> Option<usize> {
    let digits = text.strip_prefix(b"#")?;
    let end = digits
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(digits.len());
    std::str::from_utf8(&digits[..end]).ok()?.parse().ok()
}

fn find(mut message: &[u8], number: u64) -> Option<&[u8]> {
    while let Some(field) = field(message) {
        if field.number == number {
            return Some(field.content);
        }
        message = field.rest;
    }
    None
}

struct Field<'a> {
    number: u64,
    /// Of a number.
    value: u64,
    /// Of anything with a length.
    content: &'a [u8],
    rest: &'a [u8],
}

/// The first field, and what follows it.
fn field(bytes: &[u8]) -> Option<Field<'_>> {
    let (key, rest) = varint(bytes)?;
    let number = key >> 3;
    match key & 7 {
        0 => varint(rest).map(|(value, after)| Field {
            number,
            value,
            content: &[],
            rest: after,
        }),
        2 => {
            let (length, rest) = varint(rest)?;
            let (content, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            Some(Field {
                number,
                value: 0,
                content,
                rest,
            })
        }
        _ => None,
    }
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let end = bytes.iter().take(10).position(|byte| byte & 0x80 == 0)?;
    let value = bytes[..=end]
        .iter()
        .rev()
        .fold(0, |value, byte| (value << 7) | u64::from(byte & 0x7f));
    Some((value, &bytes[end + 1..]))
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use trivium_proto::v1::{
        ConnectResponse, Message, MessageSent, Ping, QuizPaused, RoomEvent, connect_response::Response,
        room_event::Event,
    };

    use super::*;

    #[test]
    fn events_are_told_from_everything_else() {
        let event = |event| {
            Response::Event(RoomEvent {
                room_id: "a room".into(),
                seq: 70_000,
                time_ms: 1_700_000_000_000,
                actor_id: "somebody".into(),
                event: Some(event),
            })
        };
        let said = |text: &str| {
            event(Event::MessageSent(MessageSent {
                message: Some(Message {
                    seq: 70_000,
                    author_nickname: "#7".into(),
                    text: text.into(),
                    ..Message::default()
                }),
            }))
        };
        let at = |is_message, number| {
            Some(Peeked {
                seq: 70_000,
                is_message,
                number,
            })
        };
        for (response, expected) in [
            (said("Which planet?"), at(true, None)),
            (said("#12 which planet?"), at(true, Some(12))),
            (said("#12"), at(true, Some(12))),
            (said("#"), at(true, None)),
            (event(Event::MessageSent(MessageSent::default())), at(true, None)),
            (event(Event::QuizPaused(QuizPaused::default())), at(false, None)),
            (Response::Ping(Ping::default()), None),
        ] {
            let message = ConnectResponse {
                response: Some(response),
            };
            assert_eq!(peek(&message.encode_to_vec()), expected, "{message:?}");
        }
    }
}
