//! Believable fleets, seeded: devices that live through ninety days and report with the real client.
//!
//! ```text
//! seed ─▶ plan: phones with their people's habits, and who is heard when
//!                   │  facts of the day
//!                   ▼
//!         fleet: one real client each ─enrol, report, deliver─▶ the caller's transport
//! ```
//!
//! Only choices are seeded. Keys and device ids are as random as in life.

mod fleet;
mod model;
mod phone;
mod plan;
mod random;
mod release;
mod story;

pub use fleet::{Fleet, FleetError, Progress, World};
pub use phone::{Phone, RULES_VERSION};
pub use plan::{Group, Outline, Plan, Visit};
pub use random::Choices;
