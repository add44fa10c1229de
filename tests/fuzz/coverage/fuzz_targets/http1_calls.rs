//! `http1_calls` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| trivium_fuzz::run("http1_calls", input));
