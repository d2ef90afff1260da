//! How a command that measures ends: its figures on stdout, and whether they hold.

use std::process::ExitCode;

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The exit code; a failure is said.
pub(crate) fn exit(outcome: Result<bool, Failure>) -> ExitCode {
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            say(&format!("FAILED: {failure}"));
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "a command's answer")]
pub(crate) fn say(text: &str) {
    println!("{text}");
}
