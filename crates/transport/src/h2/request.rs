//! From the fields of a header block to the head of a request, RFC 9113 §8.2 and §8.3.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::uri::{Authority, PathAndQuery, Scheme, Uri};
use http::{Method, Request, Version};

use crate::fields::OF_CONNECTION;

/// What RFC 9113 §6.5.2 counts for a field beside its bytes.
const FIELD: usize = 32;

/// Gathers the fields of one block.
pub(super) struct Fields {
    most: usize,
    size: usize,
    /// What is wrong with it; more is not gathered.
    wrong: Option<Wrong>,
    method: Option<Method>,
    scheme: Option<Scheme>,
    authority: Option<Authority>,
    path: Option<PathAndQuery>,
    regular: HeaderMap,
}

/// Why there is no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It breaks a rule of RFC 9113 §8.
    Malformed,
    /// More bytes than are taken, counted as RFC 9113 §6.5.2 does.
    TooLarge,
}

impl Fields {
    /// At most so many bytes.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            size: 0,
            wrong: None,
            method: None,
            scheme: None,
            authority: None,
            path: None,
            regular: HeaderMap::new(),
        }
    }

    /// Bytes so far, also those of what was not gathered.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Takes the next field.
    pub(super) fn add(&mut self, name: &[u8], value: &[u8]) {
        self.size = self.size.saturating_add(FIELD + name.len() + value.len());
        if self.size > self.most {
            self.wrong.get_or_insert(Wrong::TooLarge);
        }
        if self.wrong.is_none() && self.take(name, value).is_none() {
            self.wrong = Some(Wrong::Malformed);
        }
    }

    fn take(&mut self, name: &[u8], value: &[u8]) -> Option<()> {
        if let Some(pseudo) = name.strip_prefix(b":") {
            // They come first, and once.
            return if self.regular.is_empty() {
                self.pseudo(pseudo, value)
            } else {
                None
            };
        }
        // It takes capitals for what they are in HTTP/1.1.
        if name.iter().any(u8::is_ascii_uppercase) {
            return None;
        }
        let name = HeaderName::from_bytes(name).ok()?;
        let value = HeaderValue::from_bytes(value).ok()?;
        if OF_CONNECTION.contains(&name) || name == header::TE && value != "trailers" {
            return None;
        }
        self.regular.try_append(name, value).ok().map(drop)
    }

    fn pseudo(&mut self, name: &[u8], value: &[u8]) -> Option<()> {
        match name {
            b"method" => once(&mut self.method, Method::from_bytes(value).ok()?),
            b"scheme" => once(&mut self.scheme, Scheme::try_from(value).ok()?),
            b"authority" => once(&mut self.authority, Authority::try_from(value).ok()?),
            b"path" => once(
                &mut self.path,
                PathAndQuery::try_from(value).ok().filter(|_| !value.is_empty())?,
            ),
            _ => None,
        }
    }

    /// The head of a request, and how long its body says to be.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn request(self) -> Result<(Request<()>, Option<u64>), Wrong> {
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        let length = match self.regular.get(header::CONTENT_LENGTH) {
            None => None,
            Some(length) => Some(
                length
                    .to_str()
                    .ok()
                    .and_then(|length| length.parse().ok())
                    .ok_or(Wrong::Malformed)?,
            ),
        };
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.ok_or(Wrong::Malformed)?);
        parts.path_and_query = Some(self.path.ok_or(Wrong::Malformed)?);
        let host = || HeaderValue::as_bytes(self.regular.get(header::HOST)?).try_into().ok();
        parts.authority = self.authority.or_else(host);
        if parts.authority.is_none() {
            // A URI without an authority has no scheme either.
            parts.scheme = None;
        }
        let mut request = Request::new(());
        *request.method_mut() = self.method.ok_or(Wrong::Malformed)?;
        *request.uri_mut() = Uri::from_parts(parts).map_err(|_| Wrong::Malformed)?;
        *request.version_mut() = Version::HTTP_2;
        *request.headers_mut() = self.regular;
        Ok((request, length))
    }

    /// Trailers, which have no pseudo fields.
    ///
    /// # Errors
    /// They are not.
    pub(super) fn trailers(self) -> Result<HeaderMap, Wrong> {
        let pseudo = self.method.is_some() || self.scheme.is_some() || self.authority.is_some() || self.path.is_some();
        match self.wrong {
            Some(wrong) => Err(wrong),
            None if pseudo => Err(Wrong::Malformed),
            None => Ok(self.regular),
        }
    }
}

fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    if place.is_some() {
        return None;
    }
    *place = Some(value);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 4] = [
        (":method", "POST"),
        (":scheme", "https"),
        (":authority", "quiz.example"),
        (":path", "/a/b?c"),
    ];

    fn gather<'a>(fields: impl IntoIterator<Item = &'a (&'a str, &'a str)>) -> Fields {
        let mut gathered = Fields::new(500);
        for (name, value) in fields {
            gathered.add(name.as_bytes(), value.as_bytes());
        }
        gathered
    }

    #[test]
    fn a_request_is_put_together() {
        let fields = GOOD
            .iter()
            .chain(&[("te", "trailers"), ("content-length", "12"), ("x", "1"), ("x", "2")]);
        let (request, length) = gather(fields).request().expect("a request");
        assert_eq!(request.uri(), "https://quiz.example/a/b?c");
        assert_eq!((request.method(), request.version()), (&Method::POST, Version::HTTP_2));
        assert_eq!(request.headers().get_all("x").iter().count(), 2);
        assert_eq!(length, Some(12));
        let without_authority = [GOOD[0], GOOD[1], GOOD[3]];
        let (request, _) = gather(&without_authority).request().expect("a request");
        assert_eq!(request.uri(), "/a/b?c");
    }

    #[test]
    fn what_breaks_a_rule_is_no_request() {
        let with = |name, value| {
            let mut fields = GOOD.to_vec();
            fields.push((name, value));
            fields
        };
        let without = |name| GOOD.into_iter().filter(|(field, _)| *field != name).collect::<Vec<_>>();
        let late = vec![("x", "1"), GOOD[0], GOOD[1], GOOD[2], GOOD[3]];
        for fields in [
            without(":method"),
            without(":scheme"),
            without(":path"),
            with(":path", "/again"),
            with(":status", "200"),
            with(":protocol", "websocket"),
            with("X", "1"),
            with("x y", "1"),
            with("x", "a\nb"),
            with("te", "gzip"),
            with("connection", "close"),
            with("transfer-encoding", "chunked"),
            with("content-length", "many"),
            vec![GOOD[0], GOOD[1], GOOD[2], (":path", "")],
            late,
        ] {
            assert_eq!(gather(&fields).request().err(), Some(Wrong::Malformed), "{fields:?}");
        }
        let long = "y".repeat(400);
        assert_eq!(gather(&with("x", &long)).request().err(), Some(Wrong::TooLarge));
        assert!(gather(&[("x", "1")]).trailers().is_ok());
        assert!(gather(&GOOD).trailers().is_err());
    }
}
