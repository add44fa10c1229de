//! Files in, files out: real samples with broken rows, round trips of random quizzes, and bytes that are no files at all.

mod quizzes;
mod results;
mod round_trips;
mod samples;
mod strange;
