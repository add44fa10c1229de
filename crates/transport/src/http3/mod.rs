//! HTTP/3 for WebTransport, the server's side: settings, one CONNECT, and the streams and datagrams of its session.
//!
//! ```text
//! quinn::Connection ──accept──> Request ──accept──> Session, which the bridge serves
//!                                              └──> Control, which has to be attended beside it
//! ```
//!
//! Sources: RFC 9114 (HTTP/3), RFC 9220 (extended CONNECT), RFC 9297 (datagrams and capsules), draft-ietf-webtrans-http3-02, which is
//! the version that browsers speak. Names, codes and QPACK are those of `wtransport::proto`; streams and datagrams are quinn's own.
//!
//! Invariants: everything is read in steps that can be dropped and taken up again. A stream that carries no call is refused and
//! harms no other; what the streams of HTTP/3 itself carry may end the connection, with the code that RFC 9114 gives.

mod connect;
mod control;
mod frame;
mod request;
mod session;

use std::sync::LazyLock;

use quinn::VarInt;
use wtransport::proto::error::ErrorCode;
use wtransport::proto::frame::Frame;
use wtransport::proto::settings::Settings;
use wtransport::proto::stream_header::StreamHeader;

pub(crate) use control::Control;
pub(crate) use request::accept;
pub(crate) use session::Session;

/// Most bytes taken from a stream of HTTP/3 itself at once.
const MAX_READ: usize = 4096;

/// How a connection ends before its time.
#[derive(Clone, Copy, Debug)]
enum End {
    /// It is gone.
    Lost,
    /// It has to be closed with this code.
    Close(ErrorCode),
}

impl From<ErrorCode> for End {
    fn from(code: ErrorCode) -> Self {
        Self::Close(code)
    }
}

/// The whole of the server's control stream.
static SETTINGS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let settings = Settings::builder()
        .qpack_max_table_capacity(0_u32.into())
        .qpack_blocked_streams(0_u32.into())
        .enable_connect_protocol()
        .enable_webtransport()
        .enable_h3_datagrams()
        .webtransport_max_sessions(1_u32.into())
        .build();
    let mut bytes = Vec::new();
    StreamHeader::new_control()
        .write(&mut bytes)
        .expect("a vector takes everything");
    bytes.extend(encoded(&settings.generate_frame()));
    bytes
});

fn encoded(frame: &Frame<'_>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(frame.write_size());
    frame.write(&mut bytes).expect("a vector takes everything");
    bytes
}

fn code(code: ErrorCode) -> VarInt {
    VarInt::from_u64(code.to_code().into_inner()).expect("both are QUIC's integers")
}
