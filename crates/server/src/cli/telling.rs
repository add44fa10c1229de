//! What happens, in one line for people: for pipes, logs and screen readers.

use trivium_client::proto::v1::{RoomEvent, Verdict, room_event::Event};

use super::view::{labels, points};
use crate::{
    game::Game,
    ui::{style::letter, text::clean},
};

/// Takes the event into the game, and says in words what happened; nothing for what people need not hear.
pub(super) fn follow(event: &RoomEvent, game: &mut Game) -> Option<String> {
    // Who has left is known by name only before.
    let left = match &event.event {
        Some(Event::MemberLeft(left)) => Some(format!(
            "{} has left ({} in the room)",
            clean(game.nickname(&left.user_id)),
            left.member_count
        )),
        Some(_) | None => None,
    };
    game.apply(event.clone());
    left.or_else(|| tell(event, game))
}

/// The event in words; `game` is the state after it.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever else happens in a room is not told in a terminal"
)]
fn tell(event: &RoomEvent, game: &Game) -> Option<String> {
    let said = match event.event.as_ref()? {
        Event::MemberJoined(joined) => {
            let name = joined.member.as_ref().map_or("", |member| &member.nickname);
            format!("{name} is here ({} in the room)", joined.member_count)
        }
        Event::QuizLoaded(loaded) => format!("Quiz: {} ({} questions)", loaded.title, loaded.question_count),
        Event::QuizStarted(_) => "It begins".to_owned(),
        Event::QuestionShown(_) => {
            let prompt = game.prompt.as_ref()?;
            format!("Question {} of {}: {}", prompt.index + 1, prompt.count, prompt.text)
        }
        Event::QuestionOpened(_) => {
            let (prompt, form) = (game.prompt.as_ref()?, game.form.as_ref()?);
            let options = labels(prompt.kind(), form);
            let options = options
                .iter()
                .enumerate()
                .map(|(position, option)| format!("{} {option}", letter(position)));
            format!("  {}", options.collect::<Vec<_>>().join("   "))
        }
        Event::QuestionClosed(closed) => format!("  Time's up: {} answered", closed.answered),
        Event::QuestionRevealed(revealed) => {
            let right = revealed.distribution.as_ref().map_or(0, |spread| spread.correct);
            match &revealed.own {
                None => format!("  {right} were right"),
                Some(own) => format!(
                    "  {}: {} points, {} in all, rank {}",
                    verdict(own.verdict()),
                    own.points + own.streak_bonus,
                    own.total,
                    own.rank
                ),
            }
        }
        Event::LeaderboardShown(shown) => {
            let rows = shown
                .standings
                .iter()
                .map(|row| format!("{}. {} {}", row.rank, row.name, points(row.points_tenths)));
            format!("  Ranking: {}", rows.collect::<Vec<_>>().join(", "))
        }
        Event::QuizPaused(_) => "Paused".to_owned(),
        Event::QuizResumed(_) => "It goes on".to_owned(),
        Event::QuestionExtended(_) => "  More time".to_owned(),
        Event::QuestionSkipped(skipped) => format!("Question {} counts for nothing", skipped.index + 1),
        Event::QuizEnded(ended) => {
            let rows = ended
                .standings
                .iter()
                .map(|row| format!("{}. {} {}", row.rank, row.name, points(row.points_tenths)));
            format!("The end: {}", rows.collect::<Vec<_>>().join(", "))
        }
        Event::RoomClosed(_) => "The room is closed".to_owned(),
        Event::MessageSent(sent) => {
            let message = sent.message.as_ref()?;
            format!("{}: {}", message.author_nickname, message.text)
        }
        _ => return None,
    };
    Some(clean(&said))
}

/// A verdict in a word.
pub(super) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Correct => "Right",
        Verdict::Partial => "Partly right",
        Verdict::Incorrect => "Wrong",
        Verdict::Missed => "Missed",
        Verdict::Absent => "Not here yet",
        Verdict::Unscored | Verdict::Unspecified => "Thank you",
    }
}

#[cfg(test)]
mod tests {
    use trivium_client::proto::v1::{
        AnswerForm, LeaderboardShown, Member, MemberJoined, MemberLeft, PlayerResult, QuestionKind, QuestionOpened,
        QuestionPrompt, QuestionRevealed, Standing,
    };

    use super::*;

    #[test]
    fn who_has_left_is_told_by_name() {
        let member = Member {
            user_id: "u1".to_owned(),
            nickname: "Ana".to_owned(),
            ..Member::default()
        };
        let mut game = Game {
            members: [("u1".to_owned(), member)].into(),
            ..Game::default()
        };
        let left = MemberLeft {
            user_id: "u1".to_owned(),
            member_count: 3,
            ..MemberLeft::default()
        };
        let event = RoomEvent {
            event: Some(Event::MemberLeft(left)),
            ..RoomEvent::default()
        };
        assert_eq!(
            follow(&event, &mut game).as_deref(),
            Some("Ana has left (3 in the room)")
        );
        assert!(game.members.is_empty());
    }

    #[test]
    fn events_are_told_in_one_line() {
        let prompt = QuestionPrompt {
            kind: QuestionKind::TrueFalse.into(),
            ..QuestionPrompt::default()
        };
        let game = Game {
            prompt: Some(prompt),
            ..Game::default()
        };
        let member = Member {
            nickname: "A\u{1b}na".to_owned(),
            ..Member::default()
        };
        let own = PlayerResult {
            verdict: Verdict::Correct.into(),
            points: 900,
            streak_bonus: 100,
            total: 1_500,
            rank: 2,
            ..PlayerResult::default()
        };
        let row = Standing {
            rank: 1,
            name: "Ana".to_owned(),
            points_tenths: 9_005,
            ..Standing::default()
        };
        for (event, told) in [
            (
                Event::MemberJoined(MemberJoined {
                    member: Some(member),
                    member_count: 2,
                    ..MemberJoined::default()
                }),
                Some("Ana is here (2 in the room)"),
            ),
            (
                Event::QuestionOpened(QuestionOpened {
                    form: Some(AnswerForm::default()),
                    ..QuestionOpened::default()
                }),
                Some("  A False   B True"),
            ),
            (
                Event::QuestionRevealed(QuestionRevealed {
                    own: Some(own),
                    ..QuestionRevealed::default()
                }),
                Some("  Right: 1000 points, 1500 in all, rank 2"),
            ),
            (
                Event::LeaderboardShown(LeaderboardShown {
                    standings: vec![row],
                    ..LeaderboardShown::default()
                }),
                Some("  Ranking: 1. Ana 900.5"),
            ),
            (
                Event::MemberUpdated(trivium_client::proto::v1::MemberUpdated::default()),
                None,
            ),
        ] {
            let event = RoomEvent {
                event: Some(event),
                ..RoomEvent::default()
            };
            assert_eq!(follow(&event, &mut game.clone()).as_deref(), told);
        }
    }
}
