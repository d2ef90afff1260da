//! The one thread that writes. It gathers what waits into one transaction, gives each piece of work a savepoint, and
//! answers only after the commit has reached the disk.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use super::StoreError;
use crate::judging::Desk;

/// How many pieces of work one transaction takes at most.
const GROUP: usize = 512;
/// How many pieces may wait before whoever hands in more has to wait too.
const QUEUE: usize = 4096;

/// One piece of work, and whom to answer.
trait Work: Send {
    fn run(&mut self, connection: &Connection, desk: &mut Desk) -> Result<(), StoreError>;
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
}

struct Task<F, T> {
    act: Option<F>,
    done: Option<Result<T, StoreError>>,
    asker: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> Work for Task<F, T>
where
    F: FnOnce(&Connection, &mut Desk) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn run(&mut self, connection: &Connection, desk: &mut Desk) -> Result<(), StoreError> {
        let Some(act) = self.act.take() else { return Ok(()) };
        match act(connection, desk) {
            Ok(value) => {
                self.done = Some(Ok(value));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        let told = match (outcome, self.done) {
            (Ok(()), Some(done)) => done,
            (Ok(()), None) => Err(StoreError::Closed),
            (Err(error), _) => Err(error),
        };
        // Whoever asked may have gone away meanwhile; what was committed stays committed.
        let _ = self.asker.send(told);
    }
}

/// Hands work to the thread that writes.
#[derive(Clone)]
pub(super) struct Committer {
    queue: mpsc::Sender<Box<dyn Work>>,
    alive: watch::Receiver<bool>,
}

impl Committer {
    /// Starts the thread; it ends when the last handle is gone and everything handed in is done.
    pub(super) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let (life, alive) = watch::channel(true);
        thread::Builder::new()
            .name("committer".into())
            .spawn(move || {
                // Even a panic ends in "not alive": readiness falls and the process stops.
                let ended = catch_unwind(AssertUnwindSafe(|| work(&connection, waiting)));
                if let Ok(Err(error)) = &ended {
                    tracing::error!(%error, "the committer ended");
                }
                life.send_replace(!matches!(ended, Err(_) | Ok(Err(_))));
                drop(life);
            })
            .map_err(|error| StoreError::Disk(error.to_string()))?;
        Ok(Self { queue, alive })
    }

    /// Does the work in the next group and answers after its commit.
    pub(super) async fn commit<T, F>(&self, act: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &mut Desk) -> Result<T, StoreError> + Send + 'static,
    {
        let (asker, answer) = oneshot::channel();
        let task = Task { act: Some(act), done: None, asker };
        self.queue.send(Box::new(task)).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Whether it still writes.
    pub(super) fn is_alive(&self) -> bool {
        *self.alive.borrow() && !self.queue.is_closed()
    }

    /// Returns when it has died; never while all is well.
    pub(super) async fn died(&self) {
        let _ = self.alive.clone().wait_for(|alive| !alive).await;
    }
}

fn work(connection: &Connection, mut waiting: mpsc::Receiver<Box<dyn Work>>) -> Result<(), StoreError> {
    let mut desk = Desk::default();
    let mut group = Vec::with_capacity(GROUP);
    while waiting.blocking_recv_many(&mut group, GROUP) > 0 {
        let (size, began) = (group.len(), tokio::time::Instant::now());
        let (outcomes, end) = commit_group(connection, &mut desk, &mut group);
        metrics::histogram!("atalaya_commit_group_size").record(f64::from(u32::try_from(size).unwrap_or(u32::MAX)));
        metrics::histogram!("atalaya_commit_seconds").record(began.elapsed());
        metrics::counter!("atalaya_commits_total").increment(1);
        for (work, outcome) in group.drain(..).zip(outcomes) {
            work.answer(outcome);
        }
        end?;
    }
    // The last handle is gone: leave one tidy file behind.
    let _ = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
    Ok(())
}

/// Runs a group in one transaction: what became of each piece, and whether the committer may go on.
fn commit_group(
    connection: &Connection,
    desk: &mut Desk,
    group: &mut [Box<dyn Work>],
) -> (Vec<Result<(), StoreError>>, Result<(), StoreError>) {
    let mut outcomes = Vec::with_capacity(group.len());
    let whole = (|| {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        desk.begin(connection)?;
        for work in group.iter_mut() {
            connection.prepare_cached("SAVEPOINT piece")?.execute([])?;
            let outcome = work.run(connection, desk);
            let undone = outcome.is_err();
            if undone {
                desk.undo();
                // A full or failing disk ends the whole transaction by itself.
                if connection.is_autocommit() {
                    return Err(outcome.err().unwrap_or(StoreError::Full));
                }
                connection.prepare_cached("ROLLBACK TO piece")?.execute([])?;
            } else {
                desk.keep();
            }
            connection.prepare_cached("RELEASE piece")?.execute([])?;
            outcomes.push(outcome);
        }
        desk.flush(connection)?;
        connection.prepare_cached("COMMIT")?.execute([])?;
        Ok::<(), StoreError>(())
    })();
    let Err(error) = whole else { return (outcomes, Ok(())) };
    if !connection.is_autocommit() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    desk.forget();
    tracing::warn!(%error, pieces = group.len(), "a group could not be committed; nothing of it was kept");
    let fatal = error.is_fatal();
    let outcomes = group.iter().map(|_| Err(repeated(&error))).collect();
    (outcomes, if fatal { Err(error) } else { Ok(()) })
}

/// The same failure for each of a group.
fn repeated(error: &StoreError) -> StoreError {
    match error {
        StoreError::Full => StoreError::Full,
        StoreError::Busy => StoreError::Busy,
        StoreError::Disk(why) => StoreError::Disk(why.clone()),
        StoreError::Closed => StoreError::Closed,
        other => StoreError::Row { what: "group", why: other.to_string() },
    }
}
