//! What takes long runs on a thread of its own: it touches the disk, the device's key and the network, and the thread
//! that awaits it may be the one that draws.
//!
//! An errand ends early when nobody awaits it any more or when the errands are closed. Then its future is dropped at
//! the await where it stands, and the next errand begins after it has gone.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, JoinHandle, Thread},
};

use futures_channel::oneshot;

use crate::thread::begin_thread;

/// The errand did not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The errands were closed.
    Closed,
    /// The system gives no thread, or the errand broke.
    Broken,
}

/// The errands of one object.
#[derive(Default)]
pub(crate) struct Errands {
    under_way: Mutex<UnderWay>,
}

#[derive(Default)]
struct UnderWay {
    closed: bool,
    running: Vec<Running>,
}

struct Running {
    // Dropped when the errands are closed; that ends the errand.
    _open: oneshot::Sender<()>,
    given_up: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// Tells that nobody awaits the errand any more, unless it was answered.
struct GiveUp(Arc<AtomicBool>);

impl Drop for GiveUp {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Errands {
    /// Runs this errand and awaits it. Dropping the answer gives the errand up.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        errand: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Ended> {
        let (answered, answer) = oneshot::channel();
        // Set before anything is dropped, and read by the next errand.
        let give_up = GiveUp(Arc::default());
        self.begin(&give_up.0, answered, errand)?;
        match answer.await {
            Ok(ended) => ended,
            Err(oneshot::Canceled) => Err(Ended::Broken),
        }
    }

    fn begin<T: Send + 'static>(
        &self,
        given_up: &Arc<AtomicBool>,
        mut answered: oneshot::Sender<Result<T, Ended>>,
        errand: impl Future<Output = T> + Send + 'static,
    ) -> Result<(), Ended> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if under_way.closed {
            return Err(Ended::Closed);
        }
        let (ending, rest): (Vec<_>, Vec<_>) = under_way
            .running
            .drain(..)
            .partition(|one| one.given_up.load(Ordering::SeqCst) || one.thread.is_finished());
        under_way.running = rest;
        let (open, mut closed) = oneshot::channel::<()>();
        let run = Box::new(move || {
            for one in ending {
                drop(one.thread.join());
            }
            let ended = {
                let mut errand = pin!(errand);
                block_on(poll_fn(|context| {
                    if answered.poll_canceled(context).is_ready() || pin!(&mut closed).poll(context).is_ready() {
                        return Poll::Ready(Err(Ended::Closed));
                    }
                    errand.as_mut().poll(context).map(Ok)
                }))
            };
            drop(answered.send(ended));
        });
        let thread = begin_thread("atalaya-errand", run).ok_or(Ended::Broken)?;
        under_way.running.push(Running { _open: open, given_up: Arc::clone(given_up), thread });
        Ok(())
    }

    /// Ends the errands that are under way; none begins any more.
    pub(crate) fn close(&self) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.closed = true;
        under_way.running.clear();
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(answer) = future.as_mut().poll(&mut context) {
            return answer;
        }
        thread::park();
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    /// Polls once; what it waits for, it does not get.
    fn begin<F: Future>(future: &mut std::pin::Pin<Box<F>>) {
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }

    /// Says when it is dropped.
    struct Told(mpsc::Sender<&'static str>, &'static str);

    impl Drop for Told {
        fn drop(&mut self) {
            self.0.send(self.1).unwrap();
        }
    }

    fn endless(told: Told) -> impl Future<Output = ()> + Send {
        poll_fn(move |_| {
            let _ = &told;
            Poll::Pending
        })
    }

    #[test]
    fn an_errand_runs_elsewhere_and_its_answer_comes_back() {
        let errands = Errands::default();
        let here = thread::current().id();
        let there = block_on(errands.run(async { thread::current().id() })).unwrap();
        assert_ne!(there, here);
    }

    #[test]
    fn an_errand_that_is_given_up_has_gone_before_the_next_begins() {
        let errands = Errands::default();
        let (tell, told) = mpsc::channel();
        let mut first = Box::pin(errands.run(endless(Told(tell.clone(), "given up"))));
        begin(&mut first);
        drop(first);
        let next = errands.run(async move { tell.send("next").unwrap() });
        block_on(next).unwrap();
        assert_eq!([told.recv_timeout(LONG), told.recv_timeout(LONG)], [Ok("given up"), Ok("next")]);
    }

    #[test]
    fn closing_ends_what_is_under_way_and_nothing_begins_any_more() {
        let errands = Errands::default();
        let (tell, told) = mpsc::channel();
        let mut first = Box::pin(errands.run(endless(Told(tell, "ended"))));
        begin(&mut first);
        errands.close();
        assert_eq!(block_on(first), Err(Ended::Closed));
        assert_eq!(told.recv_timeout(LONG), Ok("ended"));
        assert_eq!(block_on(errands.run(async {})), Err(Ended::Closed));
    }

    #[test]
    fn an_errand_that_breaks_is_an_error_and_the_next_one_runs() {
        let errands = Errands::default();
        let broken: Result<(), _> = block_on(errands.run(async { panic!("a fault of ours") }));
        assert_eq!(broken, Err(Ended::Broken));
        assert_eq!(block_on(errands.run(async { 7 })), Ok(7));
    }
}
