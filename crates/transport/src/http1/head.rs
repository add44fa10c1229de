//! The head of a request: whether it is plainly that of a call of gRPC-Web.

use std::mem::MaybeUninit;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Uri, Version};
use httparse::Status;

/// Most fields of a head; hyper takes more.
const MAX_FIELDS: usize = 64;
/// How every call begins.
const METHOD: &[u8] = b"POST ";
/// How the content type of every call begins.
const GRPC_WEB: &[u8] = b"application/grpc-web";
/// Most digits of a length; it is then far from where numbers end.
const MAX_DIGITS: usize = 18;

/// What bytes begin with.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "it is taken apart where it is made")]
pub(super) enum Verdict {
    /// Nobody can tell yet.
    Unfinished,
    Call(Head),
    /// Anything else.
    Other,
}

/// The head of a call.
#[derive(Debug)]
pub(super) struct Head {
    /// None of its fields is a slice of what was read.
    pub(super) request: Request<()>,
    /// Bytes of the body.
    pub(super) length: u64,
    /// Whether the client wants the connection closed behind the answer.
    pub(super) close: bool,
    /// Bytes of the head itself.
    pub(super) size: usize,
}

/// Judges `bytes`, of which the first `known` were [`Verdict::Unfinished`] before. A head has at most `most` bytes.
pub(super) fn judge(bytes: &[u8], known: usize, most: usize) -> Verdict {
    if !bytes.starts_with(METHOD) && !METHOD.starts_with(bytes) {
        return Verdict::Other;
    }
    // Looked at by lines, or a client that sends single bytes would have all before them read again for each.
    if bytes.len() < most && !bytes[known..].contains(&b'\n') {
        return Verdict::Unfinished;
    }
    let mut fields = [const { MaybeUninit::uninit() }; MAX_FIELDS];
    let mut head = httparse::Request::new(&mut []);
    match head.parse_with_uninit_headers(bytes, &mut fields) {
        Ok(Status::Complete(size)) if size <= most && !has_bare_newline(&bytes[..size]) => {
            call(&head, size).map_or(Verdict::Other, Verdict::Call)
        }
        Ok(Status::Partial) if bytes.len() < most => Verdict::Unfinished,
        Ok(Status::Complete(_) | Status::Partial) | Err(_) => Verdict::Other,
    }
}

/// Parsers differ about lines that end without a carriage return.
fn has_bare_newline(head: &[u8]) -> bool {
    head.iter()
        .zip(head.iter().skip(1))
        .any(|(before, byte)| *byte == b'\n' && *before != b'\r')
}

fn call(head: &httparse::Request<'_, '_>, size: usize) -> Option<Head> {
    let target = head.path.filter(|target| target.starts_with('/'))?;
    if head.version != Some(1) {
        return None;
    }
    let mut fields = HeaderMap::with_capacity(head.headers.len());
    for field in head.headers.iter() {
        let name = HeaderName::from_bytes(field.name.as_bytes()).ok()?;
        let value = HeaderValue::from_bytes(field.value).ok()?;
        fields.try_append(name, value).ok()?;
    }
    let forbidden = [header::TRANSFER_ENCODING, header::EXPECT, header::UPGRADE];
    if forbidden.iter().any(|name| fields.contains_key(name)) {
        return None;
    }
    only(&fields, &header::HOST)?;
    only(&fields, &header::CONTENT_TYPE).filter(|value| value.starts_with(GRPC_WEB))?;
    let length = length(only(&fields, &header::CONTENT_LENGTH)?)?;
    let close = closes(&fields)?;
    let mut request = Request::new(());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = Uri::try_from(target).ok()?;
    *request.version_mut() = Version::HTTP_11;
    *request.headers_mut() = fields;
    Some(Head {
        request,
        length,
        close,
        size,
    })
}

/// The value of a field that is there once.
fn only<'a>(fields: &'a HeaderMap, name: &HeaderName) -> Option<&'a [u8]> {
    let mut values = fields.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.as_bytes())
}

/// Digits and nothing else, which `parse` alone would not insist on.
fn length(value: &[u8]) -> Option<u64> {
    if value.len() > MAX_DIGITS || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    str::from_utf8(value).ok()?.parse().ok()
}

fn closes(fields: &HeaderMap) -> Option<bool> {
    if !fields.contains_key(header::CONNECTION) {
        return Some(false);
    }
    let value = only(fields, &header::CONNECTION)?;
    let close = value.eq_ignore_ascii_case(b"close");
    (close || value.eq_ignore_ascii_case(b"keep-alive")).then_some(close)
}

#[cfg(test)]
mod tests;
