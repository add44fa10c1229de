//! The binary trivium: configuration, wiring, telemetry, drain and the command line.
