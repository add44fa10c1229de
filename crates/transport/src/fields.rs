//! Header fields that responses of HTTP/1.1 and HTTP/2 have in common, and those that no service has a say in.

use std::time::SystemTime;

use http::header::{self, HeaderMap, HeaderName};

/// Fields that speak of one HTTP/1.1 connection, which RFC 9113 §8.2.2 forbids in HTTP/2.
pub(crate) const OF_CONNECTION: [HeaderName; 5] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Takes away what speaks of the connection, of which a service knows nothing.
pub(crate) fn without_connection(fields: &mut HeaderMap) {
    for name in &OF_CONNECTION {
        fields.remove(name);
    }
}

/// Adds the time, which RFC 9110 §6.6.1 wants of a server.
pub(crate) fn dated(fields: &mut HeaderMap) {
    fields.entry(header::DATE).or_insert_with(|| {
        let now = httpdate::fmt_http_date(SystemTime::now());
        now.try_into().expect("a date is ASCII")
    });
}
