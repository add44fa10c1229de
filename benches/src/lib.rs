//! Benchmarks; see `micro/`. Run them with `cargo xtask bench`.
