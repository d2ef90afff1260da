//! The transport of our own, on a runtime of its own: whoever awaits an answer needs none.

use agent_core::client::{
    HttpTransport, Transport, TransportError,
    transport::{Answer, Request},
};
use tokio::runtime::{Builder, Runtime};

pub(crate) struct OwnNetwork {
    runtime: Option<Runtime>,
    transport: HttpTransport,
}

impl OwnNetwork {
    pub(crate) fn new(agent_version: &str) -> std::io::Result<Self> {
        let runtime =
            Builder::new_multi_thread().worker_threads(1).thread_name("atalaya-network").enable_all().build()?;
        Ok(Self { runtime: Some(runtime), transport: HttpTransport::new(agent_version) })
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
