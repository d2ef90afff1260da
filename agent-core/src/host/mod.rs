//! This machine's probe and the command-line agent.
