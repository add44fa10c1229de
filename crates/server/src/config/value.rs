//! Values with a form of their own: spans of time, web origins, lists.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, de::Error as _};

/// Longest span: far beyond anything useful, and safe to add to any clock.
const MAX_SPAN: Duration = Duration::from_hours(24 * 3_650);

/// Reads a span such as `250ms`, `5s`, `10m`, `12h` or `14d`.
///
/// # Errors
///
/// A sentence for people.
pub fn span(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number
        .parse()
        .map_err(|_| format!("{text:?} is not a span of time such as 250ms, 5s, 10m, 12h or 14d"))?;
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(format!("{text:?} needs a unit: ms, s, m, h or d")),
    };
    let span = number
        .checked_mul(milliseconds)
        .map(Duration::from_millis)
        .filter(|span| *span <= MAX_SPAN);
    span.ok_or_else(|| format!("{text:?} is longer than ten years"))
}

pub(crate) fn deserialize_span<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    span(&String::deserialize(from)?).map_err(D::Error::custom)
}

/// A web origin, exactly as browsers write it: `https://host[:port]` in lower case and without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// The origin as browsers send it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host without port; in brackets if it is an IPv6 address.
    pub fn host(&self) -> &str {
        let authority = self.0.split_once("://").map_or("", |(_, authority)| authority);
        match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => host,
            Some(_) | None => authority,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("{text:?} is not a web origin such as https://quiz.example");
        let uri: http::Uri = text.parse().map_err(|_| bad())?;
        let (Some(scheme @ ("http" | "https")), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(bad());
        };
        let port = match (scheme, authority.port_u16()) {
            ("http", Some(80)) | ("https", Some(443)) | (_, None) => String::new(),
            (_, Some(port)) => format!(":{port}"),
        };
        if uri.path_and_query().is_some_and(|path| path.as_str() != "/") || authority.as_str().contains('@') {
            return Err(bad());
        }
        Ok(Self(format!(
            "{scheme}://{}{port}",
            authority.host().to_ascii_lowercase()
        )))
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// Which pages may use the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AllowedOrigins {
    /// Its own pages, which are always allowed, and these.
    Listed(Vec<Origin>),
    /// Its own pages only.
    #[default]
    Own,
    /// Every page on the web; for development.
    Any,
}

impl<'de> Deserialize<'de> for AllowedOrigins {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let texts = deserialize_list(from)?;
        match texts.as_slice() {
            [] => Ok(Self::Own),
            [any] if any == "*" => Ok(Self::Any),
            texts => texts
                .iter()
                .map(|text| text.parse())
                .collect::<Result<_, _>>()
                .map(Self::Listed)
                .map_err(D::Error::custom),
        }
    }
}

/// A list of texts, or one text with commas, which is all that an environment variable can hold.
pub(crate) fn deserialize_list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        List(Vec<String>),
        Text(String),
    }
    let texts = match Written::deserialize(from)? {
        Written::List(texts) => texts,
        Written::Text(text) => text.split(',').map(|text| text.trim().to_owned()).collect(),
    };
    Ok(texts.into_iter().filter(|text| !text.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_a_unit_and_an_end() {
        for (text, milliseconds) in [
            ("0ms", 0),
            ("250ms", 250),
            (" 5s ", 5_000),
            ("2m", 120_000),
            ("1h", 3_600_000),
            ("14d", 1_209_600_000),
        ] {
            assert_eq!(span(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in [
            "",
            "5",
            "s",
            "-1s",
            "1.5s",
            "5 s",
            "5S",
            "4000d",
            "99999999999999999999s",
        ] {
            assert!(span(text).is_err(), "{text}");
        }
    }

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        for (text, origin) in [
            ("https://quiz.example", Some("https://quiz.example")),
            ("https://Quiz.Example/", Some("https://quiz.example")),
            ("https://quiz.example:443", Some("https://quiz.example")),
            ("http://localhost:5173", Some("http://localhost:5173")),
            ("http://[::1]:8080", Some("http://[::1]:8080")),
            ("quiz.example", None),
            ("https://quiz.example/app", None),
            ("https://quiz.example?x", None),
            ("https://me@quiz.example", None),
            ("ftp://quiz.example", None),
            ("*", None),
        ] {
            assert_eq!(
                text.parse::<Origin>().ok().as_ref().map(Origin::as_str),
                origin,
                "{text}"
            );
        }
    }

    #[test]
    fn an_origin_has_a_host() {
        for (text, host) in [
            ("https://quiz.example", "quiz.example"),
            ("http://localhost:5173", "localhost"),
            ("http://[::1]:8080", "[::1]"),
            ("http://[2001:db8::a7]", "[2001:db8::a7]"),
        ] {
            assert_eq!(text.parse::<Origin>().expect("an origin").host(), host);
        }
    }
}
