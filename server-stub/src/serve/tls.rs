//! The server's certificate, read again when its files change.

use std::{io, path::Path, sync::Arc, time::SystemTime};

use axum_server::tls_rustls::RustlsConfig;
use rustls::{ServerConfig, server::ServerSessionMemoryCache};
use tokio::time::{Duration, MissedTickBehavior};

use super::{ServeError, TlsFiles};

/// How often the files are looked at: certificates are renewed days before they end.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// How many phones may go on where their last connection ended, a few hundred bytes each.
const SESSIONS: usize = 20_000;

/// Reads the certificate and its key.
pub(super) async fn load(files: &TlsFiles) -> Result<RustlsConfig, ServeError> {
    let read =
        read(files).await.map_err(|error| ServeError::Tls { cert: files.cert.clone(), key: files.key.clone(), error });
    Ok(RustlsConfig::from_config(read?))
}

/// A phone opens one connection a check-in, so it gets one ticket for the next; browsers do with one as well.
async fn read(files: &TlsFiles) -> io::Result<Arc<ServerConfig>> {
    let read = RustlsConfig::from_pem_file(&files.cert, &files.key).await?.get_inner();
    let mut config = ServerConfig::clone(&read);
    config.send_tls13_tickets = 1;
    config.session_storage = ServerSessionMemoryCache::new(SESSIONS);
    Ok(Arc::new(config))
}

/// Takes up changed files, for ever.
pub(super) async fn reload(files: &TlsFiles, config: &RustlsConfig) -> Result<(), ServeError> {
    let mut used = changed(files);
    let mut looks = tokio::time::interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        look(files, config, &mut used).await;
    }
}

type Changed = [Option<SystemTime>; 2];

/// Takes up the files if they are not the used ones any more. While they cannot be used, the certificate from before
/// goes on, and they are tried again.
async fn look(files: &TlsFiles, config: &RustlsConfig, used: &mut Changed) {
    let found = changed(files);
    if found == *used {
        return;
    }
    match read(files).await {
        Ok(read) => {
            config.reload_from_config(read);
            *used = found;
            tracing::info!("the certificate was read again");
        }
        Err(error) => tracing::error!(%error, "the changed certificate cannot be used; the one before goes on"),
    }
}

fn changed(files: &TlsFiles) -> Changed {
    let at = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    [at(&files.cert), at(&files.key)]
}

#[cfg(test)]
mod tests {
    use std::{fs, sync::Arc, time::UNIX_EPOCH};

    use super::*;

    const ONE: [&str; 2] =
        [include_str!("../../tests/access/tls/one.cert.pem"), include_str!("../../tests/access/tls/one.key.pem")];
    const OTHER: [&str; 2] =
        [include_str!("../../tests/access/tls/other.cert.pem"), include_str!("../../tests/access/tls/other.key.pem")];

    fn write(files: &TlsFiles, [cert, key]: [&str; 2], at: u64) {
        for (path, text) in [(&files.cert, cert), (&files.key, key)] {
            fs::write(path, text).unwrap();
            // A renewal is minutes after the one before; the test is not.
            let file = fs::File::options().write(true).open(path).unwrap();
            file.set_modified(UNIX_EPOCH + Duration::from_secs(at)).unwrap();
        }
    }

    #[tokio::test]
    async fn a_renewed_certificate_is_taken_up_and_a_broken_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let files = TlsFiles { cert: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
        write(&files, ONE, 1);
        let config = load(&files).await.unwrap();
        let (first, mut used) = (config.get_inner(), changed(&files));
        look(&files, &config, &mut used).await;
        assert!(Arc::ptr_eq(&first, &config.get_inner()), "nothing changed");

        write(&files, [ONE[0], "broken"], 2);
        look(&files, &config, &mut used).await;
        assert!(Arc::ptr_eq(&first, &config.get_inner()), "the one before goes on");

        write(&files, OTHER, 3);
        look(&files, &config, &mut used).await;
        let second = config.get_inner();
        assert!(!Arc::ptr_eq(&first, &second));
        look(&files, &config, &mut used).await;
        assert!(Arc::ptr_eq(&second, &config.get_inner()), "it is read once");
    }

    #[tokio::test]
    async fn a_certificate_that_cannot_be_used_names_the_files() {
        let files = TlsFiles { cert: "/nowhere/cert.pem".into(), key: "/nowhere/key.pem".into() };
        let told = load(&files).await.map(drop).unwrap_err().to_string();
        assert!(told.contains("/nowhere/cert.pem") && told.contains("PEM"), "{told}");
    }
}
