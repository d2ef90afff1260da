//! `mdm source`: where inventory comes from, and the key of each.

use jiff::Timestamp;
use serde_json::json;

use super::{
    super::{
        answer::{Answer, columns},
        data::{Context, Data, Fresh},
        error::CommandError,
    },
    SourceCommand, checked, second,
};
use crate::{
    access::{Actor, audit},
    mdm::{self, AppLists, Kind, Source, SourceError},
    scope::Scope,
};

pub(super) async fn run(command: SourceCommand, context: &Context) -> Result<Answer, CommandError> {
    match command {
        SourceCommand::Add { name, kind, whole_app_lists, url } => {
            add(name, kind, whole_app_lists, url.as_deref(), context).await
        }
        SourceCommand::List => list(context).await,
        SourceCommand::Secret { name, renew, url } => secret(name, renew, url.as_deref(), context).await,
    }
}

async fn add(
    name: String,
    kind: Kind,
    whole: bool,
    url: Option<&str>,
    context: &Context,
) -> Result<Answer, CommandError> {
    checked("NAME", &name)?;
    let (data, scope) = context.open_with_organisation(Fresh::Make).await?;
    let now = context.now();
    let lists = if whole { AppLists::Whole } else { AppLists::MayLeaveOut };
    let added = data.server.store.write(move |conn| match mdm::add(conn, scope, (&name, kind), Some(lists), now) {
        Ok(source) => {
            let detail = json!({"source": name, "kind": kind.as_str(), "wholeAppLists": whole});
            audit::record(conn, scope, now, &Actor::Local, "mdm-source.added", detail)?;
            Ok(Ok(source))
        }
        Err(SourceError::Store(error)) => Err(error),
        Err(refused) => Ok(Err(refused)),
    });
    let source = added.await?.map_err(|refused| CommandError::Refused(refused.to_string()))?;
    Ok(shown(&data, scope, &source, url))
}

async fn secret(name: String, renew: bool, url: Option<&str>, context: &Context) -> Result<Answer, CommandError> {
    let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
    let (now, called) = (context.now(), name.clone());
    let found = data.server.store.write(move |conn| {
        if renew {
            mdm::renew(conn, scope, &called)?;
        }
        let found = mdm::find(conn, scope, &called)?;
        if found.is_some() {
            let action = if renew { "mdm-source.secret-renewed" } else { "mdm-source.secret-shown" };
            audit::record(conn, scope, now, &Actor::Local, action, json!({"source": called}))?;
        }
        Ok(found)
    });
    let source = found.await?.ok_or_else(|| {
        CommandError::Refused(format!("no source is called `{name}`; `atalaya mdm source list` shows them"))
    })?;
    Ok(shown(&data, scope, &source, url))
}

/// The address and the key for a source's messages.
fn shown(data: &Data, scope: Scope, source: &Source, url: Option<&str>) -> Answer {
    let address = format!("{}/v1/mdm/{}/{}", data.url(url), scope.org(), source.name);
    let secret = mdm::secret(&data.server.keys, scope, &source.name, source.secret_number);
    let how = match source.kind {
        Kind::Nanomdm => {
            // MicroMDM does not sign; it sends what stands before the `@` as name and password.
            let with_key = address.replacen("://", &format!("://mdm:{secret}@"), 1);
            format!(
                "nanomdm -webhook-url {address} -webhook-hmac-key {secret}\n  \
                 micromdm serve -command-webhook-url {with_key}"
            )
        }
        Kind::Csv => format!("atalaya mdm import --source {} FILE.csv --map FIELD=COLUMN", source.name),
        Kind::Amapi | Kind::AppleStatus => format!(
            "curl --data-binary @FILE.json -H \"X-Hmac-Signature: $(openssl dgst -sha256 -hmac {secret} -binary FILE.json \
             | base64 -w0)\" {address}"
        ),
    };
    let words = format!(
        "Source `{}` ({}).\n\n  address  {address}\n  key      {secret}\n\n  {how}\n",
        source.name, source.kind
    );
    let json = json!({"source": source.name, "kind": source.kind.as_str(), "address": address, "secret": secret});
    Answer::done(words, json)
}

async fn list(context: &Context) -> Result<Answer, CommandError> {
    let (data, scope) = context.open_with_organisation(Fresh::Refuse).await?;
    let sources = data.server.store.read(move |conn| mdm::sources(conn, scope)).await?;
    let heading = ["NAME", "KIND", "APP LISTS", "LAST RECEIVED", "RECEIVED", "IGNORED", "LAST ERROR"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    let mut list = Vec::new();
    for source in sources {
        let whole = source.lists == AppLists::Whole;
        rows.push(vec![
            source.name.clone(),
            source.kind.to_string(),
            if whole { "whole" } else { "may leave out" }.to_owned(),
            source.last_received_at.map_or_else(|| "never".to_owned(), second),
            source.received.to_string(),
            source.ignored.to_string(),
            source.last_error.as_ref().map_or_else(String::new, |(why, at)| format!("{}, {why}", second(*at))),
        ]);
        let (why, at) = source.last_error.map_or((None, None), |(why, at): (String, Timestamp)| (Some(why), Some(at)));
        list.push(json!({
            "source": source.name, "kind": source.kind.as_str(), "wholeAppLists": whole,
            "addedAt": source.added_at, "lastReceivedAt": source.last_received_at, "received": source.received,
            "ignored": source.ignored, "lastError": why, "lastErrorAt": at
        }));
    }
    Ok(Answer::done(columns(&rows), json!({"sources": list})))
}
