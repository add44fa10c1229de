//! Datagrams, `kind:u8 | body`: clock samples and the newest value of things that may be lost.
//!
//! Pure codec. All integers are big-endian. [`datagrams`](crate::datagrams) moves them; the bridge answers PING by itself.

use bytes::{Buf, BufMut, Bytes, BytesMut};

/// Longest datagram in bytes, kind included: what every browser and every path can carry.
pub const MAX_LEN: usize = 1_100;
/// Lowest kind whose body belongs to the application.
pub const FIRST_APPLICATION_KIND: u8 = 0x10;

const PING: u8 = 1;
const PONG: u8 = 2;

/// One datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datagram {
    /// From the client. `t_client` is any clock of the client's, in microseconds.
    Ping {
        /// Chosen by the client, echoed.
        seq: u64,
        /// Echoed.
        t_client: u64,
    },
    /// The answer.
    Pong {
        /// Of the ping.
        seq: u64,
        /// Of the ping.
        t_client: u64,
        /// The server's clock when it answered: microseconds since the Unix epoch.
        t_server: u64,
    },
    /// Of the application.
    Application {
        /// At least [`FIRST_APPLICATION_KIND`].
        kind: u8,
        /// At most [`MAX_LEN`]` - 1` bytes.
        body: Bytes,
    },
}

impl Datagram {
    /// Reads a datagram; `None` for a kind that this version does not know, a body of the wrong length, or more than
    /// [`MAX_LEN`] bytes. All three are ignored by whoever receives them.
    pub fn decode(mut bytes: Bytes) -> Option<Self> {
        if bytes.len() > MAX_LEN {
            return None;
        }
        let kind = bytes.try_get_u8().ok()?;
        match (kind, bytes.len()) {
            (PING, 16) => Some(Self::Ping {
                seq: bytes.get_u64(),
                t_client: bytes.get_u64(),
            }),
            (PONG, 24) => Some(Self::Pong {
                seq: bytes.get_u64(),
                t_client: bytes.get_u64(),
                t_server: bytes.get_u64(),
            }),
            (FIRST_APPLICATION_KIND.., _) => Some(Self::Application { kind, body: bytes }),
            _ => None,
        }
    }

    /// Writes a datagram.
    pub fn encode(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(25);
        match self {
            Self::Ping { seq, t_client } => {
                out.put_u8(PING);
                out.put_u64(*seq);
                out.put_u64(*t_client);
            }
            Self::Pong {
                seq,
                t_client,
                t_server,
            } => {
                out.put_u8(PONG);
                out.put_u64(*seq);
                out.put_u64(*t_client);
                out.put_u64(*t_server);
            }
            Self::Application { kind, body } => {
                out.put_u8(*kind);
                out.put_slice(body);
            }
        }
        out.freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_bytes_are_as_documented() {
        let pong = Datagram::Pong {
            seq: 1,
            t_client: 0x0203,
            t_server: u64::MAX,
        };
        let bytes = [
            &[2][..],
            &[0, 0, 0, 0, 0, 0, 0, 1],
            &[0, 0, 0, 0, 0, 0, 2, 3],
            &[0xff; 8],
        ]
        .concat();
        assert_eq!(pong.encode(), bytes);
    }

    #[test]
    fn what_is_unknown_is_ignored() {
        for bytes in [
            vec![],
            vec![0],
            vec![1, 2, 3],
            vec![2; 26],
            vec![3; 17],
            vec![0x10; MAX_LEN + 1],
        ] {
            assert_eq!(Datagram::decode(bytes.clone().into()), None, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_back(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Some(datagram) = Datagram::decode(bytes.clone().into()) {
                prop_assert_eq!(datagram.encode(), bytes);
            }
        }

        #[test]
        fn pings_round_trip(seq: u64, t_client: u64, t_server: u64) {
            for datagram in [Datagram::Ping { seq, t_client }, Datagram::Pong { seq, t_client, t_server }] {
                prop_assert_eq!(Datagram::decode(datagram.encode()), Some(datagram));
            }
        }
    }
}
