//! Pins: by whom, how many, and for how long.

use crate::common::*;
use trivium_engine::{
    ChatEvent, Event, Reject, Timestamp,
    chat::{History, KEPT, MAX_PINS, Span},
};

use crate::{FIRST, answer, conversation, delete, edit, pin, unpin};

#[test]
fn hosts_pin_and_in_conversations_everybody_does() {
    let world = given([ANA, BEN])
        .when(ANA, say("a"))
        .done()
        .when(ANA, say("b"))
        .done()
        .when(ANA, pin(FIRST))
        .rejects(Reject::NotPermitted)
        .when(EVE, pin(FIRST))
        .rejects(Reject::NotMember)
        .when(HOST, pin(FIRST))
        .events([Event::Chat(ChatEvent::Pinned {
            message: FIRST,
            present: true,
        })])
        .when(HOST, pin(FIRST))
        .changes_nothing()
        .at(3)
        .when(ROOT, pin(FIRST + 1))
        .done()
        .when(HOST, pin(1))
        .rejects(Reject::NoSuchMessage)
        .when(ANA, unpin(FIRST))
        .rejects(Reject::NotPermitted);
    let pins: Vec<_> = world.room.pins().iter().map(|pin| (pin.seq, pin.pinned_at)).collect();
    assert_eq!(pins, [(FIRST + 1, Some(Timestamp(T0.0 + 3))), (FIRST, Some(T0))]);
    assert_eq!(
        world.room.view_for(&ANA.actor()).expect("a member").pins,
        world.room.pins()
    );
    let world = world
        .when(HOST, unpin(FIRST))
        .done()
        .when(HOST, unpin(FIRST))
        .changes_nothing();
    assert_eq!(world.room.pins().len(), 1);
    drop(world);

    let world = conversation(&[ANA]).when(ANA, say("keep")).done();
    let seq = world.room.seq();
    world.when(ANA, pin(seq)).done().when(HOST, unpin(seq)).done();
}

#[test]
fn pins_are_few_and_outlive_the_newest_messages() {
    let mut world = given([]);
    let first = world.room.seq() + 1;
    for n in 0..=MAX_PINS {
        world = world.when(HOST, say(&format!("m{n}"))).done();
    }
    for seq in (first..).take(MAX_PINS) {
        world = world.when(HOST, pin(seq)).done();
    }
    let over = first + u64::try_from(MAX_PINS).expect("small");
    world = world.when(HOST, pin(over)).rejects(Reject::LimitReached("pins"));
    for _ in 0..KEPT {
        world = world.when(HOST, say("more")).done();
    }
    world = world
        .when(HOST, edit(first, "late"))
        .rejects(Reject::NoSuchMessage)
        .when(HOST, answer(first, "late"))
        .rejects(Reject::NoSuchMessage)
        .when(HOST, unpin(first))
        .done()
        .when(HOST, pin(first))
        .rejects(Reject::NoSuchMessage)
        .when(HOST, delete(first + 1))
        .done();
    assert_eq!(world.room.pins().len(), MAX_PINS - 2);
    assert_eq!(world.room.pins().last().expect("some").text, "m2");

    // From the log, as far as it can matter; what came later is known to the state.
    let mut history = History::new(Span::default(), 3);
    let mut read = 0;
    for entry in &world.log {
        history.take(entry);
        read += 1;
        if history.is_settled() {
            break;
        }
    }
    assert!(read < world.log.len(), "the end of the log does not matter");
    let mut messages = history.finish().messages;
    assert!(messages.iter().all(|message| message.pinned_at.is_some()), "as it was");
    world.room.correct_messages(&mut messages);
    let stand: Vec<_> = messages
        .iter()
        .map(|m| (m.text.as_str(), m.pinned_at.is_some(), m.deleted_at.is_some()))
        .collect();
    assert_eq!(stand, [("m0", false, false), ("", false, true), ("m2", true, false)]);
}
