//! A room as one audience sees it, at one position of its log.

use std::sync::Arc;

use crate::{
    Millis, RoomId, Seq, Timestamp, UserId,
    chat::{Attachment, Mentions, SharedLink, SharedQuestion, sealed::Sealed},
    inbox,
    member::Member,
    membership::Invitation,
    moderation,
    quiz::{self, Phase},
    receipt::Mark,
    settings::Settings,
    signal::Presence,
};

/// Most members in a view.
pub const VIEW_MEMBERS: usize = 200;
/// Most messages in a view.
pub const VIEW_MESSAGES: usize = 100;
/// Most notifications in a view.
pub const VIEW_NOTIFICATIONS: usize = 100;
/// Most members or presences in a page.
pub const PAGE_MEMBERS: usize = 500;
/// Most messages in a page.
pub const PAGE_MESSAGES: usize = 200;

/// A room as one audience sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The room.
    pub room: RoomId,
    /// Which life of the log.
    pub epoch: u64,
    /// The position that this view includes.
    pub seq: Seq,
    /// Settings, with the join code, which all inside may know.
    pub settings: Settings,
    /// The receiver's own membership.
    pub me: Option<Member>,
    /// Members in the order of their ids, at most [`VIEW_MEMBERS`], with what the receiver may see of them.
    pub members: Vec<Member>,
    /// How many there are.
    pub member_count: u32,
    /// Presence of the members listed, as the receiver may see it.
    pub presences: Vec<Presence>,
    /// How many members are online and how many away, as the receiver may see it.
    pub presence_counts: (u32, u32),
    /// Marks of the members listed, as the receiver may see them.
    pub receipts: Vec<Mark>,
    /// What the receiver has not read.
    pub unread: Unread,
    /// Whether the receiver keeps its reading to itself.
    pub receipts_private: bool,
    /// The quiz, if one is loaded.
    pub quiz: Option<QuizView>,
    /// The newest messages, oldest first, at most [`VIEW_MESSAGES`].
    pub messages: Vec<MessageView>,
    /// The pinned messages, newest pin first.
    pub pins: Vec<MessageView>,
    /// Of an inbox: the newest notifications.
    pub notifications: inbox::Page,
    /// Announcements that are of interest, newest first, each with its number and when it was made.
    pub announcements: Vec<(Seq, Timestamp, inbox::Announcement)>,
    /// Banned users; for hosts.
    pub banned: Vec<UserId>,
    /// Invitations that are not used up, some of which may have expired; for hosts.
    pub invitations: Vec<Invitation>,
    /// How the room is moderated; the rules are for hosts.
    pub moderation: moderation::Settings,
    /// The receiver's own messages that wait for a host.
    pub waiting: Vec<moderation::HeldView>,
    /// How many messages wait for a host; for hosts.
    pub pending_count: u32,
    /// How many reports are open; for hosts.
    pub report_count: u32,
}

/// A [`View`] without what its receiver sees as many others do, which is most of it in a large room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnView {
    /// The rest.
    pub view: View,
    /// Whether the members are left out: they are those of [`Room::common_members`](crate::Room::common_members).
    pub lacks_members: bool,
    /// Whether the messages are left out: they are those of [`Room::common_messages`](crate::Room::common_messages).
    pub lacks_messages: bool,
}

/// What a member has not read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unread {
    /// Messages of others; only the newest 1,000 messages of a room are counted.
    pub messages: u32,
    /// Those of them that mention the member or everybody.
    pub mentions: u32,
}

/// A message as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageView {
    /// Number of the entry that sent it.
    pub seq: Seq,
    /// Who wrote it.
    pub author: UserId,
    /// The author's nickname at the time.
    pub nickname: String,
    /// The text; empty once deleted.
    pub text: String,
    /// The message that this one answers.
    pub reply_to: Option<Seq>,
    /// The message whose thread it is in.
    pub thread: Option<Seq>,
    /// How many messages its own thread has, deleted ones among them.
    pub thread_count: u32,
    /// When the last of them was sent.
    pub thread_at: Option<Timestamp>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// How often its text was replaced.
    pub edit_count: u32,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// When it was pinned.
    pub pinned_at: Option<Timestamp>,
    /// Whom it mentions; nobody once deleted.
    pub mentions: Mentions,
    /// Files; none once deleted.
    pub attachments: Vec<Attachment>,
    /// A link; none once deleted.
    pub link: Option<SharedLink>,
    /// A question; none once deleted.
    pub question: Option<SharedQuestion>,
    /// Ciphertexts; none once deleted.
    pub sealed: Option<Arc<Sealed>>,
    /// Emoji, who put it (at most 20) and how many did; most used first, then in the order of the emoji.
    pub reactions: Vec<(String, Vec<UserId>, u32)>,
}

/// A live quiz as one audience sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuizView {
    /// The quiz.
    pub id: crate::QuizId,
    /// Revision.
    pub revision: u32,
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// How it is played.
    pub settings: quiz::Settings,
    /// How many questions there are.
    pub question_count: u32,
    /// Where it stands.
    pub phase: Phase,
    /// Time stands still.
    pub paused: bool,
    /// Time left when it was paused.
    pub remaining: Option<Millis>,
    /// The question on show.
    pub prompt: Option<quiz::event::Prompt>,
    /// What is needed to answer it, once it is out.
    pub form: Option<quiz::event::Form>,
    /// When the countdown, read phase or automatic display ends.
    pub phase_ends_at: Option<Timestamp>,
    /// When answering opens.
    pub opens_at: Option<Timestamp>,
    /// When answering closes for the receiver.
    pub closes_at: Option<Timestamp>,
    /// Whether the receiver has answered.
    pub answered: bool,
    /// How many have answered; once it is closed, how many had.
    pub answered_count: u32,
    /// How many are waited for.
    pub expected_count: u32,
    /// The last reveal, while it is shown, as the receiver may see it.
    pub reveal: Option<quiz::Event>,
    /// The ranking, while it is shown: the rows everybody sees.
    pub standings: Vec<quiz::event::Standing>,
    /// Team ranking, while it is shown.
    pub teams: Vec<quiz::event::Standing>,
    /// The receiver's own standing.
    pub own: Option<quiz::event::Standing>,
    /// Options taken away for the receiver.
    pub hidden_options: Vec<u32>,
    /// Whether the game goes on by itself.
    pub auto_advance: bool,
    /// When the screens drew the question on show, once it is closed.
    pub screens: Option<quiz::ScreenReport>,
}

/// Results so far, as one audience may see them: hosts everybody's, members their own rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultsView {
    /// The quiz.
    pub quiz: crate::QuizId,
    /// Revision.
    pub revision: u32,
    /// Title.
    pub title: String,
    /// How it is played.
    pub settings: quiz::Settings,
    /// How many questions there are.
    pub question_count: u32,
    /// Where it stands.
    pub phase: Phase,
    /// Ranking of all players (members see the top rows and their own).
    pub standings: quiz::Standings,
    /// Team ranking.
    pub teams: Vec<quiz::event::Standing>,
    /// Per question revealed, skipped ones left out.
    pub questions: Vec<QuestionResults>,
}

/// Results of one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionResults {
    /// The question.
    pub prompt: quiz::event::Prompt,
    /// Its form as shown.
    pub form: quiz::event::Form,
    /// Its solution.
    pub solution: Option<quiz::event::Solution>,
    /// How the answers were spread.
    pub distribution: quiz::event::Distribution,
    /// The explanation.
    pub explanation: String,
    /// When answering opened.
    pub opened_at: Timestamp,
    /// When answering ended.
    pub closed_at: Option<Timestamp>,
    /// The player who was first to be wholly right.
    pub fastest: Option<UserId>,
    /// When the screens drew it.
    pub screens: Option<quiz::ScreenReport>,
    /// One row per player.
    pub results: Vec<(UserId, quiz::event::Outcome)>,
}
