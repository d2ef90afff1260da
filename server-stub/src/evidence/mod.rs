//! What hardware signed for a device's key: held against our challenge, the policy and the lists of trust, kept as it
//! came, and judged again where one of these changes.
//!
//! ```text
//! evidence ─▶ judgement (attestation's, in the server's terms) ─▶ kept ─▶ the device's proofs ─▶ effective facts
//!                 ▲ trust: roots and revocations                   │
//!                 └────────────── renewal ◀────────────────────────┘
//! ```

pub mod asking;
mod judgement;
mod kept;
mod renewal;
pub mod trust;

pub(crate) use self::{
    judgement::{Asked, judge},
    kept::{Piece, keep, supersede},
    renewal::renew,
};
pub use self::{
    judgement::{Attested, Gap, Values},
    kept::{KeptEvidence, history},
};
