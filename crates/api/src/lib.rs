//! The service stack: wire messages to engine commands and back, authentication, authorization, limits, sessions.
