//! Pages and threads that are read from the log.

use crate::common::*;
use trivium_engine::chat::{Backwards, History, KEPT, Span};

use crate::answer;

#[test]
fn old_threads_and_pages_are_found_in_the_log() {
    let mut world = given([ANA]).when(ANA, say("root")).done();
    let root = world.room.seq();
    for n in 0..KEPT + 30 {
        let command = if n % 200 == 0 && n < KEPT {
            answer(root, &format!("t{n}"))
        } else {
            say("x")
        };
        world = world.when(ANA, command).done();
    }
    let thread = Span {
        thread: Some(root),
        ..Span::default()
    };
    let held = world.room.first_messages(thread, 50);
    assert!(
        held.held_from.is_some_and(|from| from > root),
        "the root is no longer held"
    );
    let read = |span, limit| {
        let mut history = History::new(span, limit);
        let mut left = world.log.len();
        for entry in &world.log {
            history.take(entry);
            left -= 1;
            if history.is_settled() {
                break;
            }
        }
        (history.finish(), left)
    };
    let (page, _) = read(thread, 50);
    let texts: Vec<_> = page.messages.iter().map(|message| message.text.as_str()).collect();
    assert_eq!((texts, page.more), (vec!["t0", "t200", "t400", "t600", "t800"], false));
    let (page, left) = read(
        Span {
            after: root - 1,
            ..Span::default()
        },
        1,
    );
    assert_eq!(
        (page.messages[0].thread_count, page.more),
        (5, true),
        "counts what is not in the page"
    );
    assert!(left > 0, "the end of the log does not matter");

    let before = |before, limit| {
        let span = Span {
            before: Some(before),
            ..Span::default()
        };
        let mut backwards = Backwards::new(span, limit);
        for block in world.log.rchunks(64) {
            if backwards.is_done() {
                break;
            }
            backwards.take(block);
        }
        backwards.finish()
    };
    let (page, more) = before(root + 2, 1);
    assert_eq!((page.expect("one").after, more), (root, true));
    let (page, more) = before(root + 1, 5);
    assert_eq!((page.expect("one").after, more), (root - 1, false));
    assert_eq!(before(root, 5), (None, false));
    assert!(before(root + 1, 0).1);
}
