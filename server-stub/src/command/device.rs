//! `device`: the devices and their states.

use agent_core::{judge::text::Language, wire::id::DeviceId};
use jiff::Timestamp;
use serde_json::json;

use super::{
    answer::{Answer, columns},
    data::{Context, Fresh},
    error::CommandError,
    posture,
};
use crate::{
    access::{Actor, Role, access_log},
    fleet::{Device, DeviceFilter, DevicePage, device, list},
    judging::closing::ClosingReason,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List devices, what needs attention first.
    #[command(after_help = "Examples:\n  atalaya device list\n  \
                            atalaya device list --filter 'state=not-compliant&platform=android&limit=200'")]
    List {
        /// What to list, written as in the address of the device list.
        #[arg(long, value_name = "QUERY", default_value = "")]
        filter: String,
    },
    /// Show one device with each check's verdict. The view is written to the access log.
    #[command(after_help = "Example: atalaya device show 0000001ZQ8V7Y2M4C9K3T5R6WX")]
    Show {
        /// Its id, 26 characters.
        id: DeviceId,
        /// The language of the words, `es` or `en`.
        #[arg(long, default_value = "en", value_parser = language, value_name = "LANGUAGE")]
        lang: Language,
    },
    /// Close a device: it was lost, is not used any more, or lost its key and enrolled again. Its key is not taken any
    /// more and its history ends; what it reported stays.
    #[command(after_help = "Examples:\n  \
                            atalaya device close 0000001ZQ8V7Y2M4C9K3T5R6WX --lost\n  \
                            atalaya device close 0000001ZQ8V7Y2M4C9K3T5R6WX --replaced-by 0000001ZQ8V7Y2M4C9K3T5R6WY")]
    Close {
        /// Its id, 26 characters.
        id: DeviceId,
        #[command(flatten)]
        why: Why,
    },
}

/// Why a device is closed.
#[derive(Debug, Clone, Copy, clap::Args)]
#[group(required = true, multiple = false)]
pub(super) struct Why {
    /// It was lost or stolen.
    #[arg(long)]
    lost: bool,
    /// It is not used any more.
    #[arg(long)]
    retired: bool,
    /// It lost its key and enrolled again; this is what it is now.
    #[arg(long, value_name = "ID")]
    replaced_by: Option<DeviceId>,
}

impl Why {
    fn reason(self) -> ClosingReason {
        match self.replaced_by {
            Some(by) => ClosingReason::Replaced(by),
            None if self.lost => ClosingReason::Lost,
            None => ClosingReason::Retired,
        }
    }
}

fn language(tag: &str) -> Result<Language, String> {
    Language::from_tag(tag).ok_or_else(|| "write `es` or `en`".to_owned())
}

pub(super) async fn run(command: Command, context: &Context) -> Result<Answer, CommandError> {
    match command {
        Command::List { filter } => {
            let filter = DeviceFilter::from_query(filter.trim_start_matches('?'))
                .map_err(|error| CommandError::Usage(format!("--filter: {error}")))?;
            let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
            let page = data.server.store.read(move |conn| list::list(conn, scope, &filter)).await?;
            Ok(Answer::done(table(&page), json!(page)))
        }
        Command::Show { id, lang } => {
            let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
            let now = context.now();
            let found = data.server.store.read(move |conn| device::device(conn, scope, id, now)).await?;
            let device = found.ok_or_else(|| {
                CommandError::Refused(format!("{id}: no such device here; `atalaya device list` shows them"))
            })?;
            let seen = data
                .server
                .store
                .write(move |conn| Ok(access_log::record(conn, scope, now, id, &Actor::Local, Role::Owner)?));
            seen.await?;
            Ok(Answer::done(words(&device, lang), json!(device)))
        }
        Command::Close { id, why } => {
            let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
            let reason = why.reason();
            let closed = data.server.close_device((scope, id), reason, Actor::Local).await?;
            let closed = closed.map_err(|cannot| CommandError::Refused(format!("{id}: {cannot}")))?;
            let words = format!(
                "{id} is closed ({}). Its key is not taken any more; the phone is told to enrol again, for which it \
                 needs a token.",
                reason.as_str()
            );
            let json = json!({ "device": id, "closedAt": closed.at, "reason": reason.as_str(),
                "replacedBy": reason.replaced_by() });
            Ok(Answer::done(words, json))
        }
    }
}

fn table(page: &DevicePage) -> String {
    let heading = ["ID", "STATE", "SINCE", "PLATFORM", "MODEL", "OS", "WHATSAPP", "GROUP", "WHY"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    rows.extend(page.devices.iter().map(|row| {
        vec![
            row.id.to_string(),
            row.state.to_string(),
            second(row.state_since),
            row.platform.to_string(),
            row.model.clone(),
            row.os_version.clone(),
            row.whatsapp_version.clone(),
            row.group.clone(),
            row.why.as_ref().map(|why| why.code.clone()).unwrap_or_default(),
        ]
    }));
    let next = page.next.as_ref().map(|next| format!("; the next page: --filter '…&after={next}'")).unwrap_or_default();
    format!("{}\n\n{} of {} devices{next}", columns(&rows), page.devices.len(), page.total)
}

fn words(device: &Device, language: Language) -> String {
    let row = &device.row;
    let mut lines = vec![
        format!("{} ({}), group {}", row.id, row.label, row.group),
        format!("{} since {}{}", row.state, second(row.state_since), if device.silent { ", and silent" } else { "" }),
        format!("{} {} {}, agent {}", row.platform, row.model, row.os_version, device.agent_version),
        format!("enrolled {}, key {}", second(device.enrolled_at), device.key_thumbprint),
    ];
    lines.push(match &device.last_report {
        Some(report) => format!(
            "last report {} received {}, {}, signature {}",
            report.sequence,
            second(report.received_at),
            if report.fresh { "fresh" } else { "not proven fresh" },
            if report.signature_verifies { "verifies" } else { "DOES NOT VERIFY" }
        ),
        None => "no report yet".to_owned(),
    });
    for check in &device.checks {
        let verdict = match check.deadline {
            Some(deadline) if check.in_grace => format!("fail from {}", second(deadline)),
            _ => check.verdict.to_string(),
        };
        lines.push(posture::line(check.check, &verdict, &check.code, &check.params, language));
    }
    if let Some(newest) = device.attestations.first()
        && let Some(judged) = &newest.judged
    {
        let reasons: Vec<&str> = judged.gaps.iter().map(|gap| gap.reason.as_str()).collect();
        let told = if newest.proved { "proved".to_owned() } else { format!("not proved: {}", reasons.join(", ")) };
        let rests = judged.asserted.as_ref().and_then(|asserted| asserted.attested_at);
        let rests = rests.map_or_else(String::new, |at| format!(", an assertion on the attestation of {}", second(at)));
        lines.push(format!("hardware evidence received {}{rests}: {told}", second(judged.received_at)));
    }
    if device.gaps > 0 {
        lines.push(format!("{} sequence numbers never came", device.gaps));
    }
    lines.extend(device.findings.iter().map(|finding| {
        format!("finding: {} at sequence {}, {} {}", finding.kind, finding.sequence, second(finding.at), finding.detail)
    }));
    lines.join("\n")
}

fn second(moment: Timestamp) -> String {
    format!("{moment:.0}")
}
