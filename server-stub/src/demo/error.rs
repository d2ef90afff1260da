//! Why a demo could not be shown.

use super::{folder::FolderError, history::HistoryError};
use crate::{access::secret::NoRandomness, serve::ServeError, server::OpenError, store::StoreError};

/// Why a demo could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The data.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The history.
    #[error("the demo's history could not be made: {0}")]
    History(#[from] HistoryError),
    /// The listener.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system gives no secrets.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// The folder holds no organisation.
    #[error("the demo's data holds no organisation; remove the folder and try again")]
    NoOrganisation,
    /// Output could not be written.
    #[error("what there is to say could not be written: {0}")]
    Output(#[from] std::io::Error),
}
