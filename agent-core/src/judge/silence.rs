//! When a silent device becomes stale, and when not compliant.
