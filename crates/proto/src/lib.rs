//! The public wire of Trivium: prost and tonic code generated from `proto/`.
//!
//! Messages are in [`v1`], with clients and servers of each service beside them. Every request implements
//! [`Validate`], by which [`validate()`] checks the `buf.validate` rules written in the proto files, and every message
//! implements serde with the canonical JSON mapping of Protobuf. [`FILE_DESCRIPTOR_SET`] is for reflection and for
//! tests that enumerate the wire.

mod validate;

pub use prost_protovalidate::{Validate, ValidationError};

pub use crate::validate::{Violation, validate};

/// Package `trivium.v1`.
#[expect(
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes,
    clippy::use_self,
    reason = "generated"
)]
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/trivium.v1.rs"));
    include!(concat!(env!("OUT_DIR"), "/trivium.v1.serde.rs"));
}

#[expect(clippy::all, clippy::pedantic, clippy::allow_attributes, reason = "generated")]
mod validators {
    // The generator names types by the path of their proto package.
    use crate as trivium;

    include!(concat!(env!("OUT_DIR"), "/validate_impl.rs"));
}

/// Descriptors of every file, with comments, as a serialized `google.protobuf.FileDescriptorSet`.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/trivium.binpb"));
