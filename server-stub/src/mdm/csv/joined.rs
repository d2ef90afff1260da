//! What the rows of a table say of each device at one moment, joined. What two of them contradict each other in stays
//! unknown: which of them is right, or whether both are, as of an app inside and outside a work profile, no table tells.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use jiff::Timestamp;

use super::{
    super::{facts::ManagedFacts, inventory::Inventory},
    Field,
};

#[derive(Default)]
pub(super) struct Joined {
    inventories: Vec<Inventory>,
    /// Where each device stands among them, at each moment.
    places: HashMap<(String, Option<Timestamp>), usize>,
    contested: HashSet<(usize, Field)>,
}

impl Joined {
    /// Takes a row over; in which fields it contradicts an earlier one.
    pub(super) fn take(&mut self, row: Inventory) -> Vec<Field> {
        match self.places.entry((row.device_ref.clone(), row.seen_at)) {
            Entry::Vacant(place) => {
                place.insert(self.inventories.len());
                self.inventories.push(row);
                Vec::new()
            }
            Entry::Occupied(place) => {
                let place = *place.get();
                let differing = join(&mut self.inventories[place].facts, row.facts);
                self.contested.extend(differing.iter().map(|field| (place, *field)));
                differing
            }
        }
    }

    /// What no row contradicts.
    pub(super) fn uncontested(mut self) -> Vec<Inventory> {
        for (place, field) in self.contested {
            forget(&mut self.inventories[place].facts, field);
        }
        self.inventories
    }
}

fn join(known: &mut ManagedFacts, said: ManagedFacts) -> Vec<Field> {
    let mut differ = vec![
        (Field::Model, differs(&mut known.model, said.model)),
        (Field::OsVersion, differs(&mut known.os_version, said.os_version)),
        (Field::SecurityPatch, differs(&mut known.security_patch, said.security_patch)),
        (Field::StorageEncrypted, differs(&mut known.storage_encryption, said.storage_encryption)),
        (Field::ScreenLock, differs(&mut known.screen_lock, said.screen_lock)),
        (Field::WhatsappConsumer, differs(&mut known.whatsapp_consumer, said.whatsapp_consumer)),
    ];
    match (&mut known.whatsapp_business, said.whatsapp_business) {
        (Some(known), Some(said)) => {
            differ.push((Field::WhatsappBusiness, known.presence != said.presence));
            differ.push((Field::WhatsappBusinessVersion, differs(&mut known.version, said.version)));
            let update = differs(&mut known.has_update_available, said.has_update_available);
            differ.push((Field::WhatsappBusinessUpdate, update));
        }
        (Some(_), None) => {}
        (known @ None, said) => *known = said,
    }
    differ.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect()
}

/// Takes over what is new; whether it is another value than the known one.
fn differs<T: PartialEq>(known: &mut Option<T>, said: Option<T>) -> bool {
    if known.is_none() {
        *known = said;
        return false;
    }
    said.is_some() && *known != said
}

fn forget(facts: &mut ManagedFacts, field: Field) {
    match field {
        Field::Model => facts.model = None,
        Field::OsVersion => facts.os_version = None,
        Field::SecurityPatch => facts.security_patch = None,
        Field::StorageEncrypted => facts.storage_encryption = None,
        Field::ScreenLock => facts.screen_lock = None,
        Field::WhatsappConsumer => facts.whatsapp_consumer = None,
        Field::WhatsappBusiness => facts.whatsapp_business = None,
        Field::WhatsappBusinessVersion => {
            facts.whatsapp_business.as_mut().map(|app| app.version.take());
        }
        Field::WhatsappBusinessUpdate => {
            facts.whatsapp_business.as_mut().map(|app| app.has_update_available.take());
        }
        Field::DeviceRef | Field::SeenAt | Field::App | Field::AppVersion => {}
    }
}
