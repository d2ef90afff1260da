//! The fleet alive: one real client for each phone, over the caller's transport and clock.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use agent_core::{
    client::{Agent, AgentError, MemoryStorage, Ports, SeededRandom, Transport, Urgency},
    clock::Clock,
    judge::{DeviceFacts, text::Language},
    wire::{
        key::Algorithm,
        software_key::{SoftwareKey, SoftwareKeyError},
        statement::Subject,
    },
};
use jiff::{Timestamp, civil::Date};
use tokio::task::JoinSet;

use crate::{
    phone::Phone,
    plan::{Plan, Visit},
    random::Choices,
};

/// The version that simulated agents give as theirs.
const AGENT_VERSION: &str = env!("CARGO_PKG_VERSION");

/// The world that a fleet lives in.
#[derive(Clone)]
pub struct World {
    /// The server's address, such as `http://127.0.0.1:8420`.
    pub server: String,
    /// How it is reached.
    pub transport: Arc<dyn Transport>,
    /// The clock of all devices. The caller moves it.
    pub clock: Arc<dyn Clock>,
    /// An enrolment token for each group.
    pub tokens: BTreeMap<String, String>,
}

/// A fleet of real clients.
pub struct Fleet {
    plan: Plan,
    world: Arc<World>,
    residents: Vec<Arc<Resident>>,
    choices: Mutex<Choices>,
}

/// How far a history is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The moment that comes.
    pub at: Timestamp,
    /// Reports that were delivered.
    pub delivered: usize,
    /// Reports of the whole history.
    pub planned: usize,
}

/// A fleet could not live on.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// No token was given for a group.
    #[error("there is no token for the group `{0}`")]
    NoToken(String),
    /// A device has no key.
    #[error(transparent)]
    Key(#[from] SoftwareKeyError),
    /// A device's client met what it should not.
    #[error("{model}: {error}")]
    Agent {
        /// The phone's model.
        model: &'static str,
        /// What it met.
        error: AgentError,
    },
    /// A report was refused for good.
    #[error("{model}: the server refused a report")]
    Refused {
        /// The phone's model.
        model: &'static str,
    },
    /// A device's task panicked, or the runtime is ending.
    #[error("a device's task ended early")]
    Ended,
    /// The caller had enough.
    #[error("{0}")]
    Stopped(String),
}

impl Fleet {
    /// A fleet of this plan; nobody is enrolled yet.
    pub fn new(plan: Plan, world: World) -> Result<Self, FleetError> {
        let residents = plan.phones.iter().zip(0_u64..).map(|(phone, place)| {
            let token = world.tokens.get(&phone.group).ok_or_else(|| FleetError::NoToken(phone.group.clone()))?;
            Ok(Arc::new(Resident {
                agent: Agent::new(Ports {
                    storage: Arc::new(MemoryStorage::default()),
                    transport: Arc::clone(&world.transport),
                    signer: Arc::new(SoftwareKey::generate(Algorithm::Es256)?),
                    attestation: None,
                    succession: None,
                    clock: Arc::clone(&world.clock),
                    random: Arc::new(SeededRandom::new(plan.seed ^ place)),
                    platform: phone.platform(),
                    agent_version: AGENT_VERSION.to_owned(),
                }),
                phone: phone.clone(),
                token: token.clone(),
                enrolled: AtomicBool::new(false),
            }))
        });
        let residents = residents.collect::<Result<_, FleetError>>()?;
        let choices = Mutex::new(Choices::of(plan.seed).fork(3));
        Ok(Self { plan, world: Arc::new(world), residents, choices })
    }

    /// The plan that it lives by.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Lives through the whole history. `arrive` is called before each moment: it moves the clock there and lets the
    /// server do what came due meanwhile. Gives the number of delivered reports.
    pub async fn live(
        &self,
        mut arrive: impl AsyncFnMut(Progress) -> Result<(), FleetError>,
    ) -> Result<usize, FleetError> {
        let planned = self.plan.reports();
        let mut delivered = 0;
        for visit in &self.plan.visits {
            arrive(Progress { at: visit.at, delivered, planned }).await?;
            delivered += self.visit(visit).await?;
        }
        Ok(delivered)
    }

    /// Lets all phones of one moment report at once.
    async fn visit(&self, visit: &Visit) -> Result<usize, FleetError> {
        let mut heard = JoinSet::new();
        for place in &visit.phones {
            let (resident, world, day) = (Arc::clone(&self.residents[*place]), Arc::clone(&self.world), visit.day);
            heard.spawn(async move { resident.report(&world, day, Urgency::Background).await });
        }
        let mut delivered = 0;
        while let Some(outcome) = heard.join_next().await {
            outcome.map_err(|_| FleetError::Ended)??;
            delivered += 1;
        }
        Ok(delivered)
    }

    /// Lets one phone report after the history: of its own in working time, because its person asked in quiet hours.
    /// None when nobody is there.
    pub async fn tick(&self, now: Timestamp) -> Result<Option<&Phone>, FleetError> {
        let today = self.plan.hours.zone.to_datetime(now).date();
        let there: Vec<&Arc<Resident>> =
            self.residents.iter().filter(|resident| resident.phone.is_heard(today)).collect();
        let chosen = self.choices().one(&there).copied();
        let Some(resident) = chosen else { return Ok(None) };
        let quiet = self.plan.hours.is_quiet(now);
        let urgency = if quiet { Urgency::PersonAsked } else { Urgency::Background };
        resident.report(&self.world, today, urgency).await?;
        Ok(Some(&resident.phone))
    }

    /// How long it is until the next phone reports: seconds in working time, longer in quiet hours.
    pub fn until_next(&self, now: Timestamp) -> Duration {
        let (least, most) = if self.plan.hours.is_quiet(now) { (20, 60) } else { (2, 6) };
        Duration::from_secs(self.choices().between(least, most).unsigned_abs())
    }

    fn choices(&self) -> std::sync::MutexGuard<'_, Choices> {
        self.choices.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A phone with its client.
struct Resident {
    phone: Phone,
    agent: Agent,
    token: String,
    enrolled: AtomicBool,
}

impl Resident {
    /// The person reads what the app shows them, and answers what it asks, on the days of their story.
    fn say(&self, story: &DeviceFacts) -> Result<(), AgentError> {
        let papers = self.agent.papers(Language::Es)?;
        if papers.notice.pending {
            self.agent.acknowledge(Subject::Notice, papers.notice.version, Language::Es)?;
        }
        let has_read = story.usage_rules.value().is_some_and(Option::is_some);
        if let Some(rules) = papers.usage_rules.filter(|rules| rules.pending && has_read) {
            self.agent.acknowledge(Subject::UsageRules, rules.version, Language::Es)?;
        }
        let answers = story.declarations.value().map_or(&[][..], Vec::as_slice);
        for asked in papers.declarations {
            let newest = answers.iter().filter(|made| made.declaration == asked.declaration).max_by_key(|made| made.on);
            if let Some(made) = newest.filter(|made| asked.on.is_none_or(|on| on < made.on)) {
                self.agent.declare(made.declaration, made.affirmed)?;
            }
        }
        Ok(())
    }

    /// Does what the app does when it wakes: enrols where it has to, looks, reports, delivers.
    async fn report(&self, world: &World, day: Date, urgency: Urgency) -> Result<(), FleetError> {
        let model = self.phone.model();
        let failed = |error| FleetError::Agent { model, error };
        if !self.enrolled.load(Ordering::Relaxed) {
            self.agent.enrol(&world.server, &self.token, None).await.map_err(failed)?;
            self.enrolled.store(true, Ordering::Relaxed);
        }
        let facts = self.phone.facts(day);
        self.say(&facts).map_err(failed)?;
        for _ in 0..2 {
            self.agent.report(&facts).map_err(failed)?;
            let delivery = self.agent.deliver(urgency).await.map_err(failed)?;
            if let Some(problem) = delivery.problem {
                return Err(failed(problem));
            }
            if !delivery.report_again {
                return if delivery.refused == 0 { Ok(()) } else { Err(FleetError::Refused { model }) };
            }
        }
        Err(FleetError::Refused { model })
    }
}
