//! `mdm import`: messages and exports of device management, from files.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    super::{
        answer::Answer,
        data::{Context, Fresh},
        error::CommandError,
        input,
        note::note,
    },
    checked, kind,
};
use crate::{
    access::{Actor, audit},
    encoding::utf8,
    judging::managed_changed,
    mdm::{self, AppLists, Found, Imported, Kind, Page, Recorded, SourceError, Unread, Why, csv::Columns},
};

#[derive(Debug, clap::Args)]
pub(in crate::command) struct Arguments {
    /// The source, made where there is none.
    #[arg(long, value_name = "NAME")]
    source: String,
    /// nanomdm, amapi, csv or apple-status; otherwise it is seen from the file.
    #[arg(long, value_parser = kind)]
    kind: Option<Kind>,
    /// Of a table: which column holds a field. Can be given several times.
    #[arg(long, value_name = "FIELD=COLUMN")]
    map: Vec<String>,
    /// Of a table: a file of such lines; those that begin with `#` are comments.
    #[arg(long, value_name = "FILE")]
    map_file: Option<PathBuf>,
    /// Of a status report that does not name its device: the device's reference.
    #[arg(long, value_name = "REFERENCE")]
    device_ref: Option<String>,
    /// The key that recorded webhooks must be signed with.
    #[arg(long, value_name = "KEY")]
    secret: Option<String>,
    /// Lists of apps in these files name every app, so that an app that is not in one is absent.
    #[arg(long)]
    whole_app_lists: bool,
    /// When the files were made, for what does not say it itself; otherwise each file's own time.
    #[arg(long, value_name = "TIME")]
    seen_at: Option<Timestamp>,
    /// The files, in any order.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// One file that was read.
struct File {
    name: String,
    kind: Kind,
    found: Found,
}

pub(super) async fn run(arguments: Arguments, context: &Context) -> Result<Answer, CommandError> {
    checked("--source", &arguments.source)?;
    let columns = columns(&arguments)?;
    // Faults of any file are told before any data is opened or made.
    let mut files = Vec::with_capacity(arguments.files.len());
    for path in &arguments.files {
        files.push(read(path, &arguments, &columns)?);
    }
    let kind = files.first().map_or(Kind::Csv, |file| file.kind);
    if let Some(other) = files.iter().find(|file| file.kind != kind) {
        let what = format!("{}: is of the kind {}, not {kind}; a source has one kind", other.name, other.kind);
        return Err(CommandError::Usage(what));
    }
    let (data, scope) = context.open_with_organisation(Fresh::Make).await?;
    let (now, source) = (context.now(), arguments.source.clone());
    let lists = arguments.whole_app_lists.then_some(AppLists::Whole);
    let (count, skipped) = (files.len(), files.iter().map(|file| file.found.skipped).sum::<usize>());
    for file in &files {
        if let Some(fault) = &file.found.first_fault {
            note(&format!("{}: {} entries were left out; the first: {fault}", file.name, file.found.skipped));
        }
        for Unread { column, why, cells, first_line } in &file.found.unread {
            let what = match why {
                Why::NotUnderstood => "cells that are not understood and say nothing",
                Why::Contradictory => {
                    "rows that say something else than an earlier one of the same device and time, so neither counts"
                }
            };
            note(&format!("{}: column `{column}`: {what}: {cells}; the first is in line {first_line}", file.name));
        }
    }
    // Which pages lie between cannot be seen; that the last one is there can.
    let is_there = |page| files.iter().any(|file| file.found.page == Some(page));
    let more_pages = is_there(Page::Further) && !is_there(Page::Last);
    if more_pages {
        note(
            "further pages of devices follow, and the last is not among these files: ask again with `&pageToken=` and the \
             page's `nextPageToken`, until an answer has none, and import them all",
        );
    }
    let unread: Vec<_> = files.iter().flat_map(unread).collect();
    let imported = data.server.store.commit(move |conn, desk| {
        match mdm::add(conn, scope, (&source, kind), lists, now) {
            Ok(_) => {}
            Err(SourceError::Store(error)) => return Err(error),
            Err(refused) => return Ok(Err(refused)),
        }
        let mut all = Imported::default();
        for file in files {
            let one = mdm::take_in(conn, scope, &source, file.found, now)?;
            all.changed.extend(one.changed);
            all.records += one.records;
            all.matched += one.matched;
        }
        all.changed.sort_unstable();
        all.changed.dedup();
        managed_changed(conn, desk, scope, &all.changed, now)?;
        mdm::purge(conn, scope, now)?;
        let detail = json!({"source": source, "kind": kind.as_str(), "files": count, "records": all.records});
        audit::record(conn, scope, now, &Actor::Local, "mdm.imported", detail)?;
        Ok(Ok(all))
    });
    let imported = imported.await?.map_err(|refused| CommandError::Refused(refused.to_string()))?;
    let name = arguments.source;
    let words = format!(
        "{count} {} of `{name}` ({kind}): {} devices, {} of them matched to one of ours; {} of ours changed.",
        if count == 1 { "file" } else { "files" },
        imported.records,
        imported.matched,
        imported.changed.len()
    );
    let json = json!({
        "source": name, "kind": kind.as_str(), "files": count, "records": imported.records,
        "matched": imported.matched, "changed": imported.changed, "skipped": skipped,
        "unread": unread, "morePages": more_pages
    });
    Ok(Answer::done(words, json))
}

fn unread(file: &File) -> impl Iterator<Item = Value> {
    file.found.unread.iter().map(|Unread { column, why, cells, first_line }| {
        json!({"file": file.name, "column": column, "why": why.as_str(), "cells": cells, "firstLine": first_line})
    })
}

fn columns(arguments: &Arguments) -> Result<Columns, CommandError> {
    let mut columns = Columns::default();
    if let Some(path) = &arguments.map_file {
        for (at, line) in input::text(path)?.lines().enumerate() {
            if line.trim().is_empty() || line.trim_start().starts_with('#') {
                continue;
            }
            let wrong = |what| CommandError::Refused(format!("{}:{}: {what}", path.display(), at + 1));
            columns.add(line).map_err(wrong)?;
        }
    }
    for entry in &arguments.map {
        columns.add(entry).map_err(|what| CommandError::Usage(format!("--map: {what}")))?;
    }
    Ok(columns)
}

fn read(path: &Path, arguments: &Arguments, columns: &Columns) -> Result<File, CommandError> {
    let name = input::name(path);
    let refused = |what: String| CommandError::Refused(format!("{name}: {what}"));
    let longest = Kind::ALL.iter().copied().map(Kind::longest).max().unwrap_or_default();
    let bytes = input::bytes(path, longest)?;
    let recorded = Recorded::split(&bytes);
    if let Some(secret) = &arguments.secret {
        let Some(recorded) = recorded else {
            let what = "is no recorded request, head and body, so it has no signature to check; leave --secret out";
            return Err(refused(what.to_owned()));
        };
        if !recorded.signature.is_some_and(|signature| mdm::fits(secret, recorded.body, signature)) {
            return Err(refused("is not signed with this key, or was changed since".to_owned()));
        }
    }
    let body = recorded.map_or(&bytes[..], |recorded| recorded.body);
    let body = &*utf8(body);
    let kind = match arguments.kind {
        Some(kind) => kind,
        None => Kind::detect(body).ok_or_else(|| {
            refused("its kind cannot be seen; say --kind nanomdm, amapi, csv or apple-status".to_owned())
        })?,
    };
    let lists = if arguments.whole_app_lists { AppLists::Whole } else { AppLists::default() };
    let parsed = match (kind, &arguments.device_ref) {
        (Kind::Csv, _) => mdm::csv::parse(body, columns),
        (Kind::AppleStatus, Some(device_ref)) => mdm::apple_status::of(device_ref, body),
        _ => kind.parse(body, lists),
    };
    let mut found = parsed.map_err(|error| refused(error.to_string()))?;
    // What is old must not pass for fresh because it is imported today.
    let made_at = arguments.seen_at.or_else(|| modified_at(path));
    for inventory in &mut found.inventories {
        inventory.seen_at = inventory.seen_at.or(made_at);
    }
    Ok(File { name, kind, found })
}

fn modified_at(path: &Path) -> Option<Timestamp> {
    Timestamp::try_from(std::fs::metadata(path).ok()?.modified().ok()?).ok()
}
