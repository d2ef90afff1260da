//! `enrol`: a key is made, and the machine becomes a device of a company's fleet.

use std::path::PathBuf;

use serde::Serialize;

use super::{
    call::{Call, wait},
    failure::Failure,
    phrase::Phrase,
    token_file,
};
use crate::{
    client::{Enrolment, EnrolmentStatus, Invitation, InvitationError},
    judge::text::Language,
    wire::{field::FIELDS, wanted::Wanted},
};

pub(super) const EXAMPLES: &str = "Examples:
  atalaya-agent enrol https://atalaya.example.com/enrol#TOKEN
  atalaya-agent enrol --server https://atalaya.example.com --token-file token.txt
  atalaya-agent enrol --server https://atalaya.example.com --token-file - < token.txt

Other users of this machine can see a command line while it runs; --token-file keeps the token out of it.";

/// Where to enrol, and with what.
#[derive(Debug, clap::Args)]
pub(super) struct EnrolArguments {
    /// The whole link, https://HOST/enrol#TOKEN.
    #[arg(value_name = "LINK", conflicts_with_all = ["token", "token_file"])]
    link: Option<String>,
    /// The server, such as https://atalaya.example.com.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// The token, or the whole link.
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
    /// A file that holds the token or the link; `-` reads standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "token")]
    token_file: Option<PathBuf>,
    /// The company's own reference for this machine, such as an inventory number.
    #[arg(long, value_name = "REFERENCE")]
    device_ref: Option<String>,
    /// Enrol anew, though this machine is enrolled already.
    #[arg(long)]
    again: bool,
}

/// The document of `--json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(flatten)]
    enrolment: Enrolment,
    /// Whether it was so before; then nothing was sent.
    already: bool,
    /// The facts that the policy asks for.
    wanted: Vec<&'static str>,
}

pub(super) fn run(arguments: &EnrolArguments, call: &mut Call<'_>) -> Result<u8, Failure> {
    let given = match (&arguments.link, &arguments.token, &arguments.token_file) {
        (Some(given), ..) | (None, Some(given), _) => given.clone(),
        (None, None, Some(path)) => token_file::read(path, call.input)?,
        (None, None, None) => return Err(InvitationError::NoToken.into()),
    };
    let invitation = Invitation::of(arguments.server.as_deref(), &given)?;
    let (mut machine, mut storage, mut trust) = call.machine()?;
    let mut before = machine.agent().status()?.enrolment;
    if before.take_if(|before| before.left).is_some() {
        // No server takes the key of a device that is out of its fleet a second time, so another is made.
        wait(machine.agent().withdraw())??;
        trust.keep(&*storage)?;
        (machine, storage, trust) = call.machine()?;
    }
    let before = before.filter(|_| !arguments.again);
    let already = before.is_some();
    let enrolment = match before {
        Some(before) if before.server != invitation.server => return Err(Failure::Elsewhere(before.server)),
        Some(EnrolmentStatus { server, organisation, device, enrolled_at, .. }) => {
            Enrolment { server, organisation, device, enrolled_at }
        }
        None => {
            let Invitation { server, token } = &invitation;
            wait(machine.agent().enrol(server, token, arguments.device_ref.as_deref()))??
        }
    };
    trust.keep(&*storage)?;
    let wanted = machine.agent().wanted()?;
    if call.json {
        call.document(&Answer { enrolment, already, wanted: wanted.names().collect() })?;
    } else {
        tell(&enrolment, already, &wanted, call)?;
    }
    Ok(0)
}

fn tell(enrolment: &Enrolment, already: bool, wanted: &Wanted, call: &mut Call<'_>) -> Result<(), Failure> {
    let speech = call.speech;
    let phrase = if already { Phrase::AlreadyEnrolled } else { Phrase::Enrolled };
    writeln!(call.out, "{}\n", speech.say(phrase, &[("organisation", &enrolment.organisation)]))?;
    writeln!(call.out, "  {}: {}", speech.say(Phrase::Server, &[]), enrolment.server)?;
    writeln!(call.out, "  {}: {}\n", speech.say(Phrase::Device, &[]), enrolment.device.label())?;
    let mut any = false;
    for field in FIELDS.iter().filter(|field| field.fact().is_some_and(|fact| wanted.wants(fact))) {
        if !any {
            writeln!(call.out, "{}", speech.say(Phrase::WillRead, &[]))?;
        }
        any = true;
        let purpose = if speech.language == Language::Es { field.es } else { field.en };
        writeln!(call.out, "  {} · {purpose}", field.fact().unwrap_or_default())?;
    }
    if !any {
        writeln!(call.out, "{}", speech.say(Phrase::ReadsNothing, &[]))?;
    }
    writeln!(call.out, "\n{}", speech.say(Phrase::NextReport, &[]))?;
    Ok(())
}
