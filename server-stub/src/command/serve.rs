//! `serve`: the endpoint.

use std::{net::SocketAddr, path::PathBuf};

use ipnet::IpNet;
use serde_json::json;

use super::{
    answer::{Answer, print, print_json},
    data::{Context, Fresh, USUAL_ADDRESS},
    error::CommandError,
};
use crate::{
    access::user,
    api,
    evidence::asking,
    releases::{Fetcher, Mirror, keep_fetching},
    serve::{self, Listener, Options, TlsFiles},
};

/// How to listen.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("asking").args(["fetch_releases", "fetch_trust"]).multiple(true))]
#[command(after_help = "Examples:\n  atalaya serve --data /var/lib/atalaya --listen 0.0.0.0:443 \
                        --tls-cert cert.pem --tls-key key.pem --url https://posture.example.com\n  \
                        atalaya serve --listen 10.0.0.5:8420 --behind-proxy 10.0.0.1/32 --url https://posture.example.com\n\n\
                        Logs are JSON lines on stderr; ATALAYA_LOG=warn says less.\n\
                        Exit codes: 0 asked to end, everything accepted was finished · 1 failed · 2 wrong usage")]
pub(super) struct Arguments {
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = USUAL_ADDRESS)]
    listen: SocketAddr,
    /// The certificate with its chain, PEM; read again when it changes.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// The proxies that terminate TLS before this server: only their X-Forwarded-For and -Proto are believed.
    #[arg(long, value_name = "CIDR", value_delimiter = ',')]
    behind_proxy: Vec<IpNet>,
    /// The address under which people and devices reach it, for links; otherwise the one it listens on.
    #[arg(long, value_name = "URL", value_parser = public_url)]
    url: Option<String>,
    /// Ask the sources of releases by schedule; otherwise this server asks nobody anything.
    #[arg(long)]
    fetch_releases: bool,
    /// Ask for Google's list of revoked certificates by schedule.
    #[arg(long)]
    fetch_trust: bool,
    /// A folder of saved answers to ask instead of the sources themselves.
    #[arg(long, value_name = "BASE_URL", requires = "asking")]
    mirror: Option<Mirror>,
}

fn public_url(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).map_err(|error| error.to_string())?;
    let plain = url.query().is_none() && url.fragment().is_none() && url.path() == "/";
    if !matches!(url.scheme(), "http" | "https") || !plain {
        return Err("write https:// and the host's name, without a path".to_owned());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

pub(super) async fn run(arguments: Arguments, context: &Context) -> Result<Answer, CommandError> {
    serve::log::start_json();
    serve::metrics::start();
    let tls = arguments.tls_cert.zip(arguments.tls_key).map(|(cert, key)| TlsFiles { cert, key });
    let listener = Listener::bind(arguments.listen, Options { tls, behind_proxy: arguments.behind_proxy })?;
    let (data, scope) = match context.open_with_organisation(Fresh::Make).await {
        Ok((data, scope)) => (data, Some(scope)),
        // Serving is for every organisation, so it needs no --org.
        Err(CommandError::Usage(_)) => (context.open(Fresh::Make).await?, None),
        Err(error) => return Err(error),
    };
    let url = arguments.url.unwrap_or_else(|| listener.url());
    serve::keep_url(context.folder(), &url)?;
    let nobody = match scope {
        Some(scope) => data.server.store.read(move |conn| Ok(user::all(conn, scope)?)).await?.is_empty(),
        None => false,
    };
    let (address, folder) = (listener.address(), context.folder().display());
    if context.json {
        print_json(&json!({"url": url, "address": address.to_string(), "data": folder.to_string()}))?;
    } else {
        print(&format!("Atalaya serves {folder} on {address}; people and devices reach it at {url}"))?;
        if nobody {
            print("Nobody can sign in yet: `atalaya admin invite --email you@example.com --role owner` lets you in.")?;
        }
    }
    tracing::info!(%address, "serving");
    let router = api::router(std::sync::Arc::clone(&data.server));
    let fetching = arguments.fetch_releases.then(|| {
        tokio::spawn(keep_fetching(std::sync::Arc::clone(&data.server), Fetcher::new(arguments.mirror.clone())))
    });
    let asking = arguments.fetch_trust.then(|| {
        let (server, fetcher) = (std::sync::Arc::clone(&data.server), Fetcher::new(arguments.mirror));
        tokio::spawn(asking::keep_fetching(server, fetcher))
    });
    let served = listener.serve(data.server, router, serve::asked_to_end()).await;
    for task in [fetching, asking].into_iter().flatten() {
        task.abort();
    }
    served?;
    tracing::info!("ended; everything that was accepted is finished");
    Ok(Answer::said())
}
