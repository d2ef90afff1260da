//! A transport that loses what it is told to lose.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use super::server::{FakeServer, guarded};
use crate::client::transport::{Answer, Request, Response, Transport, TransportError};

/// What becomes of one request.
#[derive(Debug, Clone)]
pub(super) enum Fate {
    Arrives,
    RequestLost,
    AnswerLost,
    Instead(Response),
}

/// Follows a script, request by request; after its end everything arrives.
pub(super) struct FlakyTransport {
    server: Arc<FakeServer>,
    script: Mutex<VecDeque<Fate>>,
}

impl FlakyTransport {
    pub(super) fn new(server: Arc<FakeServer>) -> Arc<Self> {
        Arc::new(Self { server, script: Mutex::default() })
    }

    pub(super) fn next(&self, fates: impl IntoIterator<Item = Fate>) {
        guarded(&self.script).extend(fates);
    }

    pub(super) fn forget_script(&self) {
        guarded(&self.script).clear();
    }
}

/// Is not ready the first time, so that a future can be dropped here.
struct Pause(bool);

impl Future for Pause {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Transport for FlakyTransport {
    fn call<'a>(&'a self, _: &'a str, request: Request) -> Answer<'a> {
        Box::pin(async move {
            Pause(false).await;
            let fate = guarded(&self.script).pop_front().unwrap_or(Fate::Arrives);
            let answer = match fate {
                Fate::Arrives => Ok(self.server.answer(&request)),
                Fate::RequestLost => Err(TransportError::Unreachable),
                Fate::AnswerLost => {
                    self.server.answer(&request);
                    Err(TransportError::Timeout)
                }
                Fate::Instead(response) => Ok(response),
            };
            Pause(false).await;
            answer
        })
    }
}
