//! The order of the device list.

use serde::Serialize;
use utoipa::ToSchema;

use crate::spelt::spelt;

spelt! {
    /// The order of the list.
    #[derive(Default, Serialize, ToSchema)]
    #[serde(rename_all = "kebab-case")]
    Sort {
        /// Not compliant, in grace, unknown, stale, compliant; longest in its state first.
        #[default]
        Attention = "attention",
        /// Last report, newest first.
        LastReport = "last-report",
        /// Last report, oldest first; devices that never reported before them.
        Silent = "silent",
        /// By device id.
        Device = "device",
    }
}
