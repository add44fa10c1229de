//! The suite of the wire: its shapes, its rules and its JSON. One binary, so that it links once.

mod descriptors;
mod json;
mod rules;
mod shapes;
