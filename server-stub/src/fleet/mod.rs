//! What IT asks about the fleet: queries of the store in, values out. The pages draw them, the API prints them.
//!
//! Every query takes the [`crate::scope::Scope`] of whoever asks. Nothing is judged here: what is stored is shown, so
//! that no page contradicts a count.

mod adoption;
mod attention;
pub mod cursor;
pub mod device;
pub mod filter;
pub mod list;
pub mod releases;
pub mod row;
mod standing;
pub mod statements;
pub mod summary;
mod tally;
#[cfg(test)]
mod tests;
pub mod timeline;
mod trend;

pub use cursor::Cursor;
pub use device::Device;
pub use filter::{DeviceFilter, FilterError, Sort};
pub use releases::ReleaseLineView;
pub use row::{DevicePage, DeviceRow, Hardware};
pub use summary::Summary;
pub use timeline::Span;
