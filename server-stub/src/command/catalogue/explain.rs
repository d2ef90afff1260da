//! `catalogue explain`: every claim about one product on one platform, and why it counts or not.

use agent_core::judge::catalogue::{Product, document::Family};
use jiff::Timestamp;
use serde_json::json;

use super::super::{
    answer::{Answer, columns},
    data::{Context, Fresh},
    error::CommandError,
};
use crate::{
    fleet::{ReleaseLineView, releases},
    releases::{ClaimView, EndedModel, Explanation, claim::Line},
};

/// How many claims of a kind are told in words; `--json` has all.
const TOLD: usize = 12;

pub(super) async fn run(
    product: String,
    platform: String,
    model: Option<String>,
    context: &Context,
) -> Result<Answer, CommandError> {
    let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
    let now = context.now();
    let line = Product::from_word(&product).zip(Family::from_word(&platform));
    let line = line.map(|(product, platform)| Line::of(product, platform));
    let (explained, lines) = data
        .server
        .store
        .read(move |conn| {
            let explained = match line {
                Some(line) => crate::releases::explain(conn, scope, line, model.as_deref(), now)?,
                None => None,
            };
            Ok((explained, releases::releases(conn, scope, now)?))
        })
        .await?;
    let explained = explained.ok_or_else(|| {
        let known: Vec<String> = lines.iter().map(|line| format!("{} {}", line.product, line.platform)).collect();
        let known = if known.is_empty() { "nothing yet".to_owned() } else { known.join(", ") };
        CommandError::Refused(format!("nothing is known of {product} on {platform}; known: {known}"))
    })?;
    Ok(Answer::done(words(&explained, &product, &platform, now), json!(explained)))
}

fn words(explained: &Explanation, product: &str, platform: &str, now: Timestamp) -> String {
    let mut told = Vec::new();
    match &explained.line {
        Some(line) => told.extend(in_force(line, now)),
        None => told.push(format!("What is latest of {product} on {platform} is unknown: no claim counts.")),
    }
    told.push(format!("A release is expected of everyone after {} days.", explained.hold_back_days));
    if let Some(model) = &explained.model {
        told.push(match &explained.newest_for_model {
            Some(version) => format!("The newest version for {model} is {version}."),
            None => format!("No source lists versions for the model {model}."),
        });
    }
    if let Some(ended) = &explained.ended {
        told.push(ended_words(ended, now));
    }
    told.push("Claims:".to_owned());
    for kind in ["release", "seen", "floor", "exploited", "named", "support"] {
        let mut of_kind: Vec<&ClaimView> = explained.claims.iter().filter(|claim| claim.kind == kind).collect();
        // What is in doubt is told before what counts, and that before what a better source says too.
        of_kind.sort_by_key(|claim| match claim.fate.as_str() {
            "used" => 1,
            "beaten" | "idle" => 2,
            _ => 0,
        });
        let rows: Vec<Vec<String>> = of_kind.iter().take(TOLD).map(|claim| row(claim)).collect();
        if !rows.is_empty() {
            told.push(columns(&rows));
        }
        if of_kind.len() > TOLD {
            told.push(format!("  and {} more; --json has them all", of_kind.len() - TOLD));
        }
    }
    if !explained.would_change.is_empty() {
        told.push("What would change the answer:".to_owned());
        told.extend(explained.would_change.iter().take(TOLD).map(|one| format!("  {one}")));
    }
    told.join("\n")
}

/// What a device of a model that gets nothing newer is measured by.
fn ended_words(ended: &EndedModel, now: Timestamp) -> String {
    let EndedModel { last_version, released, supported_until } = ended;
    let of = released.map(|day| format!(" of {day}")).unwrap_or_default();
    let today = jiff::tz::TimeZone::UTC.to_datetime(now).date();
    let support = match supported_until {
        Some(until) if *until < today => {
            format!("its support ended on {until}: whoever has it fails, and is told that no update can help")
        }
        Some(until) => format!("it is supported until {until}, and whoever has it is not behind"),
        None => "no end of its support is known".to_owned(),
    };
    format!("Its maker makes nothing newer for it than {last_version}{of}; {support}.")
}

fn row(claim: &ClaimView) -> Vec<String> {
    let day = claim.day.map_or_else(|| "–".to_owned(), |day| day.to_string());
    vec![
        format!("  {} {}", claim.kind, claim.subject),
        day,
        format!("{} {}", claim.source, claim.part),
        claim.confidence.clone(),
        format!("{} h old", claim.age_hours),
        claim.why.clone(),
    ]
}

fn in_force(line: &ReleaseLineView, now: Timestamp) -> Vec<String> {
    let mut told = vec![match &line.effective_latest {
        Some(latest) => format!("Latest of {} on {} is {latest}.", line.product, line.platform),
        None if line.releases.is_empty() => "What is latest is unknown: no source says.".to_owned(),
        None if line.stale => "What is latest is unknown: every source is older than the policy allows.".to_owned(),
        None => "What is latest is unknown: no release is older than the hold-back window.".to_owned(),
    }];
    if let Some(fetched) = line.fetched_at {
        let hours = now.duration_since(fetched).as_hours();
        told.push(format!("The newest claim was fetched {fetched:.0}, {hours} hours ago."));
    }
    if !line.releases.is_empty() {
        told.push("Releases, newest first:".to_owned());
    }
    for release in line.releases.iter().take(10) {
        let held = if release.settled { "" } else { ", held back: staged roll-outs take days" };
        let on = release.devices.map(|devices| format!(", {devices} devices")).unwrap_or_default();
        told.push(format!(
            "  {} of {} ({}, {}){held}{on}",
            release.version, release.released, release.source, release.confidence
        ));
    }
    if line.releases.len() > 10 {
        told.push(format!("  and {} older ones", line.releases.len() - 10));
    }
    for floor in &line.floors {
        let exploited = if floor.exploited { ", known to be exploited" } else { "" };
        let below = floor.devices_below.map(|devices| format!(", {devices} devices below")).unwrap_or_default();
        told.push(format!("Floor {}: {}{exploited} ({}){below}", floor.version, floor.cve, floor.source));
    }
    for cycle in &line.cycles {
        let until = cycle.until.map_or_else(|| "no end announced".to_owned(), |day| format!("supported until {day}"));
        told.push(format!("Support of {}: {until} ({})", cycle.cycle, cycle.source));
    }
    told
}
