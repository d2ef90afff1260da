//! The transport of our own, on a runtime of its own: whoever awaits an answer needs none.

use agent_core::client::{
    HttpTransport, TlsOptions, Transport, TransportError,
    transport::{Answer, Request},
};
use tokio::runtime::{Builder, Runtime};

pub(crate) struct OwnNetwork {
    runtime: Option<Runtime>,
    transport: HttpTransport,
}

impl OwnNetwork {
    /// With a root, the server is believed by it alone.
    pub(crate) fn new(agent_version: &str, pinned_root: Option<String>) -> std::io::Result<Self> {
        let runtime =
            Builder::new_multi_thread().worker_threads(1).thread_name("atalaya-network").enable_all().build()?;
        let trust = TlsOptions { pinned_roots: pinned_root.map(String::into_bytes), ..TlsOptions::default() };
        Ok(Self { runtime: Some(runtime), transport: HttpTransport::with(agent_version, trust) })
    }
}

impl Transport for OwnNetwork {
    fn call<'a>(&'a self, server: &'a str, request: Request) -> Answer<'a> {
        let (transport, server) = (self.transport.clone(), server.to_owned());
        Box::pin(async move {
            let runtime = self.runtime.as_ref().ok_or(TransportError::Broken)?;
            let call = AbortOnDrop(runtime.spawn(async move { transport.call(&server, request).await }));
            call.await
        })
    }
}

impl Drop for OwnNetwork {
    // A runtime that is dropped waits for its threads; this may be dropped where nobody may wait.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

type Called = Result<agent_core::client::transport::Response, TransportError>;

/// A call that is given up with the future that awaits it.
struct AbortOnDrop(tokio::task::JoinHandle<Called>);

impl Future for AbortOnDrop {
    type Output = Called;

    fn poll(mut self: std::pin::Pin<&mut Self>, context: &mut std::task::Context<'_>) -> std::task::Poll<Self::Output> {
        let joined = std::pin::Pin::new(&mut self.0).poll(context);
        joined.map(|joined| joined.unwrap_or(Err(TransportError::Broken)))
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::{Ipv4Addr, TcpListener},
        sync::Arc,
        thread,
    };

    use agent_core::client::transport::{ContentType, Response};

    use super::*;
    use crate::errand::Errands;

    fn call(network: &Arc<OwnNetwork>, server: &str) -> Called {
        let (network, server) = (Arc::clone(network), server.to_owned());
        let errands = Errands::default();
        let request = Request::post("/v1/reports", ContentType::Jose, b"a.b.c".to_vec());
        let errand = errands.run(async move { network.call(&server, request).await });
        crate::errand::block_on(errand).unwrap()
    }

    #[test]
    fn a_request_leaves_and_its_answer_comes_without_a_runtime_of_the_callers() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let server = format!("http://{}", listener.local_addr().unwrap());
        let serving = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut seen = Vec::new();
            while !seen.ends_with(b"a.b.c") {
                let mut piece = [0; 512];
                let length = stream.read(&mut piece).unwrap();
                seen.extend_from_slice(&piece[..length]);
            }
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\nETag: \"7\"\r\n\r\nok")
                .unwrap();
            String::from_utf8(seen).unwrap()
        });
        let network = Arc::new(OwnNetwork::new("0.1.0", None).unwrap());
        let answer = call(&network, &server).unwrap();
        let expected = Response { status: 200, body: b"ok".to_vec(), etag: Some("\"7\"".into()), retry_after: None };
        assert_eq!(answer, expected);
        let seen = serving.join().unwrap();
        assert!(seen.starts_with("POST /v1/reports ") && seen.contains("atalaya-agent/0.1.0"), "{seen}");
        // Nobody listens there any more.
        assert_eq!(call(&network, &server), Err(TransportError::Unreachable));
    }

    #[test]
    fn a_pinned_root_decides_whom_the_network_believes() {
        let network = Arc::new(OwnNetwork::new("0.1.0", Some("nothing".to_owned())).unwrap());
        // Said before anybody is called.
        let answer = call(&network, "https://localhost:1");
        assert!(matches!(&answer, Err(TransportError::Identity(why)) if why.contains("PEM")), "{answer:?}");
    }
}
