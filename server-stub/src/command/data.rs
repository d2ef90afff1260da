//! The data folder of a command, and the organisation it is about.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use agent_core::clock::Clock;
use jiff::Timestamp;

use super::{error::CommandError, note::note};
use crate::{scope::Scope, serve, server::Server};

/// The variable that names the data folder.
const VARIABLE: &str = "ATALAYA_DATA";
/// The data folder where nobody names one.
const USUAL: &str = "atalaya-data";
/// Where a server listens unless told otherwise.
pub(super) const USUAL_ADDRESS: &str = "127.0.0.1:8420";
/// What the first organisation is called until somebody says better.
const FIRST_ORGANISATION: &str = "My organisation";

/// What every command is given.
pub(super) struct Context {
    folder: PathBuf,
    org: Option<String>,
    /// Whether to print JSON.
    pub(super) json: bool,
    clock: Arc<dyn Clock>,
}

/// An open data folder.
pub(super) struct Data {
    /// The server over it.
    pub(super) server: Arc<Server>,
    folder: PathBuf,
    org: Option<String>,
}

/// Whether a command may make a data folder that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fresh {
    /// It is made, with a first organisation, and that is said.
    Make,
    /// There is nothing to look at, so it is refused.
    Refuse,
}

impl Context {
    pub(super) fn new(folder: Option<PathBuf>, org: Option<String>, json: bool, clock: Arc<dyn Clock>) -> Self {
        let folder = folder.or_else(|| std::env::var_os(VARIABLE).map(PathBuf::from)).unwrap_or_else(|| USUAL.into());
        Self { folder, org, json, clock }
    }

    /// The moment now.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The data folder's path.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Opens the data folder.
    pub(super) async fn open(&self, fresh: Fresh) -> Result<Data, CommandError> {
        if !self.folder.join("atalaya.db").exists() && fresh == Fresh::Refuse {
            return Err(CommandError::Refused(format!(
                "{}: there is no data here; name the folder with --data DIR or {VARIABLE}, or begin with `atalaya serve`",
                self.folder.display()
            )));
        }
        let server = Server::open(&self.folder, Arc::clone(&self.clock)).await?;
        Ok(Data { server, folder: self.folder.clone(), org: self.org.clone() })
    }

    /// Opens the data folder, with an organisation in it.
    pub(super) async fn open_with_organisation(&self, fresh: Fresh) -> Result<(Data, Scope), CommandError> {
        let data = self.open(fresh).await?;
        if fresh == Fresh::Make && self.org.is_none() && data.server.organisations().await?.is_empty() {
            data.server.create_organisation(FIRST_ORGANISATION).await?;
            note(&format!(
                "{}: new data folder with one organisation, “{FIRST_ORGANISATION}”, and the starter policy; \
                 `atalaya org rename --name NAME` names it",
                self.folder.display()
            ));
        }
        let scope = data.scope().await?;
        Ok((data, scope))
    }
}

impl Data {
    /// The organisation that `--org` names, or the only one.
    pub(super) async fn scope(&self) -> Result<Scope, CommandError> {
        let all = self.server.organisations().await?;
        let list =
            || all.iter().map(|(scope, name)| format!("{} ({name})", scope.org())).collect::<Vec<_>>().join(", ");
        match (&self.org, &all[..]) {
            (_, []) => Err(CommandError::Refused(
                "there is no organisation yet; make one with `atalaya org create --name NAME`".to_owned(),
            )),
            (Some(named), all) => all
                .iter()
                .find(|(scope, name)| scope.org().to_string() == *named || name == named)
                .map(|(scope, _)| *scope)
                .ok_or_else(|| {
                    CommandError::Usage(format!("--org {named}: no such organisation; there are {}", list()))
                }),
            (None, [(scope, _)]) => Ok(*scope),
            (None, _) => Err(CommandError::Usage(format!("say which organisation with --org: {}", list()))),
        }
    }

    /// The address that people and devices reach the server under, for links.
    pub(super) fn url(&self, given: Option<&str>) -> String {
        if let Some(given) = given {
            return given.trim_end_matches('/').to_owned();
        }
        serve::kept_url(&self.folder).unwrap_or_else(|| {
            let usual = format!("http://{USUAL_ADDRESS}");
            note(&format!(
                "this data has not been served yet, so links begin with {usual}; --url names another address"
            ));
            usual
        })
    }
}
