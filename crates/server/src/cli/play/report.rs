//! What a pipe hears of a game: lines for people, or JSON.

use anyhow::Result;
use serde::Serialize;
use trivium_client::{
    Error, Road, Seat,
    proto::v1::{Answer, QuizEnded, RoomEvent, Standing, SubmitAnswerResponse},
};

use crate::{
    cli::view::points,
    ui::{
        out::{self, Mode},
        text::clean,
    },
};

/// The way out. On a screen it says nothing, for the screen shows all.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) mode: Mode,
    road: Option<Road>,
}

/// A line of JSON.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Line<'a> {
    Joined {
        room_id: &'a str,
        user_id: &'a str,
        nickname: &'a str,
    },
    Connected {
        road: &'a str,
        resumed: bool,
    },
    Event {
        event: &'a RoomEvent,
    },
    Answered {
        question_index: u32,
        answer: &'a Answer,
        accepted: &'a SubmitAnswerResponse,
    },
    Refused {
        question_index: u32,
        answer: &'a Answer,
        reason: &'a str,
        message: &'a str,
    },
    Ended {
        own: Option<&'a Standing>,
        standings: &'a [Standing],
    },
}

impl Report {
    pub(super) const fn new(mode: Mode) -> Self {
        Self { mode, road: None }
    }

    pub(super) fn joined(&self, seat: &Seat) -> Result<()> {
        let member = &seat.member;
        self.say(
            &Line::Joined {
                room_id: &seat.room_id,
                user_id: &member.user_id,
                nickname: &member.nickname,
            },
            || Some(format!("You are in as {}", clean(&member.nickname))),
        )
    }

    pub(super) fn connected(&mut self, road: Road, resumed: bool) -> Result<()> {
        let name = match road {
            Road::Grpc => "gRPC",
            Road::GrpcWeb => "gRPC-Web",
            Road::WebTransport => "WebTransport",
        };
        let moved = self.road.replace(road) != Some(road);
        self.say(&Line::Connected { road: name, resumed }, || {
            moved.then(|| format!("Connected over {name}"))
        })
    }

    /// `told` is the event in words.
    pub(super) fn event(&self, event: &RoomEvent, told: Option<String>) -> Result<()> {
        self.say(&Line::Event { event }, || told)
    }

    pub(super) fn answered(
        &self,
        question_index: u32,
        answer: &Answer,
        result: &Result<SubmitAnswerResponse, Error>,
    ) -> Result<()> {
        match result {
            Ok(accepted) => self.say(
                &Line::Answered {
                    question_index,
                    answer,
                    accepted,
                },
                || Some(format!("  Locked after {} ms", accepted.response_ms)),
            ),
            Err(error) => {
                let (reason, message) = (error.reason(), &*error.to_string());
                self.say(
                    &Line::Refused {
                        question_index,
                        answer,
                        reason,
                        message,
                    },
                    || Some(format!("  Refused: {}", clean(message))),
                )
            }
        }
    }

    pub(super) fn ended(&self, ended: &QuizEnded) -> Result<()> {
        self.say(
            &Line::Ended {
                own: ended.own.as_ref(),
                standings: &ended.standings,
            },
            || {
                let own = ended.own.as_ref()?;
                let (rank, points) = (own.rank, points(own.points_tenths));
                Some(format!(
                    "You are number {rank} of {} with {points} points",
                    ended.player_count
                ))
            },
        )
    }

    fn say(&self, json: &Line<'_>, words: impl FnOnce() -> Option<String>) -> Result<()> {
        match self.mode {
            Mode::Json => out::json(json)?,
            Mode::Lines => words().iter().try_for_each(|line| out::line(line))?,
            Mode::Screen => {}
        }
        Ok(())
    }
}
