//! What must always hold, one file each. All of them look at what left a server and at what is committed, and at nothing else.

pub(crate) mod acknowledged;
pub(crate) mod answers;
pub(crate) mod bounds;
pub(crate) mod denied;
pub(crate) mod fence;
pub(crate) mod keys;
pub(crate) mod liveness;
pub(crate) mod prefix;
