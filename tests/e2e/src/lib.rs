//! Holds no code: the tests are in `tests/main.rs`.
