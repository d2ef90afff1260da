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
mod material;
mod renewal;
pub mod trust;

pub(crate) use self::{
    judgement::{Asked, attested_key, judge, standing},
    kept::{Piece, attestations, highest_counter, judged, keep, repeated, supersede},
    material::{Earlier, Material},
    renewal::renew,
};
pub use self::{
    judgement::{Asserted, Attested, Gap, Values},
    kept::{KeptEvidence, history},
};
