//! The listener as a process: what it refuses, serves and finishes.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::Arc,
};

use agent_core::clock::SystemClock;
use atalaya_server::{
    api,
    serve::{Listener, Options, ServeError},
    server::Server,
};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use serde_json::Value;

fn atalaya() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
    command.env_remove("ATALAYA_DATA").env_remove("ATALAYA_LOG");
    command
}

fn pem(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/access/tls").join(name)
}

/// A server that runs, and is killed when the test is over.
struct Running {
    process: Child,
    said: BufReader<ChildStdout>,
    address: SocketAddr,
    url: String,
}

impl Running {
    fn start(data: &Path, arguments: &[&str]) -> Self {
        let mut process = atalaya()
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let mut text = String::new();
        while !text.ends_with("}\n") {
            assert!(said.read_line(&mut text).unwrap() > 0, "it ended before it served: {text}");
        }
        let told: Value = serde_json::from_str(&text).unwrap();
        let address = told["address"].as_str().unwrap().parse().unwrap();
        Self { process, said, address, url: told["url"].as_str().unwrap().to_owned() }
    }

    fn ask(&self, path: &str, headers: &str) -> String {
        exchange(TcpStream::connect(self.address).unwrap(), path, headers)
    }

    /// Asks it to end; its exit code and log.
    fn end(mut self) -> (Option<i32>, String) {
        let asked = Command::new("kill").arg("-TERM").arg(self.process.id().to_string()).status().unwrap();
        assert!(asked.success());
        let status = self.process.wait().unwrap();
        let mut log = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "one document on stdout");
        (status.code(), log)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn exchange(mut stream: impl std::io::Read + std::io::Write, path: &str, headers: &str) -> String {
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n").unwrap();
    let mut answer = Vec::new();
    // A TLS peer that closes without its farewell has still sent a whole answer.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

#[test]
fn it_serves_until_asked_to_end_and_logs_nothing_about_people() {
    let data = tempfile::tempdir().unwrap();
    let running = Running::start(data.path(), &[]);
    assert_eq!(running.url, format!("http://{}", running.address));
    assert!(running.ask("/healthz", "").starts_with("HTTP/1.1 200"));
    assert!(running.ask("/readyz", "").ends_with("ready\n"));
    assert!(running.ask("/sign-in/link?token=secret-token", "").starts_with("HTTP/1.1 410"));
    assert!(running.ask("/v1/devices/01J0000000000000000000DEVX", "").starts_with("HTTP/1.1 4"));
    let (code, log) = running.end();
    assert_eq!(code, Some(0), "{log}");
    let lines: Vec<Value> =
        log.lines().filter(|line| line.starts_with('{')).map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().any(|line| line["route"] == "/sign-in/link" && line["status"] == 410), "{log}");
    for part in ["secret-token", "DEVX", "127.0.0.1:5", "marta"] {
        assert!(!log.contains(part), "{part} is in the log: {log}");
    }
}

#[test]
fn it_speaks_tls_and_says_so_to_browsers() {
    let data = tempfile::tempdir().unwrap();
    let (cert, key) = (pem("one.cert.pem"), pem("one.key.pem"));
    let running =
        Running::start(data.path(), &["--tls-cert", cert.to_str().unwrap(), "--tls-key", key.to_str().unwrap()]);
    assert!(running.url.starts_with("https://"));
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&cert).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let session = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
    let answer = exchange(StreamOwned::new(session, TcpStream::connect(running.address).unwrap()), "/sign-in", "");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let lower = answer.to_lowercase();
    assert!(lower.contains("strict-transport-security: max-age="), "{answer}");
    assert!(lower.contains("set-cookie: __host-atalaya-form="), "{answer}");
    assert!(lower.contains("; secure"), "{answer}");
    assert_eq!(running.end().0, Some(0));
}

#[test]
fn plain_http_off_this_machine_is_refused_with_the_ways_out() {
    let data = tempfile::tempdir().unwrap();
    let output = atalaya().args(["serve", "--listen", "0.0.0.0:0", "--data"]).arg(data.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    for way in ["--tls-cert", "--behind-proxy", "127.0.0.1"] {
        assert!(told.contains(way), "{told}");
    }
    assert!(!data.path().join("atalaya.db").exists(), "nothing was made");
}

#[test]
fn behind_a_proxy_only_what_came_by_https_is_served() {
    let data = tempfile::tempdir().unwrap();
    let running =
        Running::start(data.path(), &["--behind-proxy", "127.0.0.1/32", "--url", "https://posture.example.com"]);
    assert_eq!(running.url, "https://posture.example.com");
    let through =
        |proto| running.ask("/sign-in", &format!("X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: {proto}\r\n"));
    let answer = through("https").to_lowercase();
    assert!(answer.starts_with("http/1.1 200") && answer.contains("__host-atalaya-form="), "{answer}");
    let answer = through("http");
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("X-Forwarded-Proto: https"), "{answer}");
    let figures = running.ask("/metrics", "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n");
    assert!(figures.starts_with("HTTP/1.1 401"), "figures are for this machine or a token: {figures}");
    assert!(running.ask("/metrics", "").starts_with("HTTP/1.1 200"));
}

#[test]
fn commands_work_beside_it_and_know_its_address() {
    let data = tempfile::tempdir().unwrap();
    let running = Running::start(data.path(), &[]);
    let output = atalaya()
        .args(["admin", "invite", "--email", "marta@clinica.example", "--role", "owner", "--json", "--data"])
        .arg(data.path())
        .output()
        .unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let link = told["link"].as_str().unwrap();
    let path = link.strip_prefix(&running.url).unwrap();
    assert!(running.ask(path, "").starts_with("HTTP/1.1 200"), "{link}");
}

async fn in_process(data: &Path) -> (Arc<Server>, Listener) {
    let server = Server::open(data, Arc::new(SystemClock)).await.unwrap();
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), Options::default()).unwrap();
    (server, listener)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_finished_before_it_ends() {
    let data = tempfile::tempdir().unwrap();
    let (server, listener) = in_process(data.path()).await;
    let (address, router) = (listener.address(), api::router(Arc::clone(&server)));
    let (stop, asked) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(listener.serve(server, router, async { drop(asked.await) }));
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        let head = "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\n\
                    Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        // The server asks for the body: the request is being worked on.
        let mut told = [0; 25];
        stream.read_exact(&mut told).unwrap();
        assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
        stop.send(()).unwrap();
        stream.write_all(b"a=b").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    let answer = answer.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(matches!(serving.await.unwrap(), Ok(())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_can_no_longer_write_ends_with_an_error() {
    let data = tempfile::tempdir().unwrap();
    let (server, listener) = in_process(data.path()).await;
    let router = api::router(Arc::clone(&server));
    let serving = tokio::spawn(listener.serve(Arc::clone(&server), router, std::future::pending()));
    let written = server.store.write::<(), _>(|_| panic!("the committer dies here, as this test wants")).await;
    assert!(written.is_err());
    assert!(matches!(serving.await.unwrap(), Err(ServeError::Died)));
    assert!(!server.is_ready());
}
