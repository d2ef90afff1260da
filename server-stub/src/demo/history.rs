//! Makes the fleet's history: ninety days of real reports through the real intake, in seconds.

use std::{collections::BTreeMap, sync::Arc};

use agent_core::judge::policy::document::PolicyDocument;
use jiff::{SignedDuration, Timestamp};
use rusqlite::params;
use simulator::{Fleet, FleetError, Outline, Plan, Progress, World};

use super::{
    clock::DemoClock,
    company::{self, Rules},
    inside::Inside,
};
use crate::{
    api,
    judging::{
        catalogues,
        rules::{self, RulesError},
    },
    scope::Scope,
    server::Server,
    store::{StoreError, to_ms},
    token,
};

/// How the history is to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// The same seed gives the same fleet.
    pub(super) seed: u64,
    /// How many devices.
    pub(super) devices: u32,
    /// How many days.
    pub(super) days: u32,
    /// Its end.
    pub(super) now: Timestamp,
}

impl Span {
    fn back(&self, days: u32) -> Timestamp {
        self.now.checked_sub(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(self.now)
    }

    /// The moment from which the server exists: a day before the first device.
    pub(super) fn begins(&self) -> Timestamp {
        self.back(self.days + 1)
    }
}

/// The history could not be made.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The demo's own rules were refused.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// The fleet could not live on.
    #[error(transparent)]
    Fleet(#[from] FleetError),
}

/// Founds the company and lives through the fleet's history, up to now. The clock stands at the end of it.
pub(super) async fn make(
    server: &Arc<Server>,
    clock: &Arc<DemoClock>,
    span: Span,
    mut progress: impl FnMut(Progress),
) -> Result<(Scope, Fleet), HistoryError> {
    clock.set(span.begins());
    let scope = server.create_organisation(company::NAME).await?;
    apply(server, scope, company::first_rules()).await?;
    import(server, scope).await?;
    let plan = Plan::new(&Outline {
        seed: span.seed,
        devices: span.devices,
        days: span.days,
        now: span.now,
        hours: hours()?,
        groups: company::groups(),
    });
    let world = World {
        server: "http://127.0.0.1".to_owned(),
        transport: Arc::new(Inside::new(api::router(Arc::clone(server)))),
        clock: Arc::<DemoClock>::clone(clock),
        tokens: tokens(server, scope, span).await?,
    };
    let fleet = Fleet::new(plan, world)?;
    let mut floor_comes = Some(span.back(company::FLOOR_CAME)).filter(|at| *at > span.begins());
    fleet
        .live(async |step| {
            progress(step);
            if let Some(at) = floor_comes.take_if(|at| *at <= step.at) {
                clock.set(at);
                settle(server).await?;
                apply(server, scope, company::rules_with_floor()).await.map_err(stopped)?;
            }
            clock.set(step.at);
            settle(server).await
        })
        .await?;
    if floor_comes.is_some() {
        apply(server, scope, company::rules_with_floor()).await?;
    }
    clock.set(span.now);
    server.settle().await?;
    Ok((scope, fleet))
}

async fn settle(server: &Server) -> Result<(), FleetError> {
    server.settle().await.map(drop).map_err(stopped)
}

fn stopped(error: impl std::fmt::Display) -> FleetError {
    FleetError::Stopped(error.to_string())
}

/// When people of the demo work: what their policy says.
fn hours() -> Result<agent_core::judge::quiet_hours::QuietHours, RulesError> {
    let rules = company::rules_with_floor();
    let text = rules.first().map_or("", |rules| rules.text.as_str());
    Ok(PolicyDocument::from_text("policy.yaml", text)?.policy.quiet_hours)
}

async fn apply(server: &Server, scope: Scope, all: Vec<Rules>) -> Result<(), RulesError> {
    let now = server.now();
    let applied = server.store.write(move |connection| {
        let each = all.iter().map(|rules| {
            let file = ("policy.yaml", rules.text.as_str());
            rules::apply_policy(connection, scope, rules.group, file, rules.note, now).map(drop)
        });
        Ok(each.collect::<Result<(), RulesError>>())
    });
    applied.await?
}

async fn import(server: &Server, scope: Scope) -> Result<(), RulesError> {
    let now = server.now();
    let imported = server.store.write(move |connection| {
        let file = (company::CATALOGUE_FILE, company::CATALOGUE);
        Ok(catalogues::import_catalogue(connection, scope, "demo", file, now).map(drop))
    });
    imported.await?
}

/// A token for each group of phones, and the groups that have no policy of their own.
async fn tokens(server: &Server, scope: Scope, span: Span) -> Result<BTreeMap<String, String>, StoreError> {
    let now = server.now();
    let expires = span.now;
    let made = server.store.write(move |connection| {
        let mut tokens = BTreeMap::new();
        for group in company::groups() {
            connection.execute(
                "INSERT INTO groups (org, grp, created_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                params![scope.org(), group.name, to_ms(now)],
            )?;
            let token = token::create(connection, scope, &group.name, (span.devices.max(1), expires), now)?;
            tokens.insert(group.name, token);
        }
        Ok(tokens)
    });
    made.await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_history_is_made_of_real_reports() {
        let folder = tempfile::tempdir().unwrap();
        let now: Timestamp = "2026-11-24T09:42:00+01:00".parse().unwrap();
        let span = Span { seed: 7, devices: 16, days: 50, now };
        let clock = Arc::new(DemoClock::at(span.begins()));
        let server = Server::open(folder.path(), Arc::<DemoClock>::clone(&clock)).await.unwrap();
        let mut steps = 0;
        let (scope, fleet) = make(&server, &clock, span, |_| steps += 1).await.unwrap();
        assert!(steps > 150, "{steps}");
        let (devices, reports, spans): (i64, i64, i64) = server
            .store
            .read(move |connection| {
                let count = |sql: &str| connection.query_row(sql, [scope.org()], |row| row.get(0));
                Ok((
                    count("SELECT count(*) FROM devices WHERE org = ?1")?,
                    count("SELECT count(*) FROM reports WHERE org = ?1")?,
                    count("SELECT count(*) FROM spans WHERE org = ?1 AND subject = '' AND until IS NOT NULL")?,
                ))
            })
            .await
            .unwrap();
        assert_eq!(devices, 16);
        assert!(reports >= i64::try_from(fleet.plan().reports()).unwrap());
        assert!(spans >= 3, "{spans}");
        let phone = fleet.tick(now).await.unwrap();
        assert!(phone.is_some());
    }
}
