//! From a QUIC connection to a session: the CONNECT, and its answer.

use std::net::SocketAddr;

use quinn::{Connection, Incoming};
use wtransport::proto::error::ErrorCode;
use wtransport::proto::frame::Frame;
use wtransport::proto::headers::Headers;
use wtransport::proto::ids::StatusCode;
use wtransport::proto::session::{HeadersParseError, SessionRequest};

use super::connect::Connect;
use super::control::Control;
use super::session::Session;
use super::{End, code};

const LEFT: &str = "the client left";

/// A client asks for a session.
#[derive(Debug)]
pub(crate) struct Request {
    connection: Connection,
    control: Control,
    connect: Connect,
    asked: SessionRequest,
}

/// Takes a connection through QUIC, TLS and settings up to the CONNECT. Dropping the future closes the connection.
///
/// # Errors
/// Why there is none, for a log; the connection is closed.
pub(crate) async fn accept(incoming: Incoming) -> Result<Request, &'static str> {
    let connection = incoming.await.map_err(|_| "the handshake failed")?;
    negotiate(connection.clone()).await.map_err(|end| match end {
        End::Lost => LEFT,
        End::Close(reason) => {
            connection.close(code(reason), b"");
            "the client broke HTTP/3"
        }
    })
}

async fn negotiate(connection: Connection) -> Result<Request, End> {
    let mut control = Control::open(connection.clone()).await?;
    control.settled().await?;
    let (connect, asked) = tokio::select! {
        asked = ask(&connection) => asked?,
        end = control.ended() => return Err(end),
    };
    Ok(Request {
        connection,
        control,
        connect,
        asked,
    })
}

/// Waits for the CONNECT and refuses every other request.
async fn ask(connection: &Connection) -> Result<(Connect, SessionRequest), End> {
    loop {
        let (send, recv) = connection.accept_bi().await.map_err(|_| End::Lost)?;
        let mut connect = Connect::new(send, recv);
        let refusal = match connect.headers().await? {
            Some(block) => {
                let headers = Headers::with_frame(&Frame::new_headers(block.into()))?;
                match SessionRequest::try_from(headers) {
                    Ok(asked) => return Ok((connect, asked)),
                    Err(HeadersParseError::MethodNotConnect) => ErrorCode::RequestRejected,
                    Err(_) => ErrorCode::Message,
                }
            }
            None => ErrorCode::BufferedStreamRejected,
        };
        connect.refuse(refusal);
    }
}

impl Request {
    /// With its query.
    pub(crate) fn path(&self) -> &str {
        self.asked.path()
    }

    pub(crate) fn origin(&self) -> Option<&str> {
        self.asked.origin()
    }

    pub(crate) fn remote_address(&self) -> SocketAddr {
        self.connection.remote_address()
    }

    /// Opens the session. [`Control::attend`] has to run beside it.
    ///
    /// # Errors
    /// Why it is not open, for a log.
    pub(crate) async fn accept(mut self) -> Result<(Session, Control), &'static str> {
        self.connect.answer(StatusCode::OK).await.map_err(|_| LEFT)?;
        let session = Session::new(self.connection, self.connect.id());
        self.control.hold(self.connect);
        Ok((session, self.control))
    }

    /// Says why not, and waits until the client has it.
    pub(crate) async fn refuse(mut self, status: StatusCode) {
        if self.connect.answer(status).await.is_ok() {
            self.connect.finish().await;
        }
        self.connection.close(code(ErrorCode::NoError), b"");
    }
}
