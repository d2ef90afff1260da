//! What a received message is held to beyond its types: the lengths, forms and ranges of the field table.

use super::{
    super::{
        report::{Content, Report},
        statement::{self, Statement, is_pause},
    },
    FIELDS, Field, STATEMENT_FIELDS, Shape,
};
use crate::judge::{DeviceFacts, Reading};

/// Whether a report keeps within the table; if not, the path of the first field that does not.
pub(in crate::wire) fn within_limits(report: &Report) -> Result<(), &'static str> {
    let mut fault = Fault { table: FIELDS, first: None };
    fault.text("audience", Some(&report.audience.0));
    fault.text("challenge", Some(&report.challenge));
    fault.text("agentVersion", Some(&report.agent_version));
    fault.number("sequence", report.sequence);
    fault.number("policyRevision", report.policy_revision);
    fault.number("catalogueRevision", report.catalogue_revision);
    match &report.content {
        Content::Full(full) => {
            facts(&mut fault, &full.facts);
            newer_facts(&mut fault, &full.facts, report.schema);
        }
        Content::Unchanged(unchanged) => fault.text("content.unchanged.reportHash", Some(&unchanged.report_hash)),
    }
    fault.first.map_or(Ok(()), Err)
}

/// Whether a statement keeps within its table; if not, the path of the first field that does not.
pub(in crate::wire) fn statement_within_limits(statement: &Statement) -> Result<(), &'static str> {
    let mut fault = Fault { table: STATEMENT_FIELDS, first: None };
    fault.text("audience", Some(&statement.audience.0));
    fault.text("challenge", Some(&statement.challenge));
    fault.text("agentVersion", Some(&statement.agent_version));
    fault.number("number", statement.number);
    match &statement.content {
        statement::Content::Acknowledgement(acknowledged) => {
            fault.number("content.acknowledgement.version", acknowledged.version.into());
            fault.text("content.acknowledgement.textHash", Some(&acknowledged.text_hash));
        }
        statement::Content::Pause(pause) => fault.unless("content.pause.until", is_pause(pause)),
        statement::Content::KeyRotation(rotation) => {
            fault.text("content.keyRotation.possession", Some(&rotation.possession));
        }
        statement::Content::Declaration(_) | statement::Content::Withdrawal {} => {}
    }
    fault.first.map_or(Ok(()), Err)
}

fn facts(fault: &mut Fault, facts: &DeviceFacts) {
    let app = &facts.whatsapp_business;
    for (path, reading) in [
        ("content.full.facts.model", &facts.model),
        ("content.full.facts.osVersion", &facts.os_version),
        ("content.full.facts.osName", &facts.os_name),
        ("content.full.facts.securityPatch", &facts.security_patch),
        ("content.full.facts.vendorPatch", &facts.vendor_patch),
        ("content.full.facts.kernelVersion", &facts.kernel_version),
        ("content.full.facts.whatsappBusiness.version", &app.version),
        ("content.full.facts.whatsappBusiness.installer", &app.installer),
    ] {
        fault.text(path, reading.value().map(String::as_str));
    }
    let signers = fault.list("content.full.facts.whatsappBusiness.signers", &app.signers);
    for signer in signers {
        fault.text("content.full.facts.whatsappBusiness.signers", Some(signer));
    }
    fault.list("content.full.facts.rootSigns", &facts.root_signs);
    fault.list("content.full.facts.mutedRootSigns", &facts.muted_root_signs);
    fault.list("content.full.facts.declarations", &facts.declarations);
}

/// What a report of an older schema has no field for.
fn newer_facts(fault: &mut Fault, facts: &DeviceFacts, schema: u32) {
    for (path, is_there) in [
        ("content.full.facts.vendorPatch", !facts.vendor_patch.is_not_collected()),
        ("content.full.facts.kernelVersion", !facts.kernel_version.is_not_collected()),
        ("content.full.facts.mutedRootSigns", !facts.muted_root_signs.is_not_collected()),
    ] {
        let since = fault.table.iter().find(|field| field.path == path).map(|field| field.since);
        fault.unless(path, !is_there || since.is_some_and(|since| since <= schema));
    }
}

struct Fault {
    table: &'static [Field],
    first: Option<&'static str>,
}

impl Fault {
    fn shape(&self, path: &str) -> Option<&'static Shape> {
        self.table.iter().find(|field| field.path == path).map(|field| &field.shape)
    }

    fn unless(&mut self, path: &'static str, holds: bool) {
        if !holds {
            self.first.get_or_insert(path);
        }
    }

    fn text(&mut self, path: &'static str, text: Option<&str>) {
        let Some(text) = text else { return };
        let holds = match self.shape(path) {
            Some(Shape::Text(longest) | Shape::List(_, Shape::Text(longest))) => {
                // Characters are counted only where bytes alone do not decide.
                text.len() <= *longest || text.chars().count() <= *longest
            }
            // The one form that the types do not hold: a digest.
            Some(Shape::Form(_) | Shape::List(_, Shape::Form(_))) => {
                text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
            }
            _ => false,
        };
        self.unless(path, holds);
    }

    fn number(&mut self, path: &'static str, number: u64) {
        let holds = matches!(self.shape(path), Some(Shape::Number(least, most)) if (*least..=*most).contains(&number));
        self.unless(path, holds);
    }

    fn list<'r, T>(&mut self, path: &'static str, reading: &'r Reading<Vec<T>>) -> &'r [T] {
        let items = reading.value().map_or(&[][..], Vec::as_slice);
        self.unless(path, matches!(self.shape(path), Some(Shape::List(most, _)) if items.len() <= *most));
        items
    }
}
