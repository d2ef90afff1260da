//! The agent: enrols the device, judges it, reports it and delivers the reports. It waits for nothing by itself;
//! whoever runs it decides when.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{
    channel::Channel,
    contact::{Contact, fingerprint},
    delivery::{Delivery, Held, Urgency},
    enrol,
    enrolment::{self, Enrolled},
    error::AgentError,
    evidence,
    leaving::Leaving,
    ledger::{Ledger, LedgerEntry},
    outbox::Outbox,
    own_posture::OwnPosture,
    papers::{self, Papers},
    ports::{DELIVERY, Ports, STATE},
    statements::Statements,
    status::{EnrolmentStatus, QueueStatus, RulesStatus, StatementsStatus, Status},
    storage::{read_json, write_json},
    trust::Rules,
};
use crate::{
    clock::DeviceTime,
    judge::{Check, DeviceFacts, Posture, Standing, evaluate, facts::Declaration, quiet_hours::Pause, text::Language},
    wire::{
        envelope::{Kind, seal},
        id::DeviceId,
        key::SignError,
        key_rotation::{KeyRotation, Possession},
        report::{Content, Full, Report, Unchanged},
        statement::{self, Answer, Statement, Subject},
        wanted::Wanted,
    },
};

const STANDING: &str = "standing.json";
/// The highest number that a report can have.
const HIGHEST: u64 = 1 << 53;
/// Pauses and quiet hours that follow each other without an hour between are looked at so far.
const MOST_STRETCHES: usize = 32;
/// Fresh evidence is made no more often: a device that has none to give makes no key each hour.
const EVIDENCE_EVERY: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The agent of one device. Several may share one storage, in one process or more.
pub struct Agent {
    pub(super) ports: Ports,
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
        enrol::finish(&channel, enrolled).await?;
        Ok(Enrolment { server, organisation, device, enrolled_at })
    }

    /// Which facts the policy asks for. A probe reads nothing else.
    pub fn wanted(&self) -> Result<Wanted, AgentError> {
        let (_, contact, rules) = self.known()?;
        Ok(self.asks(&contact, &rules))
    }

    /// Which facts a report would hold. Refuses where there may be none, so that nothing is read for it: the device
    /// has left, or its person has not acknowledged the notice.
    pub fn wanted_for_report(&self) -> Result<Wanted, AgentError> {
        let (_, contact, rules, _) = self.may_report()?;
        Ok(self.asks(&contact, &rules))
    }

    /// Judges these facts by what the device holds. Provisional: the server's verdicts count. Nothing is kept.
    pub fn check(&self, facts: &DeviceFacts) -> Result<Posture, AgentError> {
        let (enrolled, contact, rules) = self.known()?;
        let said = Statements::load(&*self.ports.storage, enrolled.device)?;
        Ok(self.judge(facts, &enrolled, &contact, &rules, &said)?.posture)
    }

    /// Judges these facts, seals a report of what the policy asks for, and lets it wait for [`Self::deliver`]. A phone
    /// reports nothing before its person has acknowledged the notice. What the person said is filled in here.
    pub fn report(&self, facts: &DeviceFacts) -> Result<Queued, AgentError> {
        let storage = &*self.ports.storage;
        let _state = storage.lock(STATE)?;
        let (enrolled, contact, rules, said) = self.may_report()?;
        let judged = self.judge(facts, &enrolled, &contact, &rules, &said)?;
        // First the standing: what was seen failing is so, whether or not its report comes to be.
        write_json(storage, STANDING, &judged.standing.after(&judged.posture))?;

        let facts_hash = fingerprint(&judged.facts)?;
        let known = contact.full.as_ref().filter(|full| full.facts_hash == facts_hash);
        let full = known.is_none();
        let (content, of_full) = match known {
            Some(known) => (Content::Unchanged(Unchanged { report_hash: known.hash.clone() }), None),
            None => {
                (Content::Full(Box::new(Full { facts: judged.facts, state: judged.posture.state })), Some(facts_hash))
            }
        };
        let now = self.ports.clock.now();
        let mut report = Report {
            schema: contact.schema,
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
        let sequence = Outbox::open(storage, enrolled.device)?.add(now, expected, of_full, |sequence, dropped| {
            report.sequence = sequence;
            report.dropped = dropped;
            Ok(seal(Kind::Report, &report, &*self.ports.signer)?)
        })?;
        let posture = judged.posture;
        let own =
            OwnPosture { device: enrolled.device, sequence, state: posture.state.into(), posture: (&posture).into() };
        own.save(storage)?;
        Ok(Queued { sequence, full, posture })
    }

    /// What the person is shown and asked, in this language, and what they said to it.
    pub fn papers(&self, language: Language) -> Result<Papers, AgentError> {
        let (enrolled, contact, rules) = self.known()?;
        let said = Statements::load(&*self.ports.storage, enrolled.device)?;
        let now = contact.trusted(&self.ports.time());
        Ok(papers::papers(&rules.policy.policy, self.ports.platform, &said, language, now))
    }

    /// The person has read this version of a text in this language. Where it is not the version in force they must
    /// read that one; to acknowledge the same text again changes nothing. What is said waits for [`Self::deliver`].
    pub fn acknowledge(&self, subject: Subject, version: u32, language: Language) -> Result<(), AgentError> {
        self.say(|rules, said, _| {
            let policy = &rules.policy.policy;
            let paper = match subject {
                Subject::Notice => Some(&policy.notice.paper),
                Subject::UsageRules => policy.usage_rules(self.ports.platform).map(|paper| &**paper),
            };
            let in_force = paper.map(|paper| paper.version);
            let paper = paper.filter(|paper| paper.version == version).ok_or(AgentError::OtherVersion { in_force })?;
            let new = papers::acknowledgement(paper, subject, language);
            let known = said.acknowledged(subject);
            let same = known.is_some_and(|known| known.version == new.version && known.text_hash == new.text_hash);
            Ok((!same).then_some(statement::Content::Acknowledgement(new)))
        })
    }

    /// The person answers what nobody can measure. Only what the policy asks can be answered.
    pub fn declare(&self, declaration: Declaration, affirmed: bool) -> Result<(), AgentError> {
        self.say(|rules, _, _| {
            let asked = rules.policy.policy.check(self.ports.platform, Check::Declarations);
            let is_asked =
                asked.is_some_and(|check| check.rules.iter().any(|rule| rule.rule.declaration() == Some(declaration)));
            if is_asked {
                Ok(Some(statement::Content::Declaration(Answer { declaration, affirmed })))
            } else {
                Err(AgentError::NotAsked)
            }
        })
    }

    /// The person will be away: from one moment until another, by the device's clock, nothing is read or sent. A pause
    /// takes the place of earlier ones that it meets; one that ends as it begins, now, ends the pause that lasts.
    pub fn pause(&self, from: Timestamp, until: Timestamp) -> Result<(), AgentError> {
        let now = self.ports.time();
        self.say(|_, _, (contact, trusted)| {
            // No pause has begun before it was declared, and one that ends as it begins still does.
            let begins = if from <= now.wall { trusted } else { contact.by_server(from, &now).max(trusted) };
            let ends = if until == from { begins } else { contact.by_server(until, &now) };
            let pause = Pause { from: begins, until: ends };
            if !statement::is_pause(&pause) {
                return Err(AgentError::BadPause);
            }
            Ok(Some(statement::Content::Pause(pause)))
        })
    }

    /// Another key takes the place of the device's: the old one signs that it does, and the new one proves that it is
    /// there. It does so when the server has heard it, which [`Self::deliver`] tells it; until then the old one signs.
    pub fn rotate_key(&self) -> Result<(), AgentError> {
        let succession = self.ports.succession.as_ref().ok_or(AgentError::NoOtherKey)?;
        let enrolled = self.enrolled()?;
        self.say(|_, said, (contact, _)| {
            if said.rotates() {
                return Ok(None);
            }
            let next = succession.next(contact.challenge.as_bytes())?;
            let possession = Possession {
                audience: enrolled.audience,
                device: enrolled.device,
                challenge: contact.challenge.clone(),
                replaces: self.ports.signer.public_key()?.thumbprint(),
                key: next.signer.public_key()?,
                attestation: next.attestation,
            };
            Ok(Some(statement::Content::KeyRotation(KeyRotation::prove(&possession, &*next.signer)?)))
        })
    }

    /// The person leaves: nothing more is reported from now on, the server is told, and once it knows, the enrolment
    /// and the key are forgotten. Where it cannot be told now, the next [`Self::deliver`] tells it. Where it can never be
    /// told, or need not be, they are forgotten all the same. The ledger stays.
    pub async fn withdraw(&self) -> Result<Leaving, AgentError> {
        let storage = &*self.ports.storage;
        let enrolled = self.enrolled()?;
        let contact = Contact::load(storage, &enrolled)?;
        if contact.left {
            return self.leave(if contact.closed_at.is_some() { Leaving::Closed } else { Leaving::Told });
        }
        let waits = Statements::load(storage, enrolled.device)?.withdraws();
        if !waits {
            match self.say(|_, _, _| Ok(Some(statement::Content::Withdrawal {}))) {
                Err(AgentError::Sign(SignError::KeyLost)) => return self.leave(Leaving::Untold),
                other => other?,
            }
        }
        {
            let _state = storage.lock(STATE)?;
            Outbox::open(storage, enrolled.device)?.forget()?;
        }
        match self.deliver(Urgency::PersonAsked).await {
            Err(AgentError::Left) => Ok(Leaving::Told),
            Err(AgentError::DeviceClosed) => Ok(Leaving::Closed),
            Ok(Delivery { problem: Some(AgentError::EnrolAgain { .. }), .. }) => self.leave(Leaving::Untold),
            Ok(Delivery { problem, .. }) => problem.map_or(Err(AgentError::UnderWay), Err),
            Err(error) => Err(error),
        }
    }

    fn leave(&self, leaving: Leaving) -> Result<Leaving, AgentError> {
        let storage = &*self.ports.storage;
        let _state = storage.lock(STATE)?;
        enrolment::forget(storage)?;
        Ok(leaving)
    }

    /// Sends what waits and fetches what is newer: one pass, without waiting. In quiet hours, in a pause and while it
    /// should wait after failures nothing is sent, unless a person asked; that they leave is told in quiet hours, too.
    /// What went wrong on the way stands in the answer; an error means that there is no use in trying again as things
    /// are.
    ///
    /// Safe to drop at any moment.
    pub async fn deliver(&self, urgency: Urgency) -> Result<Delivery, AgentError> {
        let storage = &*self.ports.storage;
        let enrolled = self.enrolled()?;
        let contact = Contact::load(storage, &enrolled)?;
        contact.still_in()?;
        let rules = self.rules(&enrolled)?;
        let said = Statements::load(storage, enrolled.device)?;
        if urgency == Urgency::Background
            && let Some(held) = self.held(&contact, &rules, &said)
        {
            let waiting = Outbox::open_to_look(storage, enrolled.device)?.waiting().len();
            let statements_waiting = said.waiting().len();
            return Ok(Delivery { statements_waiting, ..Delivery::held(held, waiting, &contact) });
        }
        let _delivery = storage.try_lock(DELIVERY)?.ok_or(AgentError::UnderWay)?;
        let channel = self.channel(&enrolled.server);
        let delivery = super::delivery::deliver(&channel, enrolled.clone(), &rules).await?;
        self.renew_evidence(&enrolled)?;
        Ok(delivery)
    }

    /// Where the server would like fresh evidence: an assertion by hardware that was attested before, or a key with an
    /// attestation of its own in the place of the device's. Either goes with the next delivery.
    fn renew_evidence(&self, enrolled: &Enrolled) -> Result<(), AgentError> {
        // A host's check-in costs nothing more.
        if !self.ports.platform.is_phone() {
            return Ok(());
        }
        let (storage, now) = (&*self.ports.storage, self.ports.clock.now());
        let contact = Contact::load(storage, enrolled)?;
        let is_early = contact.evidence_made_at.is_some_and(|at| now >= at && now.duration_since(at) < EVIDENCE_EVERY);
        if contact.evidence_wanted_at.is_none() || is_early || Statements::load(storage, enrolled.device)?.withdraws() {
            return Ok(());
        }
        if evidence::make(&self.ports, enrolled, now)? || self.ports.succession.is_none() {
            return Ok(());
        }
        {
            let _state = storage.lock(STATE)?;
            let mut contact = Contact::load(storage, enrolled)?;
            contact.evidence_made_at = Some(now);
            contact.save(storage)?;
        }
        match self.rotate_key() {
            // A key store that does not answer now is asked again in time; what was delivered stays delivered.
            Err(AgentError::Sign(_)) => Ok(()),
            other => other,
        }
    }

    /// When quiet hours or a pause of the person end by the device's clock, while they last: until then nothing is read
    /// from the device and nothing is sent.
    pub fn quiet_until(&self) -> Result<Option<Timestamp>, AgentError> {
        let (enrolled, contact, rules) = self.known()?;
        let said = Statements::load(&*self.ports.storage, enrolled.device)?;
        Ok(quiet(&contact, &rules, &said, &self.ports.time()))
    }

    /// Where things stand.
    pub fn status(&self) -> Result<Status, AgentError> {
        let storage = &*self.ports.storage;
        let now = self.ports.time();
        let Some(enrolled) = Enrolled::load(storage)? else { return Ok(Status::not_enrolled()) };
        let contact = Contact::load(storage, &enrolled)?;
        let rules = self.rules(&enrolled)?;
        let outbox = Outbox::open_to_look(storage, enrolled.device)?;
        let trusted = contact.trusted(&now);
        let said = Statements::load(storage, enrolled.device)?;
        let papers = papers::papers(&rules.policy.policy, self.ports.platform, &said, Language::En, trusted);
        Ok(Status {
            enrolment: Some(EnrolmentStatus {
                server: enrolled.server.clone(),
                organisation: enrolled.organisation.clone(),
                device: enrolled.device,
                enrolled_at: enrolled.since,
                left: contact.left,
                closed: contact.closed_at.is_some(),
            }),
            rules: Some(RulesStatus {
                policy: rules.policy.policy.name.clone(),
                group: rules.policy.group.clone(),
                policy_revision: rules.policy.policy.revision,
                policy_epoch: rules.policy.epoch,
                policy_expires: rules.policy.expires,
                policy_expired: rules.policy.expires <= trusted,
                catalogue_revision: rules.catalogue.revision,
                quiet_until: quiet(&contact, &rules, &said, &now),
            }),
            statements: StatementsStatus {
                waiting: said.waiting().len(),
                notice_pending: papers.notice.pending,
                rules_pending: papers.usage_rules.is_some_and(|rules| rules.pending),
                declarations_pending: papers.declarations.iter().filter(|one| one.pending).count(),
                paused_until: said.paused_until(trusted).map(|until| contact.by_device(until, &now)),
                withdraws: said.withdraws(),
            },
            queue: QueueStatus {
                reports: outbox.waiting().len(),
                bytes: outbox.bytes(),
                oldest: outbox.waiting().first().map(|one| one.queued_at),
                dropped: outbox.untold(),
            },
            clock_ahead_seconds: contact.ahead(&now).as_secs(),
            not_before: contact.held_until(now.wall),
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

    fn may_report(&self) -> Result<(Enrolled, Contact, Arc<Rules>, Statements<'_>), AgentError> {
        let (enrolled, contact, rules) = self.known()?;
        let said = Statements::load(&*self.ports.storage, enrolled.device)?;
        contact.still_in()?;
        if said.withdraws() {
            return Err(AgentError::Left);
        }
        if self.ports.platform.is_phone() && said.notice_is_pending(&rules.policy.policy.notice) {
            return Err(AgentError::NoticePending);
        }
        Ok((enrolled, contact, rules, said))
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

    fn known(&self) -> Result<(Enrolled, Contact, Arc<Rules>), AgentError> {
        let enrolled = self.enrolled()?;
        let contact = Contact::load(&*self.ports.storage, &enrolled)?;
        let rules = self.rules(&enrolled)?;
        Ok((enrolled, contact, rules))
    }

    fn held(&self, contact: &Contact, rules: &Rules, said: &Statements<'_>) -> Option<Held> {
        let now = self.ports.time();
        let paused = said.paused_until(contact.trusted(&now)).is_some();
        quiet(contact, rules, said, &now)
            .filter(|_| !said.withdraws())
            .map(|until| if paused { Held::Pause { until } } else { Held::QuietHours { until } })
            .or_else(|| contact.held_until(now.wall).map(|until| Held::BackOff { until }))
    }

    /// Seals and keeps what the person says; nothing where there is nothing new to say.
    fn say(
        &self,
        what: impl FnOnce(&Rules, &Statements<'_>, (&Contact, Timestamp)) -> Result<Option<statement::Content>, AgentError>,
    ) -> Result<(), AgentError> {
        let storage = &*self.ports.storage;
        let _state = storage.lock(STATE)?;
        let (enrolled, contact, rules) = self.known()?;
        let mut said = Statements::load(storage, enrolled.device)?;
        contact.still_in()?;
        if said.withdraws() {
            return Err(AgentError::Left);
        }
        let now = self.ports.time();
        let trusted = contact.trusted(&now);
        let now = now.wall;
        let Some(content) = what(&rules, &said, (&contact, trusted))? else { return Ok(()) };
        let on = rules.policy.policy.quiet_hours.zone.to_datetime(trusted).date();
        said.say(&content, (now, trusted, on), |number| {
            let statement = Statement {
                audience: enrolled.audience.clone(),
                device: enrolled.device,
                number,
                challenge: contact.challenge.clone(),
                at: now,
                agent_version: self.ports.agent_version.clone(),
                content: content.clone(),
            };
            Ok(seal(Kind::Statement, &statement, &*self.ports.signer)?)
        })?;
        Ok(())
    }

    /// What the policy asks for and the server has a field for.
    fn asks(&self, contact: &Contact, rules: &Rules) -> Wanted {
        Wanted::of(&rules.policy.policy, self.ports.platform).in_schema(contact.schema)
    }

    fn judge(
        &self,
        facts: &DeviceFacts,
        enrolled: &Enrolled,
        contact: &Contact,
        rules: &Rules,
        said: &Statements<'_>,
    ) -> Result<Judged, AgentError> {
        if facts.platform != self.ports.platform {
            return Err(AgentError::WrongPlatform);
        }
        let device = enrolled.device.to_string();
        let kept: Option<Standing> = read_json(&*self.ports.storage, STANDING)?;
        let kept = kept.filter(|standing| standing.device.as_ref() == Some(&device)).unwrap_or_default();
        let standing = Standing { device: Some(device), enrolled_at: Some(enrolled.since), ..kept };
        let mut facts = facts.clone();
        said.fill(&mut facts);
        let facts = self.asks(contact, rules).keep(&facts);
        let now = contact.trusted(&self.ports.time());
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

/// When nothing is quiet any more, by the device's clock: a pause may end within quiet hours, and these within a pause.
fn quiet(contact: &Contact, rules: &Rules, said: &Statements<'_>, now: &DeviceTime) -> Option<Timestamp> {
    let hours = &rules.policy.policy.quiet_hours;
    let trusted = contact.trusted(now);
    let mut until = trusted;
    for _ in 0..MOST_STRETCHES {
        match said.paused_until(until).or_else(|| hours.quiet_until(until)) {
            Some(further) => until = further,
            None => break,
        }
    }
    (until > trusted).then(|| contact.by_device(until, now))
}

/// How long the envelope of a report is at most: base64url of its JSON, the header and the signature. A report that
/// the server would refuse is refused here.
fn longest_envelope(report: &Report) -> Result<usize, AgentError> {
    report.keeps_to_the_table().map_err(|field| AgentError::BadFact { what: field.to_owned() })?;
    let payload = serde_json::to_vec(report).map_err(|error| AgentError::BadFact { what: error.to_string() })?;
    Ok((payload.len() * 4).div_ceil(3) + 300)
}
