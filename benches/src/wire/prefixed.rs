//! Messages behind gRPC's prefix of five bytes: alone on TCP, or as the payload of another wire.

use anyhow::{Result, bail};

use super::{Note, Rest, Wire};

/// Flag of the frame that carries trailers in gRPC-Web.
const TRAILERS: u8 = 0x80;

/// A message behind its prefix.
pub(super) fn prefixed(message: &[u8]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(5 + message.len());
    write(message, &mut framed);
    framed
}

fn write(message: &[u8], out: &mut Vec<u8>) {
    let length = u32::try_from(message.len()).expect("the generator says little");
    out.push(0);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(message);
}

/// See the module.
#[derive(Default)]
pub(crate) struct Prefixed(Rest);

impl Prefixed {
    /// Takes in a piece of payload.
    ///
    /// # Errors
    ///
    /// Trailers tell of a failure, or a message is compressed.
    pub(super) fn take(&mut self, bytes: &[u8], hear: &mut dyn FnMut(Note<'_>)) -> Result<()> {
        self.0.read(bytes, |bytes| {
            let Some((prefix, rest)) = bytes.split_first_chunk::<5>() else {
                return Ok(0);
            };
            let [flag, length @ ..] = *prefix;
            let length = usize::try_from(u32::from_be_bytes(length))?;
            let Some(message) = rest.get(..length) else {
                return Ok(0);
            };
            match flag {
                0 => hear(Note::Message(message)),
                TRAILERS => succeeded(message)?,
                _ => bail!("a frame with flags {flag:#x}"),
            }
            Ok(prefix.len() + length)
        })
    }
}

impl Wire for Prefixed {
    fn begin(&mut self, _: &mut Vec<u8>) -> bool {
        true
    }

    fn write(&mut self, message: &[u8], out: &mut Vec<u8>) {
        write(message, out);
    }

    fn read(&mut self, bytes: &[u8], _: &mut Vec<u8>, hear: &mut dyn FnMut(Note<'_>)) -> Result<()> {
        self.take(bytes, hear)
    }
}

fn succeeded(trailers: &[u8]) -> Result<()> {
    let trailers = String::from_utf8_lossy(trailers);
    let status = trailers.lines().find_map(|line| line.strip_prefix("grpc-status:"));
    match status.map(str::trim) {
        Some("0") => Ok(()),
        Some(_) | None => bail!("the call failed: {}", trailers.trim()),
    }
}
