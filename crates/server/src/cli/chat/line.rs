//! What people type in a chat: words to send, or a command that begins with a slash.

/// What a line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Nothing.
    Nothing,
    /// Say it.
    Say(String),
    /// Answer a message.
    Reply(u64, String),
    /// Say it in the thread of a message.
    Thread(u64, String),
    /// Put an emoji on a message, or take it back.
    React(u64, String, bool),
    /// Pin a message, or take the pin out.
    Pin(u64, bool),
    /// Give an own message another text.
    Edit(u64, String),
    /// Take a message away.
    Delete(u64),
    /// Who is in the room.
    Who,
    /// Which messages are pinned.
    Pins,
    /// Find messages by their words.
    Search(String),
    /// Older messages.
    More,
    /// The safety numbers of a private conversation.
    Safety,
    /// They were compared with somebody.
    Verify(String),
    /// What was seen of somebody's keys no longer counts.
    Forget(String),
    /// Ask for a message that could not be read.
    Again(u64),
    /// Send an own message again for whoever asked.
    Resend(u64),
    /// What one can type.
    Help,
    /// Leave.
    Quit,
    /// It is no command, or lacks something: how it should be.
    Wrong(&'static str),
}

/// What one can type.
pub(super) const HELP: [&str; 18] = [
    "/reply N TEXT    answer message N",
    "/thread N TEXT   say it in the thread of message N",
    "/react N EMOJI   put an emoji on message N; /unreact takes it back",
    "/pin N           pin message N; /unpin takes the pin out",
    "/edit N TEXT     give an own message another text",
    "/delete N        take a message away",
    "/who             who is in the room",
    "/pins            the pinned messages",
    "/search WORDS    find messages",
    "/more            older messages",
    "/safety          in private: the safety numbers",
    "/verify USER     in private: they were compared with USER; accepts new devices too",
    "/forget USER     in private: trust USER's keys as if they were never seen before",
    "/again N         in private: ask for message N, which could not be read",
    "/resend N        in private: send own message N again, for who asked",
    "/help            this",
    "/quit            leave",
    "//TEXT           say a text that begins with a slash",
];

impl Line {
    /// Reads a line.
    pub(super) fn parse(line: &str) -> Self {
        let line = line.trim();
        if line.is_empty() {
            return Self::Nothing;
        }
        let Some(command) = line.strip_prefix('/') else {
            return Self::Say(line.to_owned());
        };
        if command.starts_with('/') {
            return Self::Say(command.to_owned());
        }
        let (name, rest) = split(command);
        match name {
            "reply" => about(rest).map_or(Self::Wrong("/reply N TEXT"), |(n, text)| Self::Reply(n, text)),
            "thread" => about(rest).map_or(Self::Wrong("/thread N TEXT"), |(n, text)| Self::Thread(n, text)),
            "edit" => about(rest).map_or(Self::Wrong("/edit N TEXT"), |(n, text)| Self::Edit(n, text)),
            "react" => about(rest).map_or(Self::Wrong("/react N EMOJI"), |(n, emoji)| Self::React(n, emoji, true)),
            "unreact" => about(rest).map_or(Self::Wrong("/unreact N EMOJI"), |(n, emoji)| {
                Self::React(n, emoji, false)
            }),
            "pin" => number(rest).map_or(Self::Wrong("/pin N"), |n| Self::Pin(n, true)),
            "unpin" => number(rest).map_or(Self::Wrong("/unpin N"), |n| Self::Pin(n, false)),
            "delete" => number(rest).map_or(Self::Wrong("/delete N"), Self::Delete),
            "search" if rest.is_empty() => Self::Wrong("/search WORDS"),
            "search" => Self::Search(rest.to_owned()),
            "who" => Self::Who,
            "pins" => Self::Pins,
            "more" => Self::More,
            "safety" => Self::Safety,
            "verify" if rest.is_empty() => Self::Wrong("/verify USER"),
            "verify" => Self::Verify(rest.to_owned()),
            "forget" if rest.is_empty() => Self::Wrong("/forget USER"),
            "forget" => Self::Forget(rest.to_owned()),
            "again" => number(rest).map_or(Self::Wrong("/again N"), Self::Again),
            "resend" => number(rest).map_or(Self::Wrong("/resend N"), Self::Resend),
            "help" | "?" => Self::Help,
            "quit" | "exit" => Self::Quit,
            _ => Self::Wrong("no such command; /help tells which there are"),
        }
    }
}

fn split(text: &str) -> (&str, &str) {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (first, rest.trim())
}

/// A message and what is said about it.
fn about(text: &str) -> Option<(u64, String)> {
    let (first, rest) = split(text);
    Some((number(first)?, rest.to_owned())).filter(|(_, rest)| !rest.is_empty())
}

/// A message, as `12` or `#12`.
fn number(text: &str) -> Option<u64> {
    let digits = text.strip_prefix('#').unwrap_or(text);
    digits.parse().ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let text = |text: &str| text.to_owned();
        for (line, expected) in [
            ("  ", Line::Nothing),
            (" hello / you ", Line::Say(text("hello / you"))),
            ("//etc", Line::Say(text("/etc"))),
            ("/reply 12 yes, 13", Line::Reply(12, text("yes, 13"))),
            ("/reply #12  yes", Line::Reply(12, text("yes"))),
            ("/reply 12", Line::Wrong("/reply N TEXT")),
            ("/reply yes", Line::Wrong("/reply N TEXT")),
            ("/thread 3 in it", Line::Thread(3, text("in it"))),
            ("/react 3 👍", Line::React(3, text("👍"), true)),
            ("/unreact 3 👍", Line::React(3, text("👍"), false)),
            ("/pin 3", Line::Pin(3, true)),
            ("/unpin #3", Line::Pin(3, false)),
            ("/pin 0", Line::Wrong("/pin N")),
            ("/pin -1", Line::Wrong("/pin N")),
            ("/edit 3 better", Line::Edit(3, text("better"))),
            ("/delete 3", Line::Delete(3)),
            ("/delete 3 4", Line::Wrong("/delete N")),
            ("/who", Line::Who),
            ("/search", Line::Wrong("/search WORDS")),
            ("/search two words", Line::Search(text("two words"))),
            ("/fly", Line::Wrong("no such command; /help tells which there are")),
            ("/safety", Line::Safety),
            ("/verify", Line::Wrong("/verify USER")),
            ("/verify ben", Line::Verify(text("ben"))),
            ("/forget ben", Line::Forget(text("ben"))),
            ("/again #3", Line::Again(3)),
            ("/resend x", Line::Wrong("/resend N")),
            ("/quit", Line::Quit),
        ] {
            assert_eq!(Line::parse(line), expected, "{line:?}");
        }
    }
}
