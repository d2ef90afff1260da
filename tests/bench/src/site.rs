//! A server of its own for one measurement.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use agent_core::clock::SystemClock;
use atalaya_server::{judging::rules::DEFAULT_GROUP, server::Server, token};
use jiff::SignedDuration;
use load::Connection;

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A token of a new server in this folder that lets in so many devices.
pub(crate) fn token(data: &Path, devices: u32) -> Result<String, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let server = Server::open(data, Arc::new(SystemClock)).await?;
        let scope = server.create_organisation("Bench").await?;
        let now = server.now();
        let expires = now.checked_add(SignedDuration::from_hours(24))?;
        let made = server
            .store
            .write(move |connection| token::create(connection, scope, DEFAULT_GROUP, (devices, expires), now));
        Ok(made.await?)
    })
}

/// The server's program on this folder, with more arguments, once it answers; and where.
pub(crate) fn start(program: &Path, data: &Path, more: &[&str]) -> Result<(Child, SocketAddr), Failure> {
    let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
    let mut server = Command::new(program)
        .args(["serve", "--data"])
        .arg(data)
        .args(["--listen", &address.to_string()])
        .args(more)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| {
            format!("{}: {error}; build it with `cargo build --release -p server-stub`", program.display())
        })?;
    for _ in 0..5000 {
        if Connection::open(address).is_ok() {
            return Ok((server, address));
        }
        thread::park_timeout(Duration::from_millis(2));
    }
    server.kill()?;
    Err("the server does not come up".into())
}
