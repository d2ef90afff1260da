//! `mdm match`: which device a record is about, said by hand.

use agent_core::wire::id::DeviceId;
use serde_json::json;

use super::super::{
    answer::Answer,
    data::{Context, Fresh},
    error::CommandError,
};
use crate::{
    access::{Actor, audit},
    judging::managed_changed,
    mdm::{self, MatchError},
};

pub(super) async fn run(
    record: String,
    source: Option<String>,
    device: Option<DeviceId>,
    context: &Context,
) -> Result<Answer, CommandError> {
    let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
    let (now, named) = (context.now(), record.clone());
    let done = data.server.store.commit(move |conn, desk| {
        let which = (source.as_deref(), named.as_str());
        let outcome = match device {
            Some(device) => mdm::match_by_hand(conn, scope, which, device),
            None => mdm::release(conn, scope, which),
        };
        let (source, changed) = match outcome {
            Ok(done) => done,
            Err(MatchError::Store(error)) => return Err(error),
            Err(refused) => return Ok(Err(refused)),
        };
        managed_changed(conn, desk, scope, &changed, now)?;
        // The reference may be a UDID, which the log must not keep.
        let detail = json!({"source": source, "device": device});
        let action = if device.is_some() { "mdm.matched" } else { "mdm.match-released" };
        audit::record(conn, scope, now, &Actor::Local, action, detail)?;
        Ok(Ok((source, changed)))
    });
    let (source, changed) = done.await?.map_err(|refused| CommandError::Refused(refused.to_string()))?;
    let words = match device {
        Some(device) => format!("Record {record} of `{source}` is about device {device}, until that leaves."),
        None => format!("Record {record} of `{source}` is matched by its reference again."),
    };
    Ok(Answer::done(words, json!({"source": source, "record": record, "device": device, "changed": changed})))
}
