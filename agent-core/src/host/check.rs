//! `check`: facts, policy, catalogue and standing in, posture out. A pure judging tool for scripts.

use std::io::Write;

use super::{
    command::CheckArguments,
    input::{self, InputError},
    speech,
};
use crate::{
    clock::Clock,
    judge::{
        Catalogue, DeviceFacts, PostureState, Standing, catalogue::document::CatalogueDocument, evaluate,
        policy::document::PolicyDocument, text::Language,
    },
};

/// Judges and tells; the answer's exit code.
pub(super) fn run(
    arguments: &CheckArguments,
    as_json: bool,
    language: Language,
    clock: &dyn Clock,
    out: &mut dyn Write,
) -> Result<u8, InputError> {
    let facts: DeviceFacts = input::json(&arguments.facts)?;
    let policy = PolicyDocument::from_text(&name(&arguments.policy), &input::text(&arguments.policy)?)?.policy;
    let catalogue = match &arguments.catalogue {
        Some(path) => CatalogueDocument::from_text(&name(path), &input::text(path)?)?.catalogue,
        None => Catalogue::default(),
    };
    let standing: Standing = arguments.standing.as_deref().map_or_else(|| Ok(Standing::default()), input::json)?;
    let now = arguments.at.unwrap_or_else(|| clock.now());

    let posture = evaluate(&facts, &policy, &catalogue, &standing, now);
    if as_json {
        serde_json::to_writer_pretty(&mut *out, &posture).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        speech::tell(&posture, language, &policy.quiet_hours.zone, out)?;
    }
    Ok(match posture.state {
        PostureState::Compliant | PostureState::InGrace => 0,
        PostureState::NotCompliant => 3,
        PostureState::Unknown => 4,
    })
}

fn name(path: &std::path::Path) -> String {
    path.display().to_string()
}
