//! The server as a process of its own, to be killed.

use std::{
    fs::File,
    io,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{self, Command, Stdio},
    time::Duration,
};

use load::Connection;

/// A running server.
pub(crate) struct Child {
    process: process::Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    log: std::path::PathBuf,
}

/// How often a connection is tried before the server counts as not coming up: some ten seconds.
const TRIES: u32 = 5000;

impl Child {
    /// Starts `atalaya serve` over this data, on a free port. Its log is kept beside the data.
    pub(crate) fn start(server: &Path, data: &Path) -> io::Result<Self> {
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let log = data.with_extension("log");
        let output = File::create(&log)?;
        let process = Command::new(server)
            .args(["serve", "--data"])
            .arg(data)
            .args(["--listen", &address.to_string()])
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", server.display())))?;
        Ok(Self { process, address, log })
    }

    /// A connection, once it accepts one.
    pub(crate) fn connect(&mut self) -> io::Result<Connection> {
        for _ in 0..TRIES {
            if let Ok(connection) = Connection::open(self.address) {
                return Ok(connection);
            }
            if let Some(status) = self.process.try_wait()? {
                let log = std::fs::read_to_string(&self.log).unwrap_or_default();
                return Err(io::Error::other(format!("the server ended by itself ({status}):\n{log}")));
            }
            std::thread::park_timeout(Duration::from_millis(2));
        }
        Err(io::Error::other("the server does not come up"))
    }

    /// `kill -9`, after it has lived for this long.
    pub(crate) fn kill_after(&mut self, lifetime: Duration) -> io::Result<()> {
        // Nothing unparks this thread; a spurious return only makes a life shorter.
        std::thread::park_timeout(lifetime);
        self.kill()
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) -> io::Result<()> {
        self.process.kill()?;
        self.process.wait().map(drop)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Already gone unless a check failed meanwhile.
        let _ = self.kill();
    }
}
