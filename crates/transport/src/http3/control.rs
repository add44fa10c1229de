//! What has to be listened to besides the calls: the client's control and QPACK streams, and the stream of its CONNECT.

use std::convert::Infallible;
use std::future::{pending, poll_fn};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use quinn::{Connection, RecvStream, SendStream, WriteError};
use wtransport::proto::error::ErrorCode;
use wtransport::proto::frame::Frame;
use wtransport::proto::settings::Settings;

use super::connect::Connect;
use super::frame::{self, Reader, Value, Varint};
use super::{End, MAX_READ, SETTINGS, code};
use crate::session::{RecvHalf, StreamError};

/// Types of streams (RFC 9114, 6.2, and RFC 9204, 4.2).
const CONTROL: u64 = 0x00;
const PUSH: u64 = 0x01;
const QPACK_ENCODER: u64 = 0x02;
const QPACK_DECODER: u64 = 0x03;

/// Everything about a connection but its calls. The connection lives on for as long as this is attended.
#[derive(Debug)]
pub(crate) struct Control {
    connection: Connection,
    /// Ending it would end the connection.
    _settings: SendStream,
    streams: Vec<Stream>,
    client: Client,
    connect: Option<Connect>,
}

/// What the client did that it may do once only.
#[derive(Debug, Default)]
struct Client {
    control: bool,
    encoder: bool,
    decoder: bool,
    /// Its SETTINGS came.
    settled: bool,
}

#[derive(Debug)]
struct Stream {
    recv: RecvStream,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// Its type has not come.
    Unknown(Varint),
    Control(Reader, Value),
    /// There is no table that it could change, so what it says is thrown away.
    Qpack,
}

impl Control {
    /// Sends the server's settings.
    pub(super) async fn open(connection: Connection) -> Result<Self, End> {
        let mut settings = connection.open_uni().await.map_err(|_| End::Lost)?;
        settings.write_all(&SETTINGS).await.map_err(|error| match error {
            WriteError::Stopped(_) => End::Close(ErrorCode::ClosedCriticalStream),
            WriteError::ConnectionLost(_) | WriteError::ClosedStream | WriteError::ZeroRttRejected => End::Lost,
        })?;
        Ok(Self {
            connection,
            _settings: settings,
            streams: Vec::new(),
            client: Client::default(),
            connect: None,
        })
    }

    /// Resolves when the client's settings are here. Cancel-safe.
    pub(super) async fn settled(&mut self) -> Result<(), End> {
        while !self.client.settled {
            self.step().await?;
        }
        Ok(())
    }

    /// Resolves when the connection has to end. Cancel-safe.
    pub(super) async fn ended(&mut self) -> End {
        loop {
            if let Err(end) = self.step().await {
                return end;
            }
        }
    }

    /// Begins to listen for the end of the session.
    pub(super) fn hold(&mut self, connect: Connect) {
        self.connect = Some(connect);
    }

    /// Closes the connection when it has to end, and never returns; to be dropped when the session is over.
    pub(crate) async fn attend(mut self) -> Infallible {
        if let End::Close(reason) = self.ended().await {
            self.connection.close(code(reason), b"");
        }
        pending().await
    }

    /// Returns after a new stream, or the client's settings.
    async fn step(&mut self) -> Result<(), End> {
        let Self {
            connection,
            streams,
            client,
            connect,
            ..
        } = self;
        tokio::select! {
            stream = connection.accept_uni() => {
                let recv = stream.map_err(|_| End::Lost)?;
                streams.push(Stream { recv, kind: Kind::Unknown(Varint::default()) });
                Ok(())
            }
            read = poll_fn(|cx| poll_all(streams, connect, client, cx)) => read,
        }
    }
}

fn poll_all(
    streams: &mut Vec<Stream>,
    connect: &mut Option<Connect>,
    client: &mut Client,
    cx: &mut Context<'_>,
) -> Poll<Result<(), End>> {
    let settled = client.settled;
    let mut at = 0;
    while let Some(stream) = streams.get_mut(at) {
        match stream.poll(client, cx) {
            Poll::Pending => at += 1,
            Poll::Ready(Ok(())) => drop(streams.swap_remove(at)),
            Poll::Ready(Err(end)) => return Poll::Ready(Err(end)),
        }
    }
    if let Some(connect) = connect {
        return connect.poll_end(cx).map(Err);
    }
    if client.settled == settled {
        Poll::Pending
    } else {
        Poll::Ready(Ok(()))
    }
}

impl Stream {
    /// Reads what is there. Ready when nothing more of the stream matters.
    fn poll(&mut self, client: &mut Client, cx: &mut Context<'_>) -> Poll<Result<(), End>> {
        loop {
            let chunk = match ready!(self.recv.poll_chunk(cx, MAX_READ)) {
                Ok(Some(chunk)) => chunk,
                Err(StreamError::Lost) => return Poll::Ready(Err(End::Lost)),
                Ok(None) | Err(StreamError::Peer(_)) => {
                    // Before their type came, streams may end as they like.
                    return Poll::Ready(match self.kind {
                        Kind::Unknown(_) => Ok(()),
                        Kind::Control(..) | Kind::Qpack => Err(ErrorCode::ClosedCriticalStream.into()),
                    });
                }
            };
            match self.kind.take(chunk, client) {
                Ok(true) => {}
                Ok(false) => {
                    let _ = RecvStream::stop(&mut self.recv, code(ErrorCode::StreamCreation));
                    return Poll::Ready(Ok(()));
                }
                Err(code) => return Poll::Ready(Err(code.into())),
            }
        }
    }
}

impl Kind {
    /// Whether the stream is one of HTTP/3; WebTransport's in one direction carry nothing here.
    fn take(&mut self, mut chunk: Bytes, client: &mut Client) -> Result<bool, ErrorCode> {
        if let Self::Unknown(kind) = self {
            let Some(kind) = kind.next(&mut chunk) else {
                return Ok(true);
            };
            let opened = match kind {
                CONTROL => &mut client.control,
                QPACK_ENCODER => &mut client.encoder,
                QPACK_DECODER => &mut client.decoder,
                PUSH => return Err(ErrorCode::StreamCreation),
                _ => return Ok(false),
            };
            if std::mem::replace(opened, true) {
                return Err(ErrorCode::StreamCreation);
            }
            *self = match kind {
                CONTROL => Self::Control(Reader::default(), Value::default()),
                _ => Self::Qpack,
            };
        }
        if let Self::Control(reader, value) = self {
            while let Some(piece) = reader.next(&mut chunk) {
                match piece.kind {
                    frame::SETTINGS if !client.settled => {
                        if let Some(settings) = value.add(&piece)? {
                            Settings::with_frame(&Frame::new_settings(settings.into()))?;
                            client.settled = true;
                        }
                    }
                    _ if !client.settled => return Err(ErrorCode::MissingSettings),
                    frame::DATA | frame::HEADERS => return Err(ErrorCode::FrameUnexpected),
                    kind if frame::is_never_expected(kind) => return Err(ErrorCode::FrameUnexpected),
                    _ => {}
                }
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// The verdict over a stream that comes in these chunks, and whether settings came.
    fn verdict<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> (Result<bool, u64>, bool) {
        let (mut kind, mut client) = (Kind::Unknown(Varint::default()), Client::default());
        for chunk in chunks {
            match kind.take(Bytes::copy_from_slice(chunk), &mut client) {
                Ok(true) => {}
                Ok(false) => return (Ok(false), client.settled),
                Err(code) => return (Err(code.to_code().into_inner()), client.settled),
            }
        }
        (Ok(true), client.settled)
    }

    fn stream() -> impl Strategy<Value = Vec<u8>> {
        let kind = prop_oneof![Just(0x00), Just(0x04), Just(0x07), Just(0x0d), Just(0x21), 0_u8..0x40];
        let frame = (kind, vec(any::<u8>(), 0..12)).prop_map(|(kind, value)| {
            let length = u8::try_from(value.len()).expect("short");
            [&[kind, length], &value[..]].concat()
        });
        let settings = prop_oneof![Just(vec![0x04, 0x00]), Just(vec![0x04, 0x02, 0x33, 0x01]), Just(vec![])];
        (0_u8..4, settings, vec(frame, 0..4), vec(any::<u8>(), 0..4))
            .prop_map(|(kind, settings, frames, rest)| [vec![kind], settings, frames.concat(), rest].concat())
    }

    proptest! {
        #[test]
        fn a_verdict_does_not_depend_on_how_a_stream_is_cut(stream in stream(), size in 1_usize..8) {
            prop_assert_eq!(verdict(stream.chunks(size)), verdict(std::iter::once(&stream[..])));
        }
    }
}
