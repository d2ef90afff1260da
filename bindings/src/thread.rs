//! Threads of the library's own. What one runs is boxed, so that all are begun by one piece of code: a phone carries it once.

use std::thread::{Builder, JoinHandle};

/// A thread for this alone; none where the system gives none.
pub(crate) fn begin_thread(name: &str, run: Box<dyn FnOnce() + Send>) -> Option<JoinHandle<()>> {
    Builder::new().name(name.to_owned()).spawn(run).ok()
}
