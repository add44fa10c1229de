//! The Rust SDK: one session over any road, with resume, outbox and clock synchronisation.
