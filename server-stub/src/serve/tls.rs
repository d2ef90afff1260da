//! The server's certificate, read again when its files change.

use std::{path::Path, time::SystemTime};

use axum_server::tls_rustls::RustlsConfig;
use tokio::time::{Duration, MissedTickBehavior};

use super::{ServeError, TlsFiles};

/// How often the files are looked at: certificates are renewed days before they end.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// Reads the certificate and its key.
pub(super) async fn load(files: &TlsFiles) -> Result<RustlsConfig, ServeError> {
    RustlsConfig::from_pem_file(&files.cert, &files.key).await.map_err(|error| ServeError::Tls {
        cert: files.cert.clone(),
        key: files.key.clone(),
        error,
    })
}

/// Takes up changed files, for ever. While they cannot be used, the certificate from before goes on.
pub(super) async fn reload(files: &TlsFiles, config: &RustlsConfig) -> Result<(), ServeError> {
    let mut used = changed(files);
    let mut looks = tokio::time::interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        let found = changed(files);
        if found == used {
            continue;
        }
        match config.reload_from_pem_file(&files.cert, &files.key).await {
            Ok(()) => {
                used = found;
                tracing::info!("the certificate was read again");
            }
            Err(error) => tracing::error!(%error, "the changed certificate cannot be used; the one before goes on"),
        }
    }
}

fn changed(files: &TlsFiles) -> [Option<SystemTime>; 2] {
    let at = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    [at(&files.cert), at(&files.key)]
}
