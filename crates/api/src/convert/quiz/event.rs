//! What happens to the live quiz, on the way out.
//!
//! The engine has removed what the receiver may not see; rows of one receiver's own go to the fields that are for it.

use std::collections::BTreeMap;

use trivium_engine::{
    Audience, UserId,
    quiz::{
        Standings,
        event::{CloseReason, Event as Quiz, Outcome, Standing},
    },
};
use trivium_proto::v1::{self, room_event::Event};

use super::{answer, shown, written};
use crate::convert::common::{count_out, span_out, time_or_zero, time_out, user_or_empty};

/// An event of the quiz as an audience sees it; none for what the wire has no word for.
#[expect(clippy::too_many_lines, reason = "one arm per event")]
pub fn event(event: &Quiz, audience: &Audience) -> Option<Event> {
    Some(match event {
        Quiz::Loaded { quiz, .. } => Event::QuizLoaded(v1::QuizLoaded {
            quiz_id: quiz.id.to_string(),
            revision: quiz.revision,
            title: quiz.title.clone(),
            description: quiz.description.clone(),
            question_count: count_out(quiz.questions.len()),
            settings: Some(written::settings_out(&quiz.settings)),
        }),
        Quiz::Started { first_question_at, .. } => Event::QuizStarted(v1::QuizStarted {
            first_question_time_ms: time_out(*first_question_at),
        }),
        Quiz::QuestionShown {
            prompt, read_ends_at, ..
        } => Event::QuestionShown(v1::QuestionShown {
            prompt: Some(shown::prompt(prompt)),
            read_end_time_ms: time_out(*read_ends_at),
        }),
        Quiz::QuestionOpened {
            index,
            form,
            opens_at,
            closes_at,
            ..
        } => Event::QuestionOpened(v1::QuestionOpened {
            index: *index,
            form: Some(shown::form(form)),
            open_time_ms: time_out(*opens_at),
            close_time_ms: time_out(*closes_at),
        }),
        Quiz::OptionsReduced { user, index, hidden } => Event::OptionsReduced(v1::OptionsReduced {
            user_id: user.to_string(),
            index: *index,
            hidden_options: hidden.clone(),
        }),
        Quiz::AnswerAccepted {
            user,
            index,
            answer: given,
            response,
            credit,
            order,
        } => Event::AnswerAccepted(v1::AnswerAccepted {
            user_id: user.to_string(),
            index: *index,
            answer: Some(answer::answer_out(given)),
            response_ms: span_out(*response),
            credit_ms: span_out(*credit),
            received_order: *order,
        }),
        Quiz::QuestionClosed {
            index,
            reason,
            answered,
            screens,
        } => Event::QuestionClosed(v1::QuestionClosed {
            index: *index,
            reason: close_reason(*reason).into(),
            answered: *answered,
            screens: screens.as_ref().map(|report| shown::screens(*index, report)),
        }),
        Quiz::QuestionRevealed { .. } => Event::QuestionRevealed(revealed(event, audience)?),
        Quiz::LeaderboardShown {
            index,
            standings,
            teams,
            top,
            player_count,
        } => {
            let ranking = Ranking::of(standings, teams, *top, audience);
            Event::LeaderboardShown(v1::LeaderboardShown {
                index: *index,
                standings: ranking.best,
                team_standings: ranking.teams,
                own: ranking.own,
                player_count: *player_count,
            })
        }
        Quiz::Paused { remaining } => Event::QuizPaused(v1::QuizPaused {
            remaining_ms: span_out(*remaining),
        }),
        Quiz::Resumed {
            phase_ends_at,
            opens_at,
            closes_at,
            ..
        } => Event::QuizResumed(v1::QuizResumed {
            phase_end_time_ms: time_or_zero(*phase_ends_at),
            open_time_ms: time_or_zero(*opens_at),
            close_time_ms: time_or_zero(*closes_at),
        }),
        Quiz::Extended { index, closes_at, .. } => Event::QuestionExtended(v1::QuestionExtended {
            index: *index,
            close_time_ms: time_out(*closes_at),
        }),
        Quiz::Skipped { index } => Event::QuestionSkipped(v1::QuestionSkipped { index: *index }),
        Quiz::Ended {
            standings,
            teams,
            top,
            player_count,
        } => {
            let ranking = Ranking::of(standings, teams, *top, audience);
            Event::QuizEnded(v1::QuizEnded {
                standings: ranking.best,
                team_standings: ranking.teams,
                own: ranking.own,
                player_count: *player_count,
            })
        }
        Quiz::AutoAdvanceSet { enabled, phase_ends_at } => Event::AutoAdvanceSet(v1::AutoAdvanceSet {
            enabled: *enabled,
            phase_end_time_ms: time_or_zero(*phase_ends_at),
        }),
        Quiz::MediaLoaded { .. } => return None,
    })
}

/// A reveal as an audience sees it; none for any other event.
pub fn revealed(event: &Quiz, audience: &Audience) -> Option<v1::QuestionRevealed> {
    let Quiz::QuestionRevealed {
        index,
        solution,
        distribution,
        explanation,
        fastest,
        results,
    } = event
    else {
        return None;
    };
    let (own, everybody) = own_and_everybody(results, audience);
    Some(v1::QuestionRevealed {
        index: *index,
        solution: solution.as_ref().map(shown::solution),
        distribution: Some(shown::distribution(distribution)),
        explanation: explanation.clone(),
        fastest_user_id: user_or_empty(fastest.as_ref()),
        own,
        results: everybody,
    })
}

fn own_and_everybody(
    results: &BTreeMap<UserId, Outcome>,
    audience: &Audience,
) -> (Option<v1::PlayerResult>, Vec<v1::PlayerResult>) {
    let row = |(user, outcome): (&UserId, &Outcome)| shown::outcome(user, outcome);
    match audience {
        Audience::Hosts => (None, results.iter().map(row).collect()),
        Audience::Member(user) => (results.get_key_value(user).map(row), Vec::new()),
        Audience::Observers => (None, Vec::new()),
    }
}

/// A ranking split into what everybody sees and the receiver's own row.
struct Ranking {
    best: Vec<v1::Standing>,
    teams: Vec<v1::Standing>,
    own: Option<v1::Standing>,
}

impl Ranking {
    fn of(standings: &Standings, teams: &[Standing], top: u32, audience: &Audience) -> Self {
        Self {
            best: standings
                .iter()
                .take(usize::try_from(top).unwrap_or(usize::MAX))
                .map(shown::standing)
                .collect(),
            teams: teams.iter().map(shown::standing).collect(),
            own: match audience {
                Audience::Member(user) => standings.of(user).map(shown::standing),
                Audience::Hosts | Audience::Observers => None,
            },
        }
    }
}

fn close_reason(reason: CloseReason) -> v1::CloseReason {
    match reason {
        CloseReason::Deadline => v1::CloseReason::Deadline,
        CloseReason::AllAnswered => v1::CloseReason::AllAnswered,
        CloseReason::Host => v1::CloseReason::Host,
    }
}

#[cfg(test)]
mod tests {
    use trivium_engine::{
        Millis,
        quiz::event::{Distribution, Verdict},
    };

    use super::*;

    fn user(name: &str) -> UserId {
        name.parse().expect("an id")
    }

    fn standing(name: &str, rank: u32) -> Standing {
        Standing {
            user: Some(user(name)),
            name: name.into(),
            rank,
            previous_rank: 0,
            points_tenths: 0,
            correct: 0,
            correct_time: Millis::ZERO,
            streak: 0,
            best_streak: 0,
            team: String::new(),
            avatar: String::new(),
        }
    }

    fn outcome() -> Outcome {
        Outcome {
            verdict: Verdict::Missed,
            points: 0,
            streak_bonus: 0,
            streak: 0,
            total: 0,
            rank: 1,
            response: Millis::ZERO,
            credit: Millis::ZERO,
            time_limit: None,
            answer: None,
            received_at: None,
        }
    }

    #[test]
    fn a_reveal_gives_members_their_own_row_and_hosts_all_rows() {
        let reveal = |names: &[&str]| Quiz::QuestionRevealed {
            index: 0,
            solution: None,
            distribution: Distribution::default(),
            explanation: String::new(),
            fastest: None,
            results: names.iter().map(|name| (user(name), outcome())).collect(),
        };
        // Each is given what the engine lets it see.
        for (audience, seen, own, everybody) in [
            (Audience::Hosts, &["ana", "bo"][..], None, 2),
            (Audience::Member(user("bo")), &["bo"], Some("bo"), 0),
            (Audience::Observers, &[], None, 0),
        ] {
            let wire = revealed(&reveal(seen), &audience).expect("a reveal");
            let own_row = wire.own.map(|row| row.user_id);
            assert_eq!(own_row.as_deref(), own, "{audience:?}");
            assert_eq!(wire.results.len(), everybody, "{audience:?}");
        }
    }

    #[test]
    fn a_ranking_gives_the_best_rows_and_the_receivers_own() {
        let rows = Standings::from(vec![standing("ana", 1), standing("bo", 2), standing("cy", 3)]);
        let of = |audience| Ranking::of(&rows, &[], 2, &audience);
        let names = |ranking: &Ranking| ranking.best.iter().map(|row| row.user_id.clone()).collect::<Vec<_>>();

        let last = of(Audience::Member(user("cy")));
        assert_eq!(names(&last), ["ana", "bo"]);
        assert_eq!(last.own.map(|row| row.rank), Some(3));

        let first = of(Audience::Member(user("ana")));
        assert_eq!(first.own.map(|row| row.rank), Some(1));

        let host = of(Audience::Hosts);
        assert_eq!((names(&host).len(), host.own), (2, None));
    }
}
