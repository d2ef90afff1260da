//! What leaves an adapter, and nothing else does.

use jiff::Timestamp;

use super::{facts::ManagedFacts, parse_error::ParseError};
use crate::spelt::spelt;

/// What one message says of one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// How management calls the device: what managed configuration gives the app as `device_ref`.
    pub device_ref: String,
    /// When it was so. None: the message does not say, and the moment at which it came stands in.
    pub seen_at: Option<Timestamp>,
    /// The device is managed no more.
    pub retired: bool,
    /// What it says.
    pub facts: ManagedFacts,
}

impl Inventory {
    /// A device that is managed, about which nothing else is said.
    pub(super) fn known(device_ref: String, seen_at: Option<Timestamp>) -> Self {
        Self { device_ref, seen_at, retired: false, facts: ManagedFacts::default() }
    }
}

/// What a source's lists of apps are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AppLists {
    /// They may leave apps out, so that an app that is not in one is unknown.
    #[default]
    MayLeaveOut,
    /// They leave no WhatsApp of the device out, as the administrator says.
    Whole,
}

spelt! {
    /// Why a cell of a table says nothing.
    Why {
        /// It holds nothing that its column may hold.
        NotUnderstood = "not-understood",
        /// An earlier row says something else of the same device at the same moment, so that neither counts.
        Contradictory = "contradictory",
    }
}

/// What a message or a file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// What it says of devices; none in a message about nothing that is kept.
    pub inventories: Vec<Inventory>,
    /// How many entries could not be read and were left out.
    pub skipped: usize,
    /// What was wrong with the first of them.
    pub first_fault: Option<ParseError>,
    /// Of a table: which columns have cells that say nothing.
    pub unread: Vec<Unread>,
    /// Which page of a list it is; none where it is no page.
    pub page: Option<Page>,
}

/// A page of a list that is answered in pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Further ones follow it.
    Further,
    /// None does.
    Last,
}

/// The cells of one column that say nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The column's name.
    pub column: String,
    /// Why they do not.
    pub why: Why,
    /// How many they are.
    pub cells: usize,
    /// The line of the first.
    pub first_line: u64,
}

impl Found {
    /// Leaves an entry out.
    pub(super) fn skip(&mut self, fault: ParseError) {
        self.skipped += 1;
        self.first_fault.get_or_insert(fault);
    }

    /// Counts a cell that says nothing.
    pub(super) fn count_unread(&mut self, column: &str, why: Why, line: u64) {
        match self.unread.iter_mut().find(|unread| unread.column == column && unread.why == why) {
            Some(unread) => unread.cells += 1,
            None => self.unread.push(Unread { column: column.to_owned(), why, cells: 1, first_line: line }),
        }
    }
}

impl From<Option<Inventory>> for Found {
    fn from(inventory: Option<Inventory>) -> Self {
        Self { inventories: inventory.into_iter().collect(), ..Self::default() }
    }
}
