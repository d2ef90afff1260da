//! What IT asks about the fleet, as values: the pages draw them, the API prints them.

pub mod device;
pub mod filter;
pub mod releases;
pub mod summary;

pub use device::{Device, Span};
pub use filter::{DeviceFilter, DevicePage, DeviceRow, Sort};
pub use releases::ReleaseLineView;
pub use summary::Summary;
