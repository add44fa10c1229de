//! What may be in the log of a chat: threads, mentions, attachments, links, questions, pins, broadcasts.

use trivium_engine::{
    ChatCommand,
    chat::{Attachment, Draft, SharedLink, SharedQuestion},
};

use crate::common::*;

pub(crate) fn scenario() -> World {
    let world = given([ANA, BEN]).at(1_000).when(ANA, say("Ready, @ben?")).done();
    let root = world.room.seq();
    let picture = Attachment {
        id: "file-1".to_owned(),
        name: "map.png".to_owned(),
        content_type: "image/png".to_owned(),
        size: 2_048,
        width: Some(640),
        height: Some(480),
    };
    let text = Attachment {
        id: "file-2".to_owned(),
        name: "notes.txt".to_owned(),
        content_type: "text/plain".to_owned(),
        size: 12,
        width: None,
        height: None,
    };
    let attached = Draft {
        thread: Some(root),
        attachments: vec![picture, text],
        ..Draft::default()
    };
    let shared = Draft {
        reply_to: Some(root),
        link: Some(SharedLink {
            url: "https://example.org/maps".to_owned(),
            title: "Maps".to_owned(),
        }),
        question: Some(SharedQuestion {
            quiz: "quiz".parse().expect("an id"),
            revision: 2,
            index: 0,
            text: "Capital of Peru?".to_owned(),
            options: vec!["Lima".to_owned(), "Cusco".to_owned()],
        }),
        ..Draft::text("@room look at this")
    };
    let pin = |message, present| ChatCommand::Pin { message, present };
    world
        .at(2_000)
        .when(BEN, ChatCommand::from(attached))
        .done()
        .when(HOST, ChatCommand::from(shared))
        .done()
        .when(
            ANA,
            ChatCommand::Edit {
                message: root,
                text: "Ready, @Ben and @Ana?".to_owned(),
            },
        )
        .done()
        .at(3_000)
        .when(HOST, pin(root, true))
        .done()
        .when(HOST, pin(root + 1, true))
        .done()
        .when(HOST, pin(root + 2, true))
        .done()
        .when(HOST, pin(root, false))
        .done()
        .when(BEN, ChatCommand::Delete { message: root + 1 })
        .done()
        .when(
            HOST,
            ChatCommand::Broadcast {
                event: "lesson:next".to_owned(),
                payload: r#"{"page":7}"#.to_owned(),
            },
        )
        .done()
}
