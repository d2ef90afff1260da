//! The listener: the one place where the network meets the server.
//!
//! Plain HTTP is served on this machine alone, unless the administrator names the proxies that stand before it. The
//! process ends cleanly on SIGTERM or SIGINT, after it has finished what it accepted, and ends with an error when it
//! can no longer write: it never acknowledges what it did not commit.

mod app;
mod headers;
mod health;
pub mod log;
pub mod metrics;
mod proxy;
mod tls;

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use axum_server::Handle;
use ipnet::IpNet;
use tokio::time::MissedTickBehavior;

use crate::server::Server;

pub use app::app;

/// How long requests that were accepted may take to finish once the server stops.
const FAREWELL: Duration = Duration::from_secs(20);
/// How long a new connection may take to send its first request's head.
const FIRST_WORDS: Duration = Duration::from_secs(10);
/// How often what comes due by time alone is done.
const TICK: Duration = Duration::from_secs(1);

/// How to listen.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Certificate chain and private key, PEM files.
    pub tls: Option<TlsFiles>,
    /// The proxies whose word about the client's address and protocol is believed.
    pub behind_proxy: Vec<IpNet>,
}

/// The PEM files of a server certificate. They are read again when they change.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate, followed by its chain.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Why the server could not listen, or had to end.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Passwords and sessions would cross the network in the clear.
    #[error(
        "plain HTTP is served on this machine alone, and {0} is reached from others: give --tls-cert and --tls-key, or name the proxy that terminates TLS with --behind-proxy CIDR, or listen on 127.0.0.1"
    )]
    PlainHttp(SocketAddr),
    /// The address is taken, or is none of this machine.
    #[error("{address} cannot be listened on: {error}; name another with --listen")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error("{}, {}: {error}; both are PEM files, the certificate first in its chain", cert.display(), key.display())]
    Tls {
        /// The certificate.
        cert: PathBuf,
        /// The key.
        key: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The listener failed while it worked.
    #[error("the listener ended: {0}")]
    Listener(io::Error),
    /// The committer died; what was acknowledged is on the disk.
    #[error("the database cannot be written any more, so the server ends; the log says why")]
    Died,
}

/// An address that is listened on, before anything is served.
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    options: Options,
}

impl Listener {
    /// Takes the address; port 0 takes any that is free.
    pub fn bind(address: SocketAddr, options: Options) -> Result<Self, ServeError> {
        if options.tls.is_none() && options.behind_proxy.is_empty() && !address.ip().is_loopback() {
            return Err(ServeError::PlainHttp(address));
        }
        let failed = |error| ServeError::Bind { address, error };
        let socket = TcpListener::bind(address).map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Self { socket, address, options })
    }

    /// The address, with the port that was taken.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// How a browser on this machine reaches it.
    pub fn url(&self) -> String {
        let scheme = if self.options.tls.is_some() { "https" } else { "http" };
        let address = if self.address.ip().is_unspecified() {
            SocketAddr::from(([127, 0, 0, 1], self.address.port()))
        } else {
            self.address
        };
        format!("{scheme}://{address}")
    }

    /// Serves until `stop` returns or the server can no longer write, then finishes what was accepted.
    pub async fn serve(
        self,
        server: Arc<Server>,
        router: Router,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), ServeError> {
        let app = app(Arc::clone(&server), router, &self.options);
        let service = app.into_make_service_with_connect_info::<SocketAddr>();
        let handle = Handle::new();
        let mut listener = axum_server::from_tcp(self.socket)
            .map_err(ServeError::Listener)?
            .handle(handle.clone())
            .first_request_timeout(FIRST_WORDS);
        listener.http_builder().http1().header_read_timeout(FIRST_WORDS);
        listener.http_builder().http2().keep_alive_interval(Duration::from_secs(30)).keep_alive_timeout(FIRST_WORDS);

        let serving = async {
            match &self.options.tls {
                None => listener.serve(service).await.map_err(ServeError::Listener),
                Some(files) => {
                    let config = tls::load(files).await?;
                    let acceptor = axum_server::tls_rustls::RustlsAcceptor::new(config.clone());
                    tokio::select! {
                        ended = listener.acceptor(acceptor).serve(service) => ended.map_err(ServeError::Listener),
                        never = tls::reload(files, &config) => never,
                    }
                }
            }
        };
        let ending = async {
            let died = tokio::select! {
                () = stop => false,
                () = server.died() => true,
            };
            server.stop();
            handle.graceful_shutdown(Some(FAREWELL));
            died
        };
        tokio::pin!(serving);
        let died = tokio::select! {
            ended = &mut serving => return ended,
            never = settle(&server) => never,
            () = crate::mdm::keep_tending(Arc::clone(&server)) => false,
            died = ending => died,
        };
        serving.await?;
        if died { Err(ServeError::Died) } else { Ok(()) }
    }
}

/// Does what comes due by time alone, for ever.
async fn settle(server: &Server) -> bool {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = server.settle().await {
            tracing::error!(%error, "what came due could not be done; it is tried again");
        }
        metrics::tidy();
    }
}

/// Returns when the process is asked to end, by SIGTERM or SIGINT (Ctrl-C).
pub async fn asked_to_end() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}

/// The file in the data folder that says under which address people reach the server, for links that commands print.
const URL_FILE: &str = "url";

/// Keeps the address under which people reach the server.
pub fn keep_url(data: &Path, url: &str) -> io::Result<()> {
    std::fs::write(data.join(URL_FILE), format!("{url}\n"))
}

/// The address under which people reach the server, once it has served.
pub fn kept_url(data: &Path) -> Option<String> {
    let text = std::fs::read_to_string(data.join(URL_FILE)).ok()?;
    Some(text.trim().trim_end_matches('/').to_owned()).filter(|url| !url.is_empty())
}
