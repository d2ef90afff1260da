//! Stands between a device and its server, hands everything on, and counts it.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

/// Bytes both ways, and the connections that stand.
#[derive(Default)]
struct Seen {
    bytes: AtomicU64,
    open: Mutex<Vec<TcpStream>>,
}

/// The relay.
pub(crate) struct Relay {
    port: u16,
    seen: Arc<Seen>,
}

impl Relay {
    /// A relay to this server.
    pub(crate) fn to(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let seen = Arc::new(Seen::default());
        let kept = Arc::clone(&seen);
        thread::spawn(move || {
            for device in listener.incoming().flatten() {
                // A connection that cannot be made shows in the check-in that needs it.
                let _ = join(device, server, &kept);
            }
        });
        Ok(Self { port, seen })
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// How many bytes went through since it was restarted.
    pub(crate) fn bytes(&self) -> u64 {
        self.seen.bytes.load(Ordering::SeqCst)
    }

    /// Cuts every connection, lets the device see it, and counts from nothing.
    pub(crate) async fn restart(&self) {
        for stream in self.seen.open.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // What the cut itself sends is not of the next check-in.
        tokio::time::sleep(Duration::from_millis(300)).await;
        self.seen.bytes.store(0, Ordering::SeqCst);
    }
}

fn join(device: TcpStream, server: SocketAddr, seen: &Arc<Seen>) -> io::Result<()> {
    let server = TcpStream::connect(server)?;
    for (mut from, mut to) in [(device.try_clone()?, server.try_clone()?), (server.try_clone()?, device.try_clone()?)] {
        let seen = Arc::clone(seen);
        thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                seen.bytes.fetch_add(count as u64, Ordering::SeqCst);
                if to.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
            let _ = to.shutdown(Shutdown::Write);
        });
    }
    seen.open.lock().unwrap_or_else(PoisonError::into_inner).extend([device, server]);
    Ok(())
}
