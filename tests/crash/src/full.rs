//! A disk that is really full: the server puts reports off, keeps what it acknowledged, and goes on when there is room.

use std::{fs, path::Path};

use crate::{
    Failure, Options,
    child::Child,
    enrolled, finish,
    kept::Kept,
    ledger::Ledger,
    say,
    writer::{self, Outcome},
};

/// What is removed to make room, in bytes.
const BALLAST: usize = 4 * 1024 * 1024;
/// The disk counts as full when so many reports in a row were put off.
const PUT_OFF: u32 = 64;
/// A disk that takes so many reports is not small.
const MOST: u64 = 200_000;

/// Fills the file system that holds this folder, which must be a small one, and makes room again.
pub(crate) fn fill_and_recover(server: &Path, dir: &Path, options: &Options) -> Result<(), Failure> {
    let (data, ballast) = (dir.join("data"), dir.join("ballast"));
    fs::write(&ballast, vec![0; BALLAST])?;
    let mut ledger = enrolled(server, &data, options)?;
    let mut child = Child::start(server, &data)?;

    let put_off = until_full(&mut child, &mut ledger)?;
    Kept::open(&data)?.holds(&mut ledger)?;
    say(&format!("full after {} reports; {put_off} were put off, none acknowledged and lost", ledger.acknowledged()));

    fs::remove_file(&ballast)?;
    let before = ledger.acknowledged();
    let mut connection = child.connect()?;
    for round in 0..2 {
        for reporter in &mut ledger.reporters {
            let outcome = writer::send(&mut connection, reporter, round)?;
            if outcome != Outcome::Acknowledged {
                return Err(format!("there is room again, and a report is {outcome:?}").into());
            }
        }
    }
    child.kill()?;
    finish(server, &data, &mut ledger)?;
    say(&format!("{} more reports once there was room; atalaya verify is clean", ledger.acknowledged() - before));
    Ok(())
}

/// Sends until every report is put off; gives how many were.
fn until_full(child: &mut Child, ledger: &mut Ledger) -> Result<u32, Failure> {
    let mut connection = child.connect()?;
    let (mut in_a_row, mut put_off) = (0, 0);
    for round in 0_u64.. {
        for reporter in &mut ledger.reporters {
            match writer::send(&mut connection, reporter, round)? {
                Outcome::Acknowledged => in_a_row = 0,
                Outcome::PutOff => {
                    in_a_row += 1;
                    put_off += 1;
                }
                Outcome::Broken => return Err("the server broke off where it should have put a report off".into()),
            }
        }
        if in_a_row >= PUT_OFF {
            break;
        }
        if ledger.acknowledged() > MOST {
            return Err("the disk does not fill; name a folder on a small file system with --dir".into());
        }
    }
    Ok(put_off)
}
