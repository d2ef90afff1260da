//! `notice`, `rules`, `acknowledge`, `declare`: what the company tells and asks its people, and what they say to it.

use clap::ValueEnum;
use serde::Serialize;

use super::{
    call::{Call, wait},
    delivery::sentences,
    failure::Failure,
    machine::Machine,
    phrase::Phrase,
};
use crate::{
    client::{AgentError, DeclarationStatus, Delivery, PaperStatus, Urgency},
    judge::{facts::Declaration, text::say},
    wire::statement::Subject,
};

pub(super) const NOTICE_EXAMPLES: &str = "Examples:
  atalaya-agent notice             what is read of this machine, and why
  atalaya-agent notice --lang es --json";

pub(super) const RULES_EXAMPLES: &str = "Examples:
  atalaya-agent rules              the rules for WhatsApp at work, and what is asked to be declared
  atalaya-agent rules --lang es --json";

pub(super) const ACKNOWLEDGE_EXAMPLES: &str = "Examples:
  atalaya-agent acknowledge rules --version 3
  atalaya-agent acknowledge notice --version 2 --lang es   the text as `notice --lang es` shows it";

pub(super) const DECLARE_EXAMPLES: &str = "Examples:
  atalaya-agent declare two-step-verification
  atalaya-agent declare linked-devices --no   it is not so";

/// What is acknowledged.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Text {
    /// What is read of this machine, and why.
    Notice,
    /// The rules for WhatsApp at work.
    Rules,
}

/// Which text was read.
#[derive(Debug, clap::Args)]
pub(super) struct AcknowledgeArguments {
    /// The text.
    text: Text,
    /// Its version, as `notice` and `rules` show it.
    #[arg(long, value_name = "NUMBER")]
    version: u32,
    /// Only queue it; the next `deliver` sends it.
    #[arg(long)]
    later: bool,
}

/// What is declared.
#[derive(Debug, clap::Args)]
pub(super) struct DeclareArguments {
    /// What it is about: one of those that `rules` lists.
    #[arg(value_parser = declaration)]
    about: Declaration,
    /// It is not so.
    #[arg(long)]
    no: bool,
    /// Only queue it; the next `deliver` sends it.
    #[arg(long)]
    later: bool,
}

fn declaration(word: &str) -> Result<Declaration, String> {
    Declaration::from_word(word).ok_or_else(|| format!("write one of {}", Declaration::WORDS.join(", ")))
}

/// The document of `notice --json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NoticeDocument {
    notice: PaperStatus,
    given_elsewhere: bool,
}

/// The document of `rules --json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RulesDocument {
    usage_rules: Option<PaperStatus>,
    declarations: Vec<DeclarationStatus>,
}

/// The document of what is said, with `--json`: none where it only waits.
#[derive(Serialize)]
struct SaidDocument {
    delivery: Option<Delivery>,
}

pub(super) fn notice(call: &mut Call<'_>) -> Result<u8, Failure> {
    let papers = call.must_be_enrolled()?.agent().papers(call.speech.language)?;
    if call.json {
        call.document(&NoticeDocument { notice: papers.notice, given_elsewhere: papers.notice_given_elsewhere })?;
        return Ok(0);
    }
    show("notice.title", &papers.notice, call)?;
    if papers.notice_given_elsewhere {
        writeln!(call.out, "\n{}", call.speech.say(Phrase::GivenElsewhere, &[]))?;
    }
    next(Phrase::NextAcknowledgeNotice, &papers.notice, call)
}

pub(super) fn rules(call: &mut Call<'_>) -> Result<u8, Failure> {
    let papers = call.must_be_enrolled()?.agent().papers(call.speech.language)?;
    if call.json {
        call.document(&RulesDocument { usage_rules: papers.usage_rules, declarations: papers.declarations })?;
        return Ok(0);
    }
    match &papers.usage_rules {
        Some(rules) => {
            show("usage-rules.title", rules, call)?;
            next(Phrase::NextAcknowledgeRules, rules, call)?;
        }
        None => writeln!(call.out, "{}", call.speech.say(Phrase::NoRules, &[]))?,
    }
    if !papers.declarations.is_empty() {
        writeln!(call.out, "\n{}", call.speech.say(Phrase::AskedToDeclare, &[]))?;
        for one in &papers.declarations {
            let line = declared(one, call);
            writeln!(call.out, "  {}  {line}", one.declaration)?;
        }
    }
    Ok(0)
}

fn declared(one: &DeclarationStatus, call: &Call<'_>) -> String {
    let speech = call.speech;
    let term = say(speech.language, &format!("term.{}", one.declaration), &std::collections::BTreeMap::new());
    let phrase = match (one.affirmed, one.pending) {
        (Some(true), false) => Phrase::DeclaredSo,
        (Some(false), false) => Phrase::DeclaredNotSo,
        (Some(_), true) => Phrase::DeclaredLongAgo,
        (None, _) => Phrase::NotDeclared,
    };
    let on = one.on.map_or_else(String::new, |on| on.to_string());
    speech.say(phrase, &[("declaration", &term.unwrap_or_default()), ("day", &on)])
}

fn show(title: &str, paper: &PaperStatus, call: &mut Call<'_>) -> Result<(), Failure> {
    let title = say(paper.language, title, &std::collections::BTreeMap::new()).unwrap_or_default();
    let version = call.speech.say(Phrase::PaperVersion, &[("version", &paper.version)]);
    Ok(writeln!(call.out, "{title} ({version})\n\n{}", paper.text.trim_end())?)
}

fn next(phrase: Phrase, paper: &PaperStatus, call: &mut Call<'_>) -> Result<u8, Failure> {
    let said = match (paper.acknowledged_on.filter(|_| !paper.pending), paper.pending) {
        (Some(day), _) => call.speech.say(Phrase::AcknowledgedOn, &[("day", &day)]),
        (None, true) => call.speech.say(phrase, &[("version", &paper.version)]),
        (None, false) => return Ok(0),
    };
    writeln!(call.out, "\n{said}")?;
    Ok(0)
}

pub(super) fn acknowledge(arguments: &AcknowledgeArguments, call: &mut Call<'_>) -> Result<u8, Failure> {
    let machine = call.must_be_enrolled()?;
    let subject = match arguments.text {
        Text::Notice => Subject::Notice,
        Text::Rules => Subject::UsageRules,
    };
    machine.agent().acknowledge(subject, arguments.version, call.speech.language)?;
    tell(&machine, arguments.later, call)
}

pub(super) fn declare(arguments: &DeclareArguments, call: &mut Call<'_>) -> Result<u8, Failure> {
    let machine = call.must_be_enrolled()?;
    machine.agent().declare(arguments.about, !arguments.no)?;
    tell(&machine, arguments.later, call)
}

/// Sends at once what a person has just said: they asked. What cannot be sent now waits.
pub(super) fn tell(machine: &Machine, later: bool, call: &mut Call<'_>) -> Result<u8, Failure> {
    let delivery = if later { None } else { Some(wait(machine.deliver(Urgency::PersonAsked))?) };
    let delivery = match delivery {
        // Whoever delivers just now will send it, or the next who does.
        Some(Err(AgentError::UnderWay)) | None => None,
        Some(delivery) => Some(delivery?),
    };
    let failed = delivery.as_ref().is_some_and(|delivery| delivery.problem.is_some());
    if call.json {
        call.document(&SaidDocument { delivery })?;
    } else {
        let said = match &delivery {
            Some(delivery) => sentences(delivery, call),
            None => vec![call.speech.say(Phrase::SaidWaits, &[])],
        };
        for sentence in said {
            writeln!(call.out, "{sentence}")?;
        }
    }
    Ok(u8::from(failed))
}
