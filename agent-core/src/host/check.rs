//! `check`: this machine by the policy it is enrolled under, or exactly the given values: a pure judging tool for
//! scripts.

use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;

use super::{call::Call, failure::Failure, input, phrase::Phrase, probe, speech::Speech};
use crate::{
    clock::FixedClock,
    judge::{
        Catalogue, DeviceFacts, Policy, Posture, PostureState, Standing, catalogue::document::CatalogueDocument,
        evaluate, policy::document::PolicyDocument,
    },
    wire::wanted::Wanted,
};

pub(super) const EXAMPLES: &str = "Examples:
  atalaya-agent check                        this machine, by its company's policy
  atalaya-agent check --policy policy.yaml   this machine, by this policy
  atalaya-agent check --facts facts.json --policy policy.yaml --at 2026-11-24T09:00:00Z --json

Exit codes: 0 compliant or in grace · 1 failed · 2 wrong usage · 3 not compliant · 4 unknown";

/// What `check` judges.
#[derive(Debug, clap::Args)]
pub(super) struct CheckArguments {
    /// What was seen, instead of this machine: a JSON document such as
    /// {"platform":"android","screenLock":{"value":true,"evidence":"os-reported"}}.
    #[arg(long, value_name = "FILE", requires = "policy")]
    facts: Option<PathBuf>,
    /// What is required, instead of the company's policy: YAML or JSON, `apiVersion: posture/v1`.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// What is known about releases, in JSON or YAML; without it "latest" is unknown.
    #[arg(long, value_name = "FILE", requires = "policy")]
    catalogue: Option<PathBuf>,
    /// What was so before: a JSON document with `enrolledAt`, `failingSince` and `held`; without it every failing
    /// begins now.
    #[arg(long, value_name = "FILE", requires = "policy")]
    standing: Option<PathBuf>,
    /// The moment of judgement, such as 2026-11-24T09:00:00Z; otherwise now.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
}

/// What can be known of any host, for a machine that no company has enrolled.
const BASIC_RULES: &str = "apiVersion: posture/v1
kind: Policy
metadata: { name: basic-rules, revision: 1 }
spec:
  checks:
    device-encryption: { severity: fail }
    screen-lock: { severity: fail, unknown: tolerate }
";

/// Judges and tells; the answer's exit code.
pub(super) fn run(arguments: &CheckArguments, call: &mut Call<'_>) -> Result<u8, Failure> {
    if let Some(at) = arguments.at {
        call.clock = Arc::new(FixedClock::on_the_wall(at));
    }
    if arguments.policy.is_some() {
        return given(arguments, call);
    }
    if let Some(machine) = call.enrolled()? {
        let posture = machine.agent().check(&machine.facts()?)?;
        tell(&posture, None, Some(Phrase::Provisional), call)
    } else {
        let policy = PolicyDocument::from_text("basic rules", BASIC_RULES).map_err(input::InputError::from)?.policy;
        let posture = judged(&this_machine(&policy, call), &policy, &Catalogue::default(), &Standing::default(), call);
        tell(&posture, None, Some(Phrase::BuiltInRules), call)
    }
}

/// Judges what the files say, and this machine where they do not say it.
fn given(arguments: &CheckArguments, call: &mut Call<'_>) -> Result<u8, Failure> {
    let policy = match &arguments.policy {
        Some(path) => PolicyDocument::from_text(&path.display().to_string(), &input::text(path)?),
        None => PolicyDocument::from_text("basic rules", BASIC_RULES),
    };
    let policy = policy.map_err(input::InputError::from)?.policy;
    let facts = match &arguments.facts {
        Some(path) => input::json(path)?,
        None => this_machine(&policy, call),
    };
    let catalogue = match &arguments.catalogue {
        Some(path) => {
            let read = CatalogueDocument::from_text(&path.display().to_string(), &input::text(path)?);
            read.map_err(input::InputError::from)?.catalogue
        }
        None => Catalogue::default(),
    };
    let standing: Standing = arguments.standing.as_deref().map_or_else(|| Ok(Standing::default()), input::json)?;
    let posture = judged(&facts, &policy, &catalogue, &standing, call);
    call.speech.platform = facts.platform;
    tell(&posture, Some(&policy), None, call)
}

fn this_machine(policy: &Policy, call: &Call<'_>) -> DeviceFacts {
    probe::probe(&Wanted::of(policy, probe::platform()), &call.world.root)
}

fn judged(
    facts: &DeviceFacts,
    policy: &Policy,
    catalogue: &Catalogue,
    standing: &Standing,
    call: &Call<'_>,
) -> Posture {
    evaluate(facts, policy, catalogue, standing, call.clock.now())
}

/// Tells in the zone of a given policy, else in that of this machine.
fn tell(posture: &Posture, policy: Option<&Policy>, note: Option<Phrase>, call: &mut Call<'_>) -> Result<u8, Failure> {
    if call.json {
        call.document(posture)?;
    } else {
        let zone = policy.map_or(call.speech.zone, |policy| &policy.quiet_hours.zone);
        Speech { zone, ..call.speech }.posture(posture, call.out)?;
        if let Some(note) = note {
            writeln!(call.out, "\n{}", call.speech.say(note, &[]))?;
        }
    }
    Ok(match posture.state {
        PostureState::Compliant | PostureState::InGrace => 0,
        PostureState::NotCompliant => 3,
        PostureState::Unknown => 4,
    })
}
