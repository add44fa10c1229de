//! Holds the typed facets of a session to its whole: what Play, Converse and Track carry must be readable as what
//! Connect carries, byte for byte.

use std::collections::BTreeSet;

use prost_reflect::{FieldDescriptor, Kind};

use crate::descriptors;

/// Number and type of each field.
fn fields(message: &str) -> BTreeSet<(u32, String)> {
    let shape = |field: FieldDescriptor| {
        let kind = field.kind();
        let kind = kind
            .as_message()
            .map_or_else(|| format!("{kind:?}"), |message| message.full_name().to_owned());
        (field.number(), format!("{kind} {:?}", field.cardinality()))
    };
    descriptors::message(message).fields().map(shape).collect()
}

#[test]
fn every_facet_answers_as_connect_does() {
    for response in ["WatchResponse", "PlayResponse", "ConverseResponse", "TrackResponse"] {
        assert_eq!(fields(response), fields("ConnectResponse"), "{response}");
    }
}

#[test]
fn every_facet_asks_a_part_of_what_connect_asks() {
    let whole = fields("ConnectRequest");
    for request in ["PlayRequest", "ConverseRequest", "TrackRequest"] {
        let part = fields(request);
        assert!(part.is_subset(&whole), "{request} adds {:?}", part.difference(&whole));
        assert!(part.len() > 1, "{request} asks nothing");
    }
}

/// A reply carries the response of the call under the number that its request has.
#[test]
fn replies_have_the_numbers_of_their_requests() {
    let (request, reply) = (descriptors::message("ConnectRequest"), descriptors::message("Reply"));
    let mut checked = 0;
    for field in request.fields() {
        let Kind::Message(asked) = field.kind() else { continue };
        let Some(method) = asked.name().strip_suffix("Request") else {
            continue;
        };
        let answer = reply
            .get_field(field.number())
            .unwrap_or_else(|| panic!("no reply to {}", asked.name()));
        assert_eq!(answer.name(), field.name());
        assert_eq!(
            answer.kind().as_message().map(|m| m.name().to_owned()),
            Some(format!("{method}Response"))
        );
        checked += 1;
    }
    assert!(checked >= 40, "only {checked} replies");
}
