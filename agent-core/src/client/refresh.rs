//! Fetches what the server made newer: keys, policy, catalogue. What it offers is believed as `trust` says.

use super::{
    answer::Refusal,
    channel::{Asked, Channel},
    contact::Contact,
    enrolment::{Document, Enrolled},
    error::AgentError,
    trust::{self, Rules},
};
use crate::wire::message::{ChallengeRequest, KeyDocument};

/// What a refresh brought.
#[derive(Debug, Default)]
pub(super) struct Refreshed {
    pub(super) policy: bool,
    pub(super) catalogue: bool,
    /// What was in the way. A document that cannot be believed leaves the one that is held.
    pub(super) problem: Option<Refusal>,
    pub(super) distrusted: Vec<AgentError>,
}

pub(super) struct Refresh<'a> {
    pub(super) channel: &'a Channel<'a>,
    pub(super) enrolled: Enrolled,
    pub(super) contact: Contact,
    pub(super) rules: &'a Rules,
    /// The key document now: the rules', until it is rotated on the way.
    pub(super) keys: KeyDocument,
}

/// What is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Policy,
    Catalogue,
}

impl What {
    const fn path(self) -> &'static str {
        match self {
            Self::Policy => "/v1/policy",
            Self::Catalogue => "/v1/catalogue",
        }
    }
}

impl Refresh<'_> {
    /// Fetches these, one after the other, and keeps each as soon as it is believed.
    pub(super) async fn run(&mut self, wanted: &[What]) -> Result<Refreshed, AgentError> {
        let mut refreshed = Refreshed::default();
        if self.contact.challenge_spent
            && let Err(refusal) = self.renew_challenge().await?
        {
            refreshed.problem = Some(refusal);
            return Ok(refreshed);
        }
        for what in wanted {
            match self.fetch(*what).await {
                Ok(Ok(true)) if *what == What::Policy => refreshed.policy = true,
                Ok(Ok(true)) => refreshed.catalogue = true,
                Ok(Ok(false)) => {}
                Ok(Err(refusal)) => {
                    refreshed.problem = Some(refusal);
                    break;
                }
                Err(error @ (AgentError::Downgrade { .. } | AgentError::Untrusted { .. })) => {
                    refreshed.distrusted.push(error);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(refreshed)
    }

    /// Whether something newer came.
    async fn fetch(&mut self, what: What) -> Asked<bool> {
        let etag = self.etag(what);
        let got = match self.get(what.path(), etag.as_deref()).await? {
            Ok(Some(got)) => got,
            Ok(None) => return Ok(Ok(false)),
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (envelope, etag) = got;
        if trust::names_another_key(&envelope, &self.keys.current)
            && let Err(refusal) = self.rotate().await?
        {
            return Ok(Err(refusal));
        }
        let document = Document { envelope, key: self.keys.current.clone(), etag };
        match what {
            What::Policy => {
                let policy = trust::policy(&document, &self.enrolled.audience)?;
                trust::no_older_policy(self.rules.policy.revision(), policy.revision())?;
                self.enrolled.policy = document;
                self.enrolled.save(&*self.channel.ports.storage)?;
            }
            What::Catalogue => {
                let catalogue = trust::catalogue(&document, &self.enrolled.audience)?;
                trust::no_older_catalogue(self.rules.catalogue.revision, catalogue.revision)?;
                self.enrolled.keep_catalogue(&*self.channel.ports.storage, document)?;
            }
        }
        Ok(Ok(true))
    }

    /// An expired policy is asked for anew, whatever its tag: what is wanted is a later expiry.
    fn etag(&self, what: What) -> Option<String> {
        let now = self.contact.trusted(&self.channel.ports.time());
        match what {
            What::Policy if self.rules.policy.expires <= now => None,
            What::Policy => self.enrolled.policy.etag.clone(),
            What::Catalogue => self.enrolled.catalogue.as_ref().and_then(|file| file.etag.clone()),
        }
    }

    /// Follows a rotation of the server's key.
    async fn rotate(&mut self) -> Asked<()> {
        let envelope = match self.get("/v1/keys", None).await? {
            Ok(Some((envelope, _))) => envelope,
            Ok(None) => return Ok(Ok(())),
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Some(keys) = trust::successor(&self.keys, &self.enrolled.keys, &envelope)? {
            self.enrolled.keys = envelope;
            self.enrolled.save(&*self.channel.ports.storage)?;
            self.keys = keys;
        }
        Ok(Ok(()))
    }

    /// Reads with a proof; when the challenge is too old for that, with a new one.
    async fn get(&mut self, path: &str, etag: Option<&str>) -> Asked<Option<(String, Option<String>)>> {
        let got = self.channel.get(&self.enrolled, &self.contact, path, etag).await?;
        let too_old = match &got {
            Err(Refusal::ForGood(problem)) => problem.code == "challenge-invalid",
            Err(Refusal::EnrolAgain(code)) => code == "unauthorised",
            _ => false,
        };
        if !too_old {
            return Ok(got);
        }
        match self.renew_challenge().await? {
            Ok(()) => self.channel.get(&self.enrolled, &self.contact, path, etag).await,
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    async fn renew_challenge(&mut self) -> Asked<()> {
        let answer = match self.channel.challenge(&ChallengeRequest::Device(self.enrolled.device)).await? {
            Ok(answer) => answer,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let ports = self.channel.ports;
        let _state = ports.storage.lock(super::ports::STATE)?;
        self.contact = Contact::load(&*ports.storage, &self.enrolled)?;
        self.contact.hear(&answer.challenge, answer.server_time, &ports.time());
        self.contact.save(&*ports.storage)?;
        Ok(Ok(()))
    }
}
