//! What a chat asks of the server, and what it shows of the answer.

use anyhow::Result;
use tokio::time::sleep;
use trivium_client::{
    Command, Error, Session,
    proto::v1::{
        DeleteMessageRequest, EditMessageRequest, ListMessagesRequest, ListPinsRequest, Message, SearchMessagesRequest,
        SendMessageRequest, SetPinRequest, SetReactionRequest,
    },
    seal::SealError,
};

use super::{
    line::Line,
    private::{Private, refusal},
};

/// Older messages that are read at once.
const OLDER: u32 = 20;

/// What came of it.
#[derive(Debug)]
pub(super) enum Answer {
    /// It is done; the room tells.
    Done,
    /// It is done, and this is to be said.
    Lines(Vec<String>),
    /// It is not done, for a reason that this side has.
    Refused(String),
    /// Messages, oldest first, and what to say before them.
    Messages(&'static str, Vec<Message>),
}

/// Asks what a line asks for, in a conversation that is private. What is not about texts is asked as ever.
pub(super) async fn ask_private(
    session: Session,
    private: Private,
    room_id: String,
    line: Line,
    oldest: u64,
    peers: Vec<String>,
) -> Result<Answer, Error> {
    let answer = match line {
        Line::Say(text) => private.say(&text, 0).await,
        Line::Reply(reply_to, text) => private.say(&text, reply_to).await,
        Line::Safety => Ok(private.safety(&peers).await),
        Line::Verify(peer) if peers.contains(&peer) => private.verify(&peer).await,
        Line::Verify(_) => Ok(Answer::Refused("nobody of that name is in the conversation".to_owned())),
        Line::Forget(peer) => private.forget(&peer).await,
        Line::Again(seq) => private.ask_again(seq).await,
        Line::Resend(seq) => private.resend(seq).await,
        Line::Thread(..) | Line::Edit(..) | Line::Search(_) => {
            Ok(Answer::Refused("not in a private conversation".to_owned()))
        }
        other @ (Line::Nothing
        | Line::React(..)
        | Line::Pin(..)
        | Line::Delete(_)
        | Line::Who
        | Line::Pins
        | Line::More
        | Line::Help
        | Line::Quit
        | Line::Wrong(_)) => {
            let mut answer = ask(session, room_id, other, oldest).await?;
            if let Answer::Messages(_, messages) = &mut answer {
                private.open_messages(messages).await;
            }
            Ok(answer)
        }
    };
    match answer {
        Ok(answer) => Ok(answer),
        Err(SealError::Server(error)) => Err(error),
        Err(refused) => Ok(Answer::Refused(refusal(&refused))),
    }
}

/// Asks what a line asks for. Whoever is too fast waits as long as the server says.
pub(super) async fn ask(session: Session, room_id: String, line: Line, oldest: u64) -> Result<Answer, Error> {
    let text = |text: String| SendMessageRequest {
        room_id: room_id.clone(),
        text,
        ..SendMessageRequest::default()
    };
    match line {
        Line::Say(words) => done(&session, text(words)).await,
        Line::Reply(reply_to, words) => {
            let request = SendMessageRequest {
                reply_to,
                ..text(words)
            };
            done(&session, request).await
        }
        Line::Thread(thread_seq, words) => {
            let request = SendMessageRequest {
                thread_seq,
                ..text(words)
            };
            done(&session, request).await
        }
        Line::React(message_seq, emoji, present) => {
            let request = SetReactionRequest {
                room_id,
                message_seq,
                emoji,
                present,
                ..SetReactionRequest::default()
            };
            done(&session, request).await
        }
        Line::Pin(message_seq, present) => {
            let request = SetPinRequest {
                room_id,
                message_seq,
                present,
                ..SetPinRequest::default()
            };
            done(&session, request).await
        }
        Line::Edit(message_seq, text) => {
            let request = EditMessageRequest {
                room_id,
                message_seq,
                text,
                ..EditMessageRequest::default()
            };
            done(&session, request).await
        }
        Line::Delete(message_seq) => {
            let request = DeleteMessageRequest {
                room_id,
                message_seq,
                ..DeleteMessageRequest::default()
            };
            done(&session, request).await
        }
        Line::Pins => {
            let listed = patiently(&session, ListPinsRequest { room_id }).await?;
            Ok(Answer::Messages("Pinned:", listed.messages))
        }
        Line::More => {
            let request = ListMessagesRequest {
                room_id,
                before_seq: oldest,
                page_size: OLDER,
                ..ListMessagesRequest::default()
            };
            let listed = patiently(&session, request).await?;
            Ok(Answer::Messages("Before that:", listed.messages))
        }
        Line::Search(query) => {
            let request = SearchMessagesRequest {
                query,
                room_id,
                ..SearchMessagesRequest::default()
            };
            let found = patiently(&session, request).await?;
            let hits = found.hits.into_iter().rev().filter_map(|hit| hit.message);
            Ok(Answer::Messages("Found:", hits.collect()))
        }
        Line::Safety | Line::Verify(_) | Line::Forget(_) | Line::Again(_) | Line::Resend(_) => {
            Ok(Answer::Refused("only in a private conversation".to_owned()))
        }
        // These are answered without the server.
        Line::Nothing | Line::Who | Line::Help | Line::Quit | Line::Wrong(_) => Ok(Answer::Done),
    }
}

async fn done<C: Command + Clone>(session: &Session, request: C) -> Result<Answer, Error> {
    patiently(session, request).await.map(|_| Answer::Done)
}

async fn patiently<C: Command + Clone>(session: &Session, request: C) -> Result<C::Response, Error> {
    loop {
        match session.execute(request.clone()).await {
            Err(Error::Rejected(rejection))
                if rejection.reason == "RATE_LIMITED" && rejection.retry_after.is_some() =>
            {
                sleep(rejection.retry_after.unwrap_or_default()).await;
            }
            answered => return answered,
        }
    }
}
