//! The terminal: what is drawn on it, and the one way to standard output.
//!
//! Everything that makes lines is a pure function of what is to be shown; [`screen`] puts them on the terminal and [`out`] into a
//! pipe. Text that came from others goes through [`text::clean`] first, for it may hold control characters.

pub mod bars;
pub mod letters;
pub mod out;
pub mod qr;
pub mod screen;
pub mod style;
pub mod text;
