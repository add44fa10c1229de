//! Stands in for the quiz until it is there.
use serde::{Deserialize, Serialize};
use crate::{Audience, Visibility, member::Members, presence::Board, *};
pub(crate) use crate::quiz::Phase;
use crate::quiz::Event;
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State;
impl State { pub(crate) fn phase(&self) -> Phase { Phase::Lobby } }
pub(crate) fn decide(_: Option<&State>, _: &Members, _: &Board, _: &QuizCommand, _: &mut Cx<'_>) -> Result<Vec<Event>, Reject> { Err(Reject::NoQuiz) }
pub(crate) fn settle(_: &State, _: &Members, _: &Board, _: Timestamp) -> Vec<Event> { vec![] }
pub(crate) fn apply(_: &mut Option<State>, _: &Members, _: Timestamp, _: Option<&UserId>, _: &Event) {}
pub(crate) fn next_deadline(_: &State, _: &Members, _: &Board) -> Option<Timestamp> { None }
pub(crate) fn progress(_: &State, _: &Members, _: &Board, _: Timestamp) -> Option<Signal> { None }
pub(crate) fn view(_: &State, _: &Members, _: &Audience) -> view::QuizView { panic!() }
pub(crate) fn results(_: &State, _: &Members, _: &Audience) -> view::ResultsView { panic!() }
impl Event {
    pub fn name(&self) -> &'static str { "quiz" }
    pub fn seen_by(&self, who: &Audience) -> Option<Self> { (*who == Audience::Hosts).then(|| self.clone()) }
    pub fn visibility(&self) -> Visibility { Visibility::Hosts }
}
