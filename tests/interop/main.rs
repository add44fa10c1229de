//! Clients that nobody here wrote play a quiz to the end.
