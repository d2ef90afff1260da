//! The commands as a person uses them, with a server in memory, a clock that stands still and a machine of files.

mod commands;
mod said;
mod server;
mod watch;

use std::{ffi::OsString, sync::Arc};

use clap::Parser;
use jiff::tz::TimeZone;
use serde_json::json;

use super::{
    command::{CommandLine, Streams, answer},
    probe::Root,
    world::World,
};
use crate::clock::FixedClock;
use server::FakeServer;

/// Tuesday noon in Madrid.
const NOON: &str = "2026-11-24T11:00:00Z";

struct Desk {
    folder: tempfile::TempDir,
    clock: Arc<FixedClock>,
    server: Arc<FakeServer>,
}

struct Said {
    code: u8,
    out: String,
    err: String,
}

impl Desk {
    /// A Debian with a plain disk whose company asks for encryption and a version, with evenings off.
    fn new() -> Self {
        Self::checking_in_after(21_600)
    }

    fn checking_in_after(seconds: u32) -> Self {
        let spec = json!({
            "quietHours": { "timezone": "Europe/Madrid", "windows": ["Mon-Sun 19:00-08:00", "Sat", "Sun"] },
            "checks": { "device-encryption": { "severity": "fail" },
                "os-version": { "linux": { "min": "11" } } },
        });
        Self::under(&spec, seconds)
    }

    /// Enrolled at a company with a notice, rules and a question.
    fn asking() -> Self {
        let spec = json!({
            "notice": { "version": 2, "text": { "es": "Miramos el cifrado.", "en": "We look at encryption." } },
            "quietHours": { "timezone": "Europe/Madrid", "windows": ["Mon-Sun 19:00-08:00"] },
            "checks": { "usage-rules": { "version": 3 }, "declarations": { "linked-devices": true } },
        });
        let desk = Self::under(&spec, 21_600);
        assert_eq!(desk.says(&["enrol", "--server", server::SERVER, "--token", server::TOKEN]).code, 0);
        desk
    }

    fn under(spec: &serde_json::Value, seconds: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        for (path, text) in [
            ("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"),
            ("proc/self/mountinfo", "1 1 8:1 / / rw - ext4 /dev/sda1 rw\n"),
            ("sys/dev/block/8:1/device/model", "disk"),
        ] {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), text).unwrap();
        }
        let clock = Arc::new(FixedClock::at(NOON.parse().unwrap()));
        let server = FakeServer::new(Arc::clone(&clock), spec.clone(), seconds);
        Self { folder, clock, server }
    }

    fn root(&self) -> Root {
        Root::at(self.folder.path().join("root"))
    }

    fn set(&self, moment: &str) {
        self.clock.advance_to(moment.parse().unwrap());
    }

    fn says(&self, arguments: &[&str]) -> Said {
        let state = self.folder.path().join("state");
        let program = [OsString::from("atalaya-agent")].into_iter();
        let line = program.chain(arguments.iter().map(OsString::from)).chain(["--state".into(), state.into()]);
        let line = CommandLine::try_parse_from(line).unwrap();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let world = World {
            clock: Arc::<FixedClock>::clone(&self.clock),
            root: self.root(),
            zone: TimeZone::get("Europe/Madrid").unwrap(),
            transport: Some(Arc::<FakeServer>::clone(&self.server)),
        };
        let streams = Streams { input: &mut std::io::empty(), out: &mut out, err: &mut err };
        let code = answer(line, &world, "en", streams);
        let out = anstream::adapter::strip_str(std::str::from_utf8(&out).unwrap()).to_string();
        Said { code, out, err: String::from_utf8(err).unwrap() }
    }

    fn enrolled() -> Self {
        let desk = Self::new();
        assert_eq!(desk.says(&["enrol", "--server", server::SERVER, "--token", server::TOKEN]).code, 0);
        desk
    }
}
