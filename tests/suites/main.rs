//! Every suite that runs the whole server, in one binary.

mod roads;
