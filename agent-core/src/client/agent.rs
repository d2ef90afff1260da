//! The agent: enrols the device, judges it, reports it and delivers the reports. It waits for nothing by itself;
//! whoever runs it decides when.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

use super::{
    channel::Channel,
    contact::Contact,
    delivery::{Delivery, Held, Urgency},
    enrol,
    enrolment::Enrolled,
    error::AgentError,
    ledger::{Ledger, LedgerEntry},
    outbox::Outbox,
    ports::{DELIVERY, Ports, STATE},
    status::{EnrolmentStatus, QueueStatus, RulesStatus, Status},
    storage::{read_json, write_json},
    trust::Rules,
};
use crate::{
    judge::{DeviceFacts, Posture, Standing, evaluate},
    wire::{
        envelope::{Kind, seal},
        id::DeviceId,
        message::SCHEMA_VERSION,
        report::{Content, Full, Report, Unchanged},
        wanted::Wanted,
    },
};

const STANDING: &str = "standing.json";
/// The highest number that a report can have.
const HIGHEST: u64 = 1 << 53;

/// The agent of one device. Several may share one storage, in one process or more.
pub struct Agent {
    ports: Ports,
    ledger: Ledger,
    // Verified and parsed once for as long as the enrolment's file stays the same.
    rules: Mutex<Option<(Enrolled, Arc<Rules>)>>,
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agent").field("ports", &self.ports).finish_non_exhaustive()
    }
}

/// An enrolment, as the person is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Enrolment {
    /// The server's address.
    pub server: String,
    /// The organisation's name.
    pub organisation: String,
    /// The device's id from now on.
    pub device: DeviceId,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
}

/// A report that waits to be delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Queued {
    /// The report's number.
    pub sequence: u64,
    /// Whether it carries facts; otherwise it names an acknowledged report with the same ones.
    pub full: bool,
    /// What the device thinks of itself; the server's verdicts count.
    pub posture: Posture,
}

impl Agent {
    /// An agent in this world.
    pub fn new(ports: Ports) -> Self {
        let ledger = Ledger::new(Arc::clone(&ports.storage));
        Self { ports, ledger, rules: Mutex::default() }
    }

    /// Enrols the device at this server, such as `https://atalaya.example.com`. When the answer was lost, the same
    /// call gets the same answer again. `device_ref` is the company's own reference, from managed configuration.
    pub async fn enrol(&self, server: &str, token: &str, device_ref: Option<&str>) -> Result<Enrolment, AgentError> {
        let _delivery = self.ports.storage.try_lock(DELIVERY)?.ok_or(AgentError::UnderWay)?;
        let server = server.trim().trim_end_matches('/');
        let channel = self.channel(server);
        let enrolled = enrol::enrol(&channel, token.trim(), device_ref).await?;
        let Enrolled { server, organisation, device, since: enrolled_at, .. } = enrolled.clone();
        enrol::first_catalogue(&channel, enrolled).await?;
        Ok(Enrolment { server, organisation, device, enrolled_at })
    }

    /// Which facts the policy asks for. A probe reads nothing else.
    pub fn wanted(&self) -> Result<Wanted, AgentError> {
        Ok(Wanted::of(&self.rules(&self.enrolled()?)?.policy.policy, self.ports.platform))
    }

    /// Judges these facts by what the device holds. Provisional: the server's verdicts count. Nothing is kept.
    pub fn check(&self, facts: &DeviceFacts) -> Result<Posture, AgentError> {
        let enrolled = self.enrolled()?;
        let contact = Contact::load(&*self.ports.storage, &enrolled)?;
        let rules = self.rules(&enrolled)?;
        Ok(self.judge(facts, &enrolled, &contact, &rules)?.posture)
    }

    /// Judges these facts, seals a report of what the policy asks for, and lets it wait for [`Self::deliver`].
    pub fn report(&self, facts: &DeviceFacts) -> Result<Queued, AgentError> {
        let storage = &*self.ports.storage;
        let _state = storage.lock(STATE)?;
        let enrolled = self.enrolled()?;
        let contact = Contact::load(storage, &enrolled)?;
        if contact.left {
            return Err(AgentError::Left);
        }
        let rules = self.rules(&enrolled)?;
        let judged = self.judge(facts, &enrolled, &contact, &rules)?;
        // First the standing: what was seen failing is so, whether or not its report comes to be.
        write_json(storage, STANDING, &judged.standing.after(&judged.posture))?;

        let known = contact.full.as_ref().filter(|full| full.facts == judged.facts);
        let full = known.is_none();
        let content = match known {
            Some(known) => Content::Unchanged(Unchanged { report_hash: known.hash.clone() }),
            None => Content::Full(Box::new(Full { facts: judged.facts, state: judged.posture.state })),
        };
        let now = self.ports.clock.now();
        let mut report = Report {
            schema: SCHEMA_VERSION,
            audience: enrolled.audience.clone(),
            device: enrolled.device,
            sequence: HIGHEST,
            challenge: contact.challenge.clone(),
            at: now,
            agent_version: self.ports.agent_version.clone(),
            policy_revision: rules.policy.policy.revision,
            catalogue_revision: rules.catalogue.revision,
            dropped: u32::MAX,
            content,
        };
        let expected = longest_envelope(&report)?;
        let sequence = Outbox::open(storage, enrolled.device)?.add(now, expected, |sequence, dropped| {
            report.sequence = sequence;
            report.dropped = dropped;
            Ok(seal(Kind::Report, &report, &*self.ports.signer)?)
        })?;
        Ok(Queued { sequence, full, posture: judged.posture })
    }

    /// Sends what waits and fetches what is newer: one pass, without waiting. In quiet hours and while it should wait
    /// after failures nothing is sent, unless a person asked. What went wrong on the way stands in the answer; an
    /// error means that there is no use in trying again as things are.
    ///
    /// Safe to drop at any moment.
    pub async fn deliver(&self, urgency: Urgency) -> Result<Delivery, AgentError> {
        let storage = &*self.ports.storage;
        let enrolled = self.enrolled()?;
        let contact = Contact::load(storage, &enrolled)?;
        if contact.left {
            return Err(AgentError::Left);
        }
        let rules = self.rules(&enrolled)?;
        if urgency == Urgency::Background
            && let Some(held) = self.held(&contact, &rules)
        {
            let waiting = Outbox::open_to_look(storage, enrolled.device)?.waiting().len();
            return Ok(Delivery::held(held, waiting, &contact));
        }
        let _delivery = storage.try_lock(DELIVERY)?.ok_or(AgentError::UnderWay)?;
        let channel = self.channel(&enrolled.server);
        super::delivery::deliver(&channel, enrolled.clone(), &rules).await
    }

    /// When quiet hours end, while they last: until then nothing is read from the device and nothing is sent.
    pub fn quiet_until(&self) -> Result<Option<Timestamp>, AgentError> {
        let enrolled = self.enrolled()?;
        let contact = Contact::load(&*self.ports.storage, &enrolled)?;
        Ok(self.quiet(&contact, &*self.rules(&enrolled)?))
    }

    /// Where things stand.
    pub fn status(&self) -> Result<Status, AgentError> {
        let storage = &*self.ports.storage;
        let now = self.ports.clock.now();
        let Some(enrolled) = Enrolled::load(storage)? else { return Ok(Status::not_enrolled()) };
        let contact = Contact::load(storage, &enrolled)?;
        let rules = self.rules(&enrolled)?;
        let outbox = Outbox::open_to_look(storage, enrolled.device)?;
        let trusted = contact.trusted(now);
        Ok(Status {
            enrolment: Some(EnrolmentStatus {
                server: enrolled.server.clone(),
                organisation: enrolled.organisation.clone(),
                device: enrolled.device,
                enrolled_at: enrolled.since,
                left: contact.left,
            }),
            rules: Some(RulesStatus {
                policy: rules.policy.policy.name.clone(),
                group: rules.policy.group.clone(),
                policy_revision: rules.policy.policy.revision,
                policy_epoch: rules.policy.epoch,
                policy_expires: rules.policy.expires,
                policy_expired: rules.policy.expires <= trusted,
                catalogue_revision: rules.catalogue.revision,
                quiet_until: self.quiet(&contact, &rules),
            }),
            queue: QueueStatus {
                reports: outbox.waiting().len(),
                bytes: outbox.bytes(),
                oldest: outbox.waiting().first().map(|one| one.queued_at),
                dropped: outbox.untold(),
            },
            clock_ahead_seconds: contact.clocks.device.duration_since(contact.clocks.server).as_secs(),
            not_before: contact.held_until(now),
            acknowledged: contact.acknowledged,
            attempted_at: contact.attempted_at,
            next_check_in: contact.next_check_in,
            problems: contact.problems,
        })
    }

    /// What left this device, byte for byte, oldest first.
    pub fn ledger(&self) -> Result<Vec<LedgerEntry>, AgentError> {
        Ok(self.ledger.entries()?)
    }

    fn channel<'a>(&'a self, server: &'a str) -> Channel<'a> {
        Channel { ports: &self.ports, ledger: &self.ledger, server }
    }

    fn enrolled(&self) -> Result<Enrolled, AgentError> {
        Enrolled::load(&*self.ports.storage)?.ok_or(AgentError::NotEnrolled)
    }

    fn rules(&self, enrolled: &Enrolled) -> Result<Arc<Rules>, AgentError> {
        let mut kept = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, rules)) = &*kept
            && of == enrolled
        {
            return Ok(Arc::clone(rules));
        }
        let rules = Arc::new(Rules::load(enrolled, &*self.ports.storage)?);
        *kept = Some((enrolled.clone(), Arc::clone(&rules)));
        Ok(rules)
    }

    fn quiet(&self, contact: &Contact, rules: &Rules) -> Option<Timestamp> {
        rules.policy.policy.quiet_hours.quiet_until(contact.trusted(self.ports.clock.now()))
    }

    fn held(&self, contact: &Contact, rules: &Rules) -> Option<Held> {
        let quiet = self.quiet(contact, rules).map(|until| contact.by_device(until));
        quiet
            .map(|until| Held::QuietHours { until })
            .or_else(|| contact.held_until(self.ports.clock.now()).map(|until| Held::BackOff { until }))
    }

    fn judge(
        &self,
        facts: &DeviceFacts,
        enrolled: &Enrolled,
        contact: &Contact,
        rules: &Rules,
    ) -> Result<Judged, AgentError> {
        if facts.platform != self.ports.platform {
            return Err(AgentError::WrongPlatform);
        }
        let device = enrolled.device.to_string();
        let kept: Option<Standing> = read_json(&*self.ports.storage, STANDING)?;
        let kept = kept.filter(|standing| standing.device.as_ref() == Some(&device)).unwrap_or_default();
        let standing = Standing { device: Some(device), enrolled_at: Some(enrolled.since), ..kept };
        let facts = Wanted::of(&rules.policy.policy, self.ports.platform).keep(facts);
        let now = contact.trusted(self.ports.clock.now());
        let posture = evaluate(&facts, &rules.policy.policy, &rules.catalogue, &standing, now);
        Ok(Judged { facts, standing, posture })
    }
}

struct Judged {
    /// What the policy asks for; the rest is gone.
    facts: DeviceFacts,
    /// What was so before.
    standing: Standing,
    posture: Posture,
}

/// How long the envelope of a report is at most: base64url of its JSON, the header and the signature. A report that
/// the server would refuse is refused here.
fn longest_envelope(report: &Report) -> Result<usize, AgentError> {
    let refused = |error: serde_json::Error| AgentError::BadFact { what: error.to_string() };
    let payload = serde_json::to_vec(report).map_err(refused)?;
    let _: Report = serde_json::from_slice(&payload).map_err(refused)?;
    Ok((payload.len() * 4).div_ceil(3) + 300)
}
