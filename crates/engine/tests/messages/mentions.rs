//! Whom a text mentions.

use crate::common::*;
use trivium_engine::chat::MAX_MENTIONS;

use crate::{conversation, edit, mentioned, one};

#[test]
fn the_longest_nickname_that_fits_is_mentioned() {
    let world = given([
        ANA,
        BEN,
        who("anamaria", "Ana María"),
        who("zoe", "Zoë"),
        who("fox", "🦊"),
        who("under", "x_y"),
    ]);
    let mut world = world;
    for (text, expected) in [
        ("@Ana hi", "ana"),
        ("@ANA", "ana"),
        ("hello @ana, @ben!", "ana ben"),
        ("@ben @ana @ben", "ben ana"),
        ("@Ana María and @ana", "anamaria ana"),
        ("@anamaría", "anamaria"),
        ("@Ana  Mari\u{301}a", "anamaria"),
        ("@Ana\nMaría", "ana"),
        ("@Ana Mariana", "ana"),
        ("(@zoe\u{308})", "zoe"),
        ("@Zo", ""),
        ("@zoe", ""),
        ("@Anabel", ""),
        ("@Ana_", ""),
        ("@x_y-z", "under"),
        ("mail@ana.example", ""),
        ("_@ana", ""),
        ("@🦊!", "fox"),
        ("@🦊you", "fox"),
        ("@@ana", "ana"),
        ("@ ana", ""),
        ("@\u{200b}a\u{200d}na", "ana"),
        ("@", ""),
        ("@ana's and 日本@ben", "ana"),
        ("@room", ""),
        ("@Hanna Host", "host"),
        ("@Hanna", ""),
    ] {
        world = world.when(ANA, say(text)).done();
        let (users, everybody) = mentioned(&world);
        assert_eq!((users.join(" ").as_str(), everybody), (expected, false), "{text:?}");
    }
}

#[test]
fn everybody_is_mentioned_by_those_who_may() {
    let mut world = given([ANA, who("r", "Room")]);
    for (by, text, users, everybody) in [
        (ANA, "@room", "r", false),
        (HOST, "@Room!", "", true),
        (HOST, "@rooms @roomy", "", false),
        (HOST, "@ana @ROOM", "ana", true),
    ] {
        world = world.when(by, say(text)).done();
        assert_eq!(
            mentioned(&world),
            (users.split_whitespace().map(str::to_owned).collect(), everybody),
            "{text}"
        );
    }
    let crowd: Vec<Who> = (0..32)
        .map(|n| who(format!("u{n}").leak(), format!("U {n}").leak()))
        .collect();
    let world = conversation(&crowd[..31]).when(crowd[0], say("@room")).done();
    assert_eq!(mentioned(&world), (vec![], true), "32 are few");
    let world = conversation(&crowd).when(crowd[0], say("@room")).done();
    assert_eq!(mentioned(&world), (vec![], false), "33 are many");
}

#[test]
fn mentions_are_bounded_and_read_anew_when_a_text_changes() {
    let crowd: Vec<Who> = (0..60)
        .map(|n| who(format!("u{n}").leak(), format!("U{n}").leak()))
        .collect();
    let text = (0..60).map(|n| format!("@u{n}")).collect::<Vec<_>>().join(" ");
    let world = given(crowd.iter().copied()).when(crowd[0], say(&text)).done();
    let (users, _) = mentioned(&world);
    assert_eq!((users.len(), users[49].as_str()), (MAX_MENTIONS, "u49"));
    let seq = world.room.seq();
    let world = world.when(crowd[0], edit(seq, "@u7 only")).done();
    let message = one(&world, seq);
    assert_eq!(message.mentions.users, [crowd[7].user()]);
    assert_eq!(message.edit_count, 1);
    let world = world.when(crowd[0], edit(seq, "nobody")).done();
    assert!(one(&world, seq).mentions.is_none());
    assert_eq!(one(&world, seq).edit_count, 2);
    // Many signs cost little: those beyond the first hundred are text.
    let many = "@".repeat(3_990) + "@u1";
    let world = world.when(crowd[0], say(&many)).done();
    assert_eq!(mentioned(&world), (vec![], false));
}
