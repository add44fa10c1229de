//! The way in: a client of one server, its unary calls, and the start of a session.
//!
//! [`session`](crate::session) is everything live; [`road`](crate::road) opens the connections of both.

use std::fmt;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use trivium_proto::v1::chat_service_client::ChatServiceClient;
use trivium_proto::v1::key_service_client::KeyServiceClient;
use trivium_proto::v1::moderation_service_client::ModerationServiceClient;
use trivium_proto::v1::notification_service_client::NotificationServiceClient;
use trivium_proto::v1::presence_service_client::PresenceServiceClient;
use trivium_proto::v1::quiz_file_service_client::QuizFileServiceClient;
use trivium_proto::v1::quiz_service_client::QuizServiceClient;
use trivium_proto::v1::receipt_service_client::ReceiptServiceClient;
use trivium_proto::v1::room_service_client::RoomServiceClient;
use trivium_proto::v1::session_service_client::SessionServiceClient;
use trivium_proto::v1::{JoinRoomRequest, Member};

use crate::backoff;
use crate::channel::Channel;
use crate::clock::Clock;
use crate::command::new_request_id;
use crate::discovery::WellKnown;
use crate::driver::{Driver, Setup};
use crate::error::{ConnectError, Error};
use crate::event::Events;
use crate::road::{Choice, Connector, NetConnector, NetOptions, Road};
use crate::session::{Ask, Session, Status, Timing};
use crate::token::{Credentials, Token, TokenSource};

/// Asks that the driver has not taken yet; further callers wait.
const ASKS: usize = 64;
/// Events that the application has not taken yet; beyond it nothing is read from the server.
const EVENTS: usize = 256;
/// Largest answer with a file: 32 MiB, and what is around it.
const MAX_FILE_BYTES: usize = 33 * 1024 * 1024;
/// Longest name that the server takes.
const MAX_NAME: usize = 64;

/// A client of one server; clones share token and connections.
#[derive(Clone)]
pub struct Client {
    setup: Setup,
    unary: Channel,
    net: Option<NetConnector>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("name", &self.setup.client)
            .finish_non_exhaustive()
    }
}

/// A guest's place in a room.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The room.
    pub room_id: String,
    /// The membership.
    pub member: Member,
    /// The token that the client goes on with; `None` if it came with a token of its own.
    pub token: Option<Token>,
}

impl Client {
    /// A client of the server at `url`, such as `https://quiz.example`.
    pub fn builder(url: impl Into<String>) -> Builder {
        Builder {
            net: NetOptions {
                url: url.into(),
                ca_pem: None,
                certificate_hashes: Vec::new(),
                webtransport_url: None,
            },
            choice: Choice::Auto,
            token: None,
            source: None,
            name: concat!("trivium-rust/", env!("CARGO_PKG_VERSION")).to_owned(),
            backoff: backoff::Policy::default(),
            timing: Timing::default(),
            datagrams: true,
            connector: None,
        }
    }

    /// Calls about rooms.
    pub fn rooms(&self) -> RoomServiceClient<Channel> {
        RoomServiceClient::new(self.unary.clone())
    }

    /// Calls about quizzes.
    pub fn quizzes(&self) -> QuizServiceClient<Channel> {
        QuizServiceClient::new(self.unary.clone())
    }

    /// Calls about files of quizzes and results. They take answers as large as files are.
    pub fn quiz_files(&self) -> QuizFileServiceClient<Channel> {
        QuizFileServiceClient::new(self.unary.clone()).max_decoding_message_size(MAX_FILE_BYTES)
    }

    /// Calls about chat.
    pub fn chat(&self) -> ChatServiceClient<Channel> {
        ChatServiceClient::new(self.unary.clone())
    }

    /// Calls about the keys of devices.
    pub fn keys(&self) -> KeyServiceClient<Channel> {
        KeyServiceClient::new(self.unary.clone())
    }

    /// Calls about moderation.
    pub fn moderation(&self) -> ModerationServiceClient<Channel> {
        ModerationServiceClient::new(self.unary.clone())
    }

    /// Calls about notifications and announcements.
    pub fn notifications(&self) -> NotificationServiceClient<Channel> {
        NotificationServiceClient::new(self.unary.clone())
    }

    /// Calls about presence.
    pub fn presence(&self) -> PresenceServiceClient<Channel> {
        PresenceServiceClient::new(self.unary.clone())
    }

    /// Calls about receipts.
    pub fn receipts(&self) -> ReceiptServiceClient<Channel> {
        ReceiptServiceClient::new(self.unary.clone())
    }

    /// Calls about sessions, for those who want the bare streams.
    pub fn sessions(&self) -> SessionServiceClient<Channel> {
        SessionServiceClient::new(self.unary.clone())
    }

    /// Comes into a room by its code. A guest's seat token becomes the client's token.
    ///
    /// # Errors
    /// [`Error::Rejected`] if the server refuses or cannot be reached.
    pub async fn join(&self, code: impl Into<String>, nickname: impl Into<String>) -> Result<Seat, Error> {
        let request = JoinRoomRequest {
            request_id: new_request_id(),
            join_code: code.into(),
            nickname: nickname.into(),
            ..JoinRoomRequest::default()
        };
        let joined = self.rooms().join_room(request).await?.into_inner();
        let token = (!joined.seat_token.is_empty()).then(|| Token::new(joined.seat_token));
        if let Some(token) = &token {
            self.setup.credentials.set(token.clone());
        }
        let member = joined.member.ok_or(Error::Protocol("the answer names no member"))?;
        Ok(Seat {
            room_id: joined.room_id,
            member,
            token,
        })
    }

    /// The token in use.
    pub fn token(&self) -> Option<Token> {
        self.setup.credentials.current()
    }

    /// Uses another token from the next call and connection on.
    pub fn set_token(&self, token: impl Into<Token>) {
        self.setup.credentials.set(token.into());
    }

    /// What the server says of itself.
    ///
    /// # Errors
    /// [`Error::Connect`]; always so with a connector of the application's own.
    pub async fn well_known(&self) -> Result<WellKnown, Error> {
        let net = self
            .net
            .as_ref()
            .ok_or_else(|| ConnectError::Other("the road is not the network".to_owned()))?;
        Ok(net.discovery().well_known().await?)
    }

    /// Starts a session and waits until it stands. Its task runs until every [`Session`] is dropped.
    ///
    /// # Errors
    /// What makes trying again useless, such as a refused token. Everything else is tried again without end; put
    /// `tokio::time::timeout` around it.
    pub async fn connect(&self) -> Result<(Session, Events), Error> {
        let (session, events) = self.session();
        session.connected().await?;
        Ok((session, events))
    }

    /// Starts a session without waiting. Must be called inside a tokio runtime.
    pub fn session(&self) -> (Session, Events) {
        let (asks, asked) = mpsc::channel::<Ask>(ASKS);
        let (tell, told) = mpsc::channel(EVENTS);
        let (status, watching) = watch::channel(Status::Connecting);
        let clock = Clock::start();
        tokio::spawn(Driver::new(self.setup.clone(), asked, tell, status, clock.clone()).run());
        (Session::new(asks, watching, clock), Events(told))
    }
}

/// How to reach a server, and as whom.
#[must_use]
pub struct Builder {
    net: NetOptions,
    choice: Choice,
    token: Option<Token>,
    source: Option<Arc<dyn TokenSource>>,
    name: String,
    backoff: backoff::Policy,
    timing: Timing,
    datagrams: bool,
    connector: Option<Arc<dyn Connector>>,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("net", &self.net)
            .field("choice", &self.choice)
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// The road of sessions and calls [automatic: sessions on WebTransport where it works, calls on gRPC].
    pub fn road(mut self, choice: impl Into<Choice>) -> Self {
        self.choice = choice.into();
        self
    }

    /// The bearer token; guests have none before they [`join`](Client::join).
    pub fn token(mut self, token: impl Into<Token>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Where tokens come from. Sessions renew theirs before it ends.
    pub fn token_source(mut self, source: impl TokenSource) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// PEM of certificate authorities to trust instead of the usual ones, on every road.
    pub fn ca_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.net.ca_pem = Some(pem.into());
        self
    }

    /// SHA-256 of the certificates to trust on WebTransport [what the server publishes].
    pub fn certificate_hashes(mut self, hashes: impl IntoIterator<Item = [u8; 32]>) -> Self {
        self.net.certificate_hashes = hashes.into_iter().collect();
        self
    }

    /// Where the WebTransport road is [what the server publishes].
    pub fn webtransport_url(mut self, url: impl Into<String>) -> Self {
        self.net.webtransport_url = Some(url.into());
        self
    }

    /// Name and version of the application, for the server's logs, cut to 64 characters [this SDK's].
    pub fn name(mut self, name: &str) -> Self {
        self.name = name.chars().take(MAX_NAME).collect();
        self
    }

    /// Delays between attempts to connect.
    pub const fn backoff(mut self, policy: backoff::Policy) -> Self {
        self.backoff = policy;
        self
    }

    /// How long to wait for signs of life.
    pub const fn timing(mut self, timing: Timing) -> Self {
        self.timing = timing;
        self
    }

    /// Whether signals come in datagrams too, where the road has them, and so sooner \[yes\].
    pub const fn datagrams(mut self, datagrams: bool) -> Self {
        self.datagrams = datagrams;
        self
    }

    /// Opens roads in another way than over the network.
    pub fn connector(mut self, connector: impl Connector) -> Self {
        self.connector = Some(Arc::new(connector));
        self
    }

    /// The client. Nothing is connected yet.
    ///
    /// # Errors
    /// [`Error::Connect`] if the URL or the certificates cannot be read.
    pub fn build(self) -> Result<Client, Error> {
        let net = if self.connector.is_none() {
            Some(NetConnector::new(self.net)?)
        } else {
            None
        };
        let network = net.clone().map(|net| Arc::new(net) as Arc<dyn Connector>);
        let connector = self
            .connector
            .or(network)
            .ok_or(Error::Protocol("there is no connector"))?;
        let credentials = Credentials::new(self.token, self.source);
        let road = match self.choice {
            Choice::Auto => Road::Grpc,
            Choice::Only(road) => road,
        };
        let unary = Channel::on_demand(connector.clone(), road, credentials.clone());
        let setup = Setup {
            connector,
            choice: self.choice,
            credentials,
            client: self.name,
            backoff: self.backoff,
            timing: self.timing,
            datagrams: self.datagrams,
        };
        Ok(Client { setup, unary, net })
    }
}
