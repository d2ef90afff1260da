//! The pure centre: values in, posture out. No clock, no I/O, no async, no panic for any input.
//!
//! Read in this order: what is asked ([`check`]), what was seen ([`facts`]), how versions compare
//! ([`version`]), what the company requires ([`policy`]), what is known about releases
//! ([`catalogue`]), what was failing before ([`standing`]), the answer ([`posture`]) and the one
//! function that makes it ([`evaluate()`]). [`text`] holds every word a person reads.

pub mod catalogue;
pub mod check;
pub mod document;
pub mod evaluate;
pub mod facts;
pub mod period;
pub mod policy;
pub mod posture;
pub mod quiet_hours;
pub mod reason;
pub mod remediation;
pub mod silence;
pub mod standing;
pub mod text;
pub mod version;
pub(crate) mod words;

pub use catalogue::Catalogue;
pub use check::{Check, Rule};
pub use evaluate::evaluate;
pub use facts::{DeviceFacts, Evidence, Platform, Reading, UnknownReason};
pub use period::Period;
pub use policy::Policy;
pub use posture::{CheckVerdict, DeviceState, Posture, PostureState, Verdict};
pub use reason::Reason;
pub use remediation::Remediation;
pub use standing::Standing;
