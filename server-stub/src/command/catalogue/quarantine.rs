//! `catalogue quarantine`: heuristics that only advise on one build of a system, and ending that.

use serde_json::json;

use super::super::{
    answer::{Answer, columns},
    data::{Context, Fresh},
    error::CommandError,
};
use crate::{
    access::Actor,
    judging::quarantine::{self, QuarantineView},
};

pub(super) async fn run(end: Option<u32>, context: &Context) -> Result<Answer, CommandError> {
    let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
    let now = context.now();
    if let Some(number) = end {
        let ended =
            data.server.store.write(move |conn| quarantine::end(conn, scope, number, &Actor::Local, now)).await?;
        if !ended {
            let what = format!("no quarantine {number} lasts; `atalaya catalogue quarantine` lists them");
            return Err(CommandError::Refused(what));
        }
    }
    let all = data.server.store.read(move |conn| quarantine::all(conn, scope)).await?;
    let words = match (end, all.is_empty()) {
        (Some(number), _) => {
            format!("Quarantine {number} has ended; the fleet is judged again. It does not begin again by itself.")
        }
        (None, true) => "No heuristic is or was in quarantine.".to_owned(),
        (None, false) => table(&all),
    };
    Ok(Answer::done(words, json!({"quarantines": all})))
}

fn table(all: &[QuarantineView]) -> String {
    let heading = ["NUMBER", "RULE", "BUILD", "SINCE", "FAILED", "ELSEWHERE", "ENDED"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    rows.extend(all.iter().map(|one| {
        let by = one.ended_by.as_deref().unwrap_or_default();
        vec![
            one.number.to_string(),
            one.rule.clone(),
            format!("{} {} {}", one.platform, one.os_version, one.security_patch).trim().to_owned(),
            format!("{:.0}", one.since),
            format!("{} of {}", one.failing, one.devices),
            format!("{} of {}", one.other_failing, one.other_devices),
            one.ended_at.map_or_else(|| "lasts".to_owned(), |at| format!("{at:.0} by {by}")),
        ]
    }));
    columns(&rows)
}
