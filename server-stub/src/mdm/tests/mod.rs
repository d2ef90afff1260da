//! Inventory, from a message's bytes to what the judgement is given.

mod adapters;
mod csv_columns;
mod hostile;
mod matching;
mod order;
mod recorded;
mod retention;
mod webhook;

use agent_core::{clock::Clock, wire::id::DeviceId};
use axum::{
    body::Body,
    http::{Request, Response, StatusCode},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use ring::hmac;
use tower::ServiceExt;

use super::{AppLists, Found, Inventory, Kind, Managed, Record, add, fits, of_device, records, secret};
use crate::{
    api,
    rig::{Device, Rig, rig},
    scope::Scope,
};

const UDID: &str = "00008110-001A2B3C4D5E801E";
const SERIAL: &str = "F2LXSERIAL99";

/// A property list as a device sends it.
fn plist(inside: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\"><dict>{inside}<key>UDID</key><string>{UDID}</string></dict></plist>\n"
    )
}

/// A message of NanoMDM about this device.
fn event(topic: &str, device_ref: &str, at: &str, inside: &str) -> Vec<u8> {
    let (member, status) = if topic == "mdm.Connect" {
        ("acknowledge_event", "\"status\":\"Acknowledged\",\"command_uuid\":\"1\",")
    } else {
        ("checkin_event", "")
    };
    let payload = STANDARD.encode(plist(inside));
    format!(
        "{{\"topic\":\"{topic}\",\"event_id\":\"e\",\"created_at\":\"{at}\",\"{member}\":{{{status}\
         \"udid\":\"{device_ref}\",\"ids\":{{\"id\":\"{device_ref}\",\"type\":\"Device\"}},\
         \"raw_payload\":\"{payload}\"}}}}"
    )
    .into_bytes()
}

/// The answer to `InstalledApplicationList`, with these apps' entries.
fn apps(entries: &[&str]) -> String {
    let entries = entries.join("</dict><dict>");
    format!("<key>InstalledApplicationList</key><array><dict>{entries}</dict></array>")
}

/// WhatsApp Business in such an answer, in the store's form.
fn business(version: &str) -> String {
    format!(
        "<key>Identifier</key><string>net.whatsapp.WhatsAppSMB</string><key>Name</key><string>WA Business</string>\
         <key>ShortVersion</key><string>{version}</string><key>Version</key><string>652874120</string>\
         <key>HasUpdateAvailable</key><true/><key>ExternalVersionIdentifier</key><integer>871234567</integer>\
         <key>BundleSize</key><integer>250000000</integer>"
    )
}

const OTHER_APP: &str = "<key>Identifier</key><string>com.example.dating</string><key>Name</key><string>Dating</string>\
                         <key>ShortVersion</key><string>3.1</string>";

/// The answer to `SecurityInfo`.
fn security(passcode: bool) -> String {
    format!(
        "<key>SecurityInfo</key><dict><key>HardwareEncryptionCaps</key><integer>3</integer>\
         <key>PasscodePresent</key><{passcode}/></dict>"
    )
}

fn only(found: Found) -> Inventory {
    let mut inventories = found.inventories;
    assert_eq!(inventories.len(), 1);
    inventories.pop().unwrap()
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

impl Rig {
    async fn source(&self, scope: Scope, name: &'static str, lists: AppLists) -> String {
        let now = self.server.now();
        let added = self.server.store.write(move |conn| {
            add(conn, scope, (name, Kind::Nanomdm), Some(lists), now).map_err(|error| panic!("{error}"))
        });
        let source = added.await.unwrap();
        secret(&self.server.keys, scope, name, source.secret_number)
    }

    /// Posts a body as its sender does.
    async fn deliver(&self, path: &str, key: &str, body: &[u8]) -> Response<Body> {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), body);
        self.deliver_signed(path, &STANDARD.encode(tag), body).await
    }

    async fn deliver_signed(&self, path: &str, signature: &str, body: &[u8]) -> Response<Body> {
        let request = Request::post(path)
            .header("content-type", "application/json; charset=utf-8")
            .header("X-Hmac-Signature", signature)
            .body(Body::from(body.to_vec()))
            .unwrap();
        api::router(std::sync::Arc::clone(&self.server)).oneshot(request).await.unwrap()
    }

    /// A message that is taken.
    async fn taken(&self, key: &str, body: &[u8]) {
        let answer = self.deliver("/v1/mdm/1/nanomdm", key, body).await;
        assert_eq!(answer.status(), StatusCode::OK);
    }

    /// A device that enrolled with this reference.
    async fn enrolled_as(&self, device_ref: &str) -> Device {
        let device = self.enrol().await;
        let (id, device_ref, scope) = (device.answer.device, device_ref.to_owned(), self.scope);
        let written = self.server.store.write(move |conn| {
            let row = rusqlite::params![scope.org(), id.to_bytes(), device_ref];
            Ok(conn.execute("UPDATE devices SET device_ref = ?3 WHERE org = ?1 AND device = ?2", row)?)
        });
        assert_eq!(written.await.unwrap(), 1);
        device
    }

    async fn records(&self, scope: Scope) -> Vec<Record> {
        self.server.store.read(move |conn| records(conn, scope)).await.unwrap()
    }

    async fn managed(&self, device: DeviceId) -> Option<Managed> {
        let scope = self.scope;
        self.server.store.read(move |conn| of_device(conn, scope, device)).await.unwrap()
    }
}

/// A server with one source of NanoMDM, and the source's key.
async fn site(lists: AppLists) -> (Rig, String) {
    let rig = rig().await;
    let key = rig.source(rig.scope, "nanomdm", lists).await;
    assert_eq!(rig.clock.now(), moment("2026-11-24T09:00:00Z"));
    (rig, key)
}
