//! The device list as CSV: every device that a filter finds, read and sent some hundred at a time, so that a large
//! fleet needs no more memory than a small one.

use std::{io, sync::Arc};

use axum::{
    body::{Body, Bytes},
    http::header,
    response::{IntoResponse, Response},
};
use futures_util::stream;

use crate::{
    access::{Actor, audit},
    fleet::{Cursor, DeviceFilter, DeviceRow, list},
    pages::{Chrome, export},
    scope::Scope,
    server::Server,
    store::StoreError,
};

/// How many devices are read at a time.
const AT_A_TIME: u32 = 500;

/// Whose words the columns speak.
pub(super) enum Columns {
    /// The API's.
    Api,
    /// The reader's, for a spreadsheet.
    Page(Box<Chrome>),
}

/// Where the export stands.
enum Place {
    Head,
    After(Option<Cursor>),
    End,
}

/// The answer that sends them all. That somebody took the list away is in the audit log before it leaves.
pub(super) async fn devices(
    server: Arc<Server>,
    scope: Scope,
    actor: Actor,
    filter: DeviceFilter,
    columns: Columns,
) -> Result<Response, StoreError> {
    let now = server.now();
    let told = serde_json::json!({ "filtered": filter.found() != DeviceFilter::default() });
    let taken = server
        .store
        .write(move |connection| Ok(audit::record(connection, scope, now, &actor, "devices.exported", told)?));
    taken.await?;
    let day = match &columns {
        Columns::Api => now.strftime("%Y-%m-%d").to_string(),
        Columns::Page(chrome) => chrome.zone.to_datetime(now).date().to_string(),
    };
    let columns = Arc::new(columns);
    let parts = stream::unfold(Place::Head, move |place| {
        let (server, filter, columns) = (Arc::clone(&server), filter.clone(), Arc::clone(&columns));
        async move {
            let after = match place {
                Place::Head => return Some((head(&columns), Place::After(filter.after))),
                Place::After(after) => after,
                Place::End => return None,
            };
            let wanted = DeviceFilter { after, limit: Some(AT_A_TIME), ..filter };
            // An error ends the body in the middle, which no client takes for the end.
            let page = server.store.read(move |connection| list::rows(connection, scope, &wanted)).await;
            let page = match page {
                Ok(page) => page,
                Err(error) => return Some((Err(io::Error::other(error)), Place::End)),
            };
            let next = page.next.map_or(Place::End, |next| Place::After(Some(next)));
            Some((rows(&columns, &page.devices), next))
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"atalaya-devices-{day}.csv\"")),
    ];
    Ok((headers, Body::from_stream(parts)).into_response())
}

fn head(columns: &Columns) -> io::Result<Bytes> {
    match columns {
        Columns::Api => print([API.map(str::to_owned)]),
        // A spreadsheet takes text without this mark for another encoding.
        Columns::Page(chrome) => {
            Ok(Bytes::from([b"\xef\xbb\xbf", &*print([export::head(chrome).map(str::to_owned)])?].concat()))
        }
    }
}

fn rows(columns: &Columns, devices: &[DeviceRow]) -> io::Result<Bytes> {
    match columns {
        Columns::Api => print(devices.iter().map(api_row)),
        Columns::Page(chrome) => print(devices.iter().map(|device| export::row(device, chrome))),
    }
}

const API: [&str; 21] = [
    "id",
    "label",
    "state",
    "stateSince",
    "platform",
    "model",
    "osVersion",
    "securityPatch",
    "whatsappVersion",
    "group",
    "check",
    "reason",
    "deadline",
    "evidence",
    "lastReport",
    "hardware",
    "hardwareProved",
    "hardwareAt",
    "attestedAt",
    "leftAt",
    "closed",
];

fn api_row(device: &DeviceRow) -> [String; 21] {
    let (why, hardware) = (device.why.as_ref(), device.hardware.as_ref());
    [
        device.id.to_string(),
        device.label.clone(),
        device.state.to_string(),
        device.state_since.to_string(),
        device.platform.to_string(),
        device.model.clone(),
        device.os_version.clone(),
        device.security_patch.clone(),
        device.whatsapp_version.clone(),
        device.group.clone(),
        why.map(|why| why.check.to_string()).unwrap_or_default(),
        why.map(|why| why.code.clone()).unwrap_or_default(),
        why.and_then(|why| why.deadline).map(|at| at.to_string()).unwrap_or_default(),
        device.evidence.map(|evidence| evidence.to_string()).unwrap_or_default(),
        device.last_report.map(|at| at.to_string()).unwrap_or_default(),
        hardware.map(|one| one.kind.to_owned()).unwrap_or_default(),
        hardware.map(|one| one.proved.to_string()).unwrap_or_default(),
        hardware.map(|one| one.at.to_string()).unwrap_or_default(),
        hardware.and_then(|one| one.attested_at).map(|at| at.to_string()).unwrap_or_default(),
        device.left_at.map(|at| at.to_string()).unwrap_or_default(),
        device.closed.clone().unwrap_or_default(),
    ]
}

fn print<const N: usize>(rows: impl IntoIterator<Item = [String; N]>) -> io::Result<Bytes> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.map(harmless)).map_err(io::Error::other)?;
    }
    writer.into_inner().map(Bytes::from).map_err(|error| io::Error::other(error.to_string()))
}

/// What a device says of itself must not run in whoever's spreadsheet opens it.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_every_other_stays_as_it_is() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            let printed = String::from_utf8(print([[formula.to_owned()]]).unwrap().to_vec()).unwrap();
            assert!(printed.trim_start_matches('"').starts_with('\''), "{printed:?}");
        }
        let printed = print([["a,b".to_owned(), "say \"hi\"".to_owned(), "2.26 -1".to_owned()]]).unwrap();
        assert_eq!(printed, "\"a,b\",\"say \"\"hi\"\"\",2.26 -1\r\n".as_bytes());
    }
}
