//! `atalaya demo`: a server with a fleet that has lived, and this very machine in it.
//!
//! ```text
//! folder ─▶ server, its clock standing in the past ─▶ history: the fleet's real clients, the real intake
//!        ─▶ the clock runs ─▶ serve ─▶ this machine joins over HTTP ─▶ one sign-in link; the fleet goes on
//! ```

mod clock;
mod company;
mod error;
mod folder;
mod history;
mod inside;
mod machine;

use std::{
    io::Write,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use agent_core::clock::{Clock, SystemClock};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::SignedDuration;
use serde::Serialize;
use simulator::{Fleet, Progress};

use self::{
    clock::DemoClock,
    folder::{Content, Folder},
    history::Span,
    machine::ThisMachine,
};
use crate::{
    access::{Actor, Role, link, secret::Secret, user},
    api,
    scope::Scope,
    serve::{self, Listener, ServeError},
    server::Server,
    token,
};

pub use self::{error::DemoError, folder::FolderError, history::HistoryError};

/// How a demo is to be.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// How many simulated devices.
    #[arg(long, default_value_t = 460, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub devices: u32,
    /// How many days of history.
    #[arg(long, default_value_t = 90, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=400))]
    pub days: u32,
    /// Where to listen; a free port of the same address where it is taken.
    #[arg(long, default_value = "127.0.0.1:8420", value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// The folder that the demo is kept in, from `--data`; a temporary one where none is named.
    #[arg(skip)]
    pub data: Option<PathBuf>,
    /// The same seed makes the same fleet.
    #[arg(long, default_value_t = 7, value_name = "N")]
    pub seed: u64,
    /// Do not open a browser.
    #[arg(long)]
    pub no_open: bool,
}

/// What a demo says when it is ready.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ready<'a> {
    url: &'a str,
    sign_in: &'a str,
    data: String,
    /// This machine's device; none where it could not be enrolled.
    device: Option<String>,
}

/// Shows a demo until `stop` returns. Says what there is to say on `out`, as one document with `json`.
pub async fn run(
    options: &Options,
    json: bool,
    out: &mut (dyn Write + Send),
    stop: impl Future<Output = ()> + Send,
) -> Result<(), DemoError> {
    let folder = Folder::open(options.data.as_deref())?;
    let content = folder.content()?;
    let listener = listen(options.listen, json, out)?;
    let clock = Arc::new(DemoClock::at(SystemClock.now()));
    tokio::pin!(stop);
    let prepared = tokio::select! {
        biased;
        prepared = Box::pin(prepare(options, &folder, content, &clock, json, out)) => prepared?,
        () = &mut stop => return Ok(()),
    };
    clock.release();
    Box::pin(show(options, prepared, listener, &folder, json, out, stop)).await
}

/// A server that is ready to be served.
struct Prepared {
    server: Arc<Server>,
    scope: Scope,
    /// The living fleet; none for a demo that was kept: its devices' keys are gone.
    fleet: Option<Fleet>,
}

async fn prepare(
    options: &Options,
    folder: &Folder,
    content: Content,
    clock: &Arc<DemoClock>,
    json: bool,
    out: &mut (dyn Write + Send),
) -> Result<Prepared, DemoError> {
    let now = clock.now();
    let span = Span { seed: options.seed, devices: options.devices, days: options.days, now };
    if content == Content::Demo {
        let server = Server::open(folder.path(), Arc::<DemoClock>::clone(clock)).await?;
        let (scope, _) = server.organisations().await?.into_iter().next().ok_or(DemoError::NoOrganisation)?;
        if !json {
            writeln!(
                out,
                "{} holds a demo already: it is served as it is, its simulated devices rest.",
                folder.path().display()
            )?;
        }
        return Ok(Prepared { server, scope, fleet: None });
    }
    folder.mark(false)?;
    let history = Arc::new(DemoClock::at(span.begins()));
    let server = Server::open(folder.path(), Arc::<DemoClock>::clone(&history)).await?;
    let bar = bar(options);
    let (scope, fleet) = history::make(&server, &history, span, |step: Progress| {
        bar.set_length(u64::try_from(step.planned).unwrap_or_default());
        bar.set_position(u64::try_from(step.delivered).unwrap_or_default());
        bar.set_message(step.at.strftime("%d %b %Y").to_string());
    })
    .await?;
    bar.finish_and_clear();
    folder.mark(true)?;
    // The server and its fleet know this clock; it runs from here on.
    history.release();
    if !json {
        let reports = fleet.plan().reports();
        writeln!(
            out,
            "{} devices have lived {} days and sent {reports} signed reports.",
            options.devices, options.days
        )?;
    }
    Ok(Prepared { server, scope, fleet: Some(fleet) })
}

fn bar(options: &Options) -> ProgressBar {
    let bar = ProgressBar::new(1);
    let style = ProgressStyle::with_template("{prefix} {bar:32} {percent:>3} %  {msg}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.set_prefix(format!("{} devices live {} days", options.devices, options.days));
    bar
}

/// Takes the address, or a free port beside it.
fn listen(address: SocketAddr, json: bool, out: &mut (dyn Write + Send)) -> Result<Listener, DemoError> {
    match Listener::bind(address, serve::Options::default()) {
        Err(ServeError::Bind { .. }) if address.ip() == Ipv4Addr::LOCALHOST && address.port() != 0 => {
            let listener = Listener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), serve::Options::default())?;
            if !json {
                writeln!(out, "Port {} is taken; {} is used.", address.port(), listener.address().port())?;
            }
            Ok(listener)
        }
        bound => Ok(bound?),
    }
}

async fn show(
    options: &Options,
    prepared: Prepared,
    listener: Listener,
    folder: &Folder,
    json: bool,
    out: &mut (dyn Write + Send),
    stop: impl Future<Output = ()> + Send,
) -> Result<(), DemoError> {
    let Prepared { server, scope, fleet } = prepared;
    let url = listener.url();
    let _ = serve::keep_url(folder.path(), &url);
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let router = api::router(Arc::clone(&server));
    let serving = tokio::spawn(listener.serve(Arc::clone(&server), router, async {
        let _ = ended.await;
    }));
    let token = machine_token(&server, scope).await?;
    let machine = ThisMachine::join(&folder.machine(), &url, &token).await;
    let sign_in = sign_in(&server, scope, &url).await?;
    if json {
        let device = machine.as_ref().ok().map(|machine| machine.device.to_string());
        let ready = Ready { url: &url, sign_in: &sign_in, data: folder.path().display().to_string(), device };
        writeln!(out, "{}", serde_json::to_string(&ready).map_err(std::io::Error::from)?)?;
    } else {
        welcome(out, folder, &machine, &sign_in)?;
    }
    out.flush()?;
    if !options.no_open && has_display() {
        // The link stands in the terminal too.
        let _ = open::that_detached(&sign_in);
    }
    let living = async {
        tokio::join!(
            async {
                match &fleet {
                    Some(fleet) => live_on(fleet, &server).await,
                    None => std::future::pending().await,
                }
            },
            async {
                match &machine {
                    Ok(machine) => machine.go_on().await,
                    Err(_) => std::future::pending().await,
                }
            }
        )
    };
    tokio::pin!(serving);
    tokio::select! {
        ended = &mut serving => return served(ended),
        _ = living => {}
        () = stop => {}
    }
    if !json {
        writeln!(out, "Stopping.")?;
    }
    drop(end);
    served(serving.await)
}

fn served(ended: Result<Result<(), ServeError>, tokio::task::JoinError>) -> Result<(), DemoError> {
    Ok(ended.map_err(|error| ServeError::Listener(std::io::Error::other(error)))??)
}

fn welcome(
    out: &mut (dyn Write + Send),
    folder: &Folder,
    machine: &Result<ThisMachine, agent_core::client::AgentError>,
    sign_in: &str,
) -> Result<(), DemoError> {
    match machine {
        Ok(machine) => writeln!(out, "This machine is one of them now, as {}.", machine.device.label())?,
        Err(error) => writeln!(out, "This machine could not be made one of them: {error}.")?,
    }
    writeln!(out, "\n  Sign in (works once, for ten minutes):\n  {sign_in}\n")?;
    writeln!(out, "Try: the devices that are not compliant, then one of them; press Ctrl-C to stop.")?;
    let data = folder.path().display();
    let kept = if folder.is_kept() { "kept" } else { "removed when you stop" };
    writeln!(
        out,
        "Another link: atalaya admin invite --data {data} --email {} --role owner ({data} is {kept})",
        company::OWNER
    )?;
    Ok(())
}

/// Lets the fleet go on reporting.
async fn live_on(fleet: &Fleet, server: &Server) {
    loop {
        tokio::time::sleep(fleet.until_next(server.now())).await;
        if let Err(error) = fleet.tick(server.now()).await {
            tracing::warn!(%error, "a simulated device could not report");
        }
    }
}

async fn machine_token(server: &Server, scope: Scope) -> Result<String, DemoError> {
    let now = server.now();
    let expires = now.checked_add(SignedDuration::from_hours(1)).unwrap_or(now);
    let made = server
        .store
        .write(move |connection| token::create(connection, scope, company::WORKSTATIONS, (1, expires), now));
    Ok(made.await?)
}

/// One sign-in link for the company's owner.
async fn sign_in(server: &Server, scope: Scope, url: &str) -> Result<String, DemoError> {
    let (now, secret) = (server.now(), Secret::random()?);
    let shown = link::url(url, &secret);
    let made = server.store.write(move |connection| {
        let email = company::OWNER.parse().map_err(|error| crate::store::StoreError::row("address", error))?;
        let owner =
            user::invite(connection, scope, now, &Actor::Local, &email, Some(company::OWNER_NAME), Role::Owner)?;
        Ok(link::create(connection, scope, now, owner, &secret)?)
    });
    made.await?;
    Ok(shown)
}

/// Whether there is a screen to open a browser on.
fn has_display() -> bool {
    if cfg!(any(target_os = "macos", target_os = "windows")) {
        return true;
    }
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

#[cfg(test)]
mod tests {
    use agent_core::client::{
        HttpTransport, Transport,
        transport::{Method, Request},
    };
    use tokio::sync::mpsc;

    use super::*;

    /// Hands on what is said.
    struct Told(mpsc::UnboundedSender<String>);

    impl Write for Told {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let _ = self.0.send(String::from_utf8_lossy(bytes).into_owned());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn options(data: PathBuf) -> Options {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        // A week, so that every phone has a working day, whichever day this is.
        Options { devices: 6, days: 7, listen, data: Some(data), seed: 7, no_open: true }
    }

    async fn get(server: &str, path: &str) -> (u16, String) {
        let request =
            Request { method: Method::Get, path: path.to_owned(), body: None, if_none_match: None, proof: None };
        let answer = HttpTransport::new("0").call(server, request).await.unwrap();
        (answer.status, String::from_utf8(answer.body).unwrap())
    }

    /// Runs a demo, looks at it while it is there, and stops it.
    async fn shown(options: &Options) -> serde_json::Value {
        let (said, mut heard) = mpsc::unbounded_channel::<String>();
        let (found, mut kept) = mpsc::unbounded_channel();
        let stop = async move {
            let ready: serde_json::Value = serde_json::from_str(&heard.recv().await.unwrap()).unwrap();
            let url = ready["url"].as_str().unwrap();
            assert_eq!(get(url, "/readyz").await.0, 200);
            let link = ready["signIn"].as_str().unwrap().strip_prefix(url).unwrap();
            assert_eq!(get(url, link).await.0, 200);
            found.send(ready.clone()).unwrap();
        };
        run(options, true, &mut Told(said), stop).await.unwrap();
        kept.recv().await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_demo_shows_this_machine_and_is_served_again_as_it_was() {
        let place = tempfile::tempdir().unwrap();
        let options = options(place.path().join("demo"));
        let first = shown(&options).await;
        let again = shown(&options).await;
        assert_eq!(first["device"].as_str().map(str::len), Some(26), "{first}");
        assert_eq!(first["device"], again["device"]);
        assert_ne!(first["signIn"], again["signIn"]);
        let server = Server::open(&place.path().join("demo"), Arc::new(SystemClock)).await.unwrap();
        let devices: i64 = server
            .store
            .read(|connection| Ok(connection.query_row("SELECT count(*) FROM devices", [], |row| row.get(0))?))
            .await
            .unwrap();
        // Six phones and this machine, which stays itself though the port is another.
        assert_eq!(devices, 7);
    }

    #[tokio::test]
    async fn a_demo_that_was_stopped_too_early_says_so() {
        let place = tempfile::tempdir().unwrap();
        let options = options(place.path().join("demo"));
        run(&options, true, &mut Vec::new(), std::future::ready(())).await.unwrap();
        let again = run(&options, true, &mut Vec::new(), std::future::ready(())).await;
        assert!(matches!(again, Err(DemoError::Folder(FolderError::Unfinished(_)))), "{again:?}");
    }
}
