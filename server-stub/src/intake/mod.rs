//! The server's side of the courier: what devices send becomes committed, judged history.
//!
//! ```text
//! envelope ─▶ verify (signature, audience, challenge; outside any transaction)
//!          ─▶ commit (sequence, facts, judgement; inside the group's transaction)
//!          ─▶ acknowledgement, after the commit has reached the disk
//! ```

mod acknowledgement;
pub(crate) mod challenge;
#[cfg(test)]
mod closing_tests;
mod commit;
pub(crate) mod device_keys;
pub(crate) mod enrolment;
pub(crate) mod evidence;
mod gone;
pub(crate) mod registry;
#[cfg(test)]
mod rotation_tests;
pub(crate) mod served;
pub(crate) mod statement;
#[cfg(test)]
mod statement_tests;
#[cfg(test)]
mod tests;
pub mod token;
mod verify;

pub(crate) use self::{
    acknowledgement::{Outgoing, spare},
    commit::{Outcome, commit},
    verify::{VerifiedReport, verify, verify_proof},
};
