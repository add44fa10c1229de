//! The shell around the engine: one task per room, group commit, cursors, signals, presence, deadlines.
