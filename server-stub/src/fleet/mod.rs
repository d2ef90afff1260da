//! What IT asks about the fleet: queries of the store in, values out. The pages draw them, the API prints them.
//!
//! Every query takes the [`crate::scope::Scope`] of whoever asks. Nothing is judged here: what is stored is shown, so
//! that no page contradicts a count.

pub mod adoption;
pub mod attention;
pub mod counts;
pub mod cursor;
pub mod device;
pub mod filter;
mod indented;
pub mod list;
pub mod releases;
pub mod row;
pub mod sort;
pub mod standing;
pub mod statements;
pub mod summary;
mod tally;
#[cfg(test)]
mod tests;
pub mod timeline;
pub mod trend;

pub use cursor::Cursor;
pub use device::Device;
pub use filter::{DeviceFilter, FilterError};
pub use releases::ReleaseLineView;
pub use row::{DevicePage, DeviceRow, Hardware};
pub use sort::Sort;
pub use summary::Summary;
pub use timeline::Span;
