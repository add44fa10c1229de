//! The room log, snapshots and the catalogue in SQLite: the embedded default.
