//! `rotate-key`: another key takes the place of this machine's.

use super::{call::Call, failure::Failure, papers, phrase::Phrase};

pub(super) const EXAMPLES: &str = "Examples:
  atalaya-agent rotate-key

The old key signs that the new one takes its place. The new one signs once the server has heard it; until then, and where
the server cannot be reached now, the old one does.";

pub(super) fn run(call: &mut Call<'_>) -> Result<u8, Failure> {
    let machine = call.must_be_enrolled()?;
    machine.agent().rotate_key()?;
    if !call.json {
        writeln!(call.out, "{}", call.speech.say(Phrase::KeyRotates, &[]))?;
    }
    papers::tell(&machine, false, call)
}
