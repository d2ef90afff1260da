//! `HttpTransport` against real sockets on this machine: what it sends, what it believes and what it refuses.
//!
//! `tests/tls` holds a root, a certificate of it for `localhost` and another root of the same name, made with openssl for a
//! hundred years. Their keys protect nothing.
#![cfg(feature = "network")]
#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use agent_core::client::{
    HttpTransport, TlsOptions, Transport, TransportError,
    transport::{ContentType, LONGEST_ANSWER, Method, Request, Response},
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

const ROOT: &[u8] = include_bytes!("tls/root.pem");
const OTHER_ROOT: &[u8] = include_bytes!("tls/other-root.pem");
const CERTIFICATE: &[u8] = include_bytes!("tls/server.pem");
const KEY: &[u8] = include_bytes!("tls/server.key");
const PIN: &str = "sha256/eFJ80chc+JUqCSycoEznJk64JNb/GSmY6CLRKGtf3rI=";

/// Reads one request, hands it on and writes this answer.
fn converse(stream: impl Read + Write, answer: &[u8], heard: &mpsc::Sender<String>) {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or_default() == 0 {
            // No HTTP at all; a real server says so.
            let _ = reader.into_inner().write_all(answer);
            return;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        request += &line;
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    request += std::str::from_utf8(&body).unwrap();
    let _ = heard.send(request);
    let mut stream = reader.into_inner();
    // Who asked may hang up early.
    let _ = stream.write_all(answer).and_then(|()| stream.flush());
}

/// A server that gives everybody this answer; its port, and what it hears.
fn server(answer: Vec<u8>, tls: Option<Arc<rustls::ServerConfig>>) -> (u16, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (heard, requests) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let stream: TcpStream = stream.unwrap();
            match &tls {
                None => converse(stream, &answer, &heard),
                Some(tls) => {
                    let connection = rustls::ServerConnection::new(Arc::clone(tls)).unwrap();
                    converse(rustls::StreamOwned::new(connection, stream), &answer, &heard);
                }
            }
        }
    });
    (port, requests)
}

fn secure() -> Arc<rustls::ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    Arc::new(builder.with_no_client_auth().with_single_cert(chain, key).unwrap())
}

fn answer(head: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).into_bytes()
}

fn get() -> Request {
    Request {
        method: Method::Get,
        path: "/v1/policy".into(),
        body: None,
        if_none_match: Some("\"7\"".into()),
        proof: Some("a.b.c".into()),
    }
}

async fn call_securely(options: TlsOptions) -> Result<Response, TransportError> {
    let (port, _requests) = server(answer("200 OK", "{}"), Some(secure()));
    HttpTransport::with("0.1.0", options).call(&format!("https://localhost:{port}"), get()).await
}

/// Why the server was not believed.
fn refused(answer: Result<Response, TransportError>) -> String {
    match answer {
        Err(TransportError::Identity(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn rooted() -> TlsOptions {
    TlsOptions { extra_roots: Some(ROOT.to_vec()), ..TlsOptions::default() }
}

#[tokio::test]
async fn a_request_carries_what_it_should_and_the_answer_comes_whole() {
    let (port, requests) = server(answer("503 Busy\r\nETag: \"8\"\r\nRetry-After: 90", "later"), None);
    let transport = HttpTransport::new("0.1.0");
    let url = format!("http://127.0.0.1:{port}");
    let request = Request::post("/v1/reports", ContentType::Jose, b"an.envelope.here".to_vec());
    let response = transport.call(&url, request).await.unwrap();
    assert_eq!((response.status, response.body.as_slice()), (503, b"later".as_slice()));
    assert_eq!(response.etag.as_deref(), Some("\"8\""));
    assert_eq!(response.retry_after, Some(Duration::from_secs(90)));
    let heard = requests.recv().unwrap();
    assert!(heard.starts_with("POST /v1/reports HTTP/1.1\r\n"), "{heard}");
    assert!(heard.ends_with("\r\n\r\nan.envelope.here"), "{heard}");
    for line in ["content-type: application/jose", "user-agent: atalaya-agent/0.1.0"] {
        assert!(heard.contains(&format!("\r\n{line}\r\n")), "{line} is missing in {heard}");
    }
    transport.call(&url, get()).await.unwrap();
    let heard = requests.recv().unwrap();
    for line in ["authorization: Proof a.b.c", "if-none-match: \"7\""] {
        assert!(heard.contains(&format!("\r\n{line}\r\n")), "{line} is missing in {heard}");
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (elsewhere, requests) = server(answer("200 OK", "{}"), None);
    let head = format!("302 Found\r\nLocation: http://127.0.0.1:{elsewhere}/");
    let (port, _) = server(answer(&head, ""), None);
    let response = HttpTransport::new("0.1.0").call(&format!("http://127.0.0.1:{port}"), get()).await.unwrap();
    assert_eq!(response.status, 302);
    assert!(requests.try_recv().is_err(), "nothing went elsewhere");
}

#[tokio::test]
async fn an_answer_ends_at_one_mebibyte() {
    let call = async |length: usize| {
        let (port, _requests) = server(answer("200 OK", &"x".repeat(length)), None);
        HttpTransport::new("0.1.0").call(&format!("http://127.0.0.1:{port}"), get()).await
    };
    assert_eq!(call(LONGEST_ANSWER).await.unwrap().body.len(), LONGEST_ANSWER);
    assert_eq!(call(LONGEST_ANSWER + 1).await, Err(TransportError::TooLong));
}

#[tokio::test]
async fn nobody_there_and_half_an_answer_are_told_apart() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let call = async |port: u16| HttpTransport::new("0.1.0").call(&format!("http://127.0.0.1:{port}"), get()).await;
    assert_eq!(call(port).await, Err(TransportError::Unreachable));
    let (port, _requests) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".to_vec(), None);
    assert_eq!(call(port).await, Err(TransportError::Broken));
}

#[tokio::test]
async fn a_stranger_s_root_is_not_believed_and_the_company_s_own_is_when_given() {
    let why = refused(call_securely(TlsOptions::default()).await);
    assert!(why.contains("root"), "{why}");
    assert_eq!(call_securely(rooted()).await.unwrap().status, 200);
    let other = TlsOptions { extra_roots: Some(OTHER_ROOT.to_vec()), ..TlsOptions::default() };
    let why = refused(call_securely(other).await);
    assert!(why.contains("give the company's root"), "{why}");
    let both = TlsOptions { extra_roots: Some([OTHER_ROOT, ROOT].concat()), ..TlsOptions::default() };
    assert_eq!(call_securely(both).await.unwrap().status, 200, "while a root is changed, both are believed");
    let damaged = TlsOptions { extra_roots: Some(b"nothing".to_vec()), ..TlsOptions::default() };
    let why = refused(call_securely(damaged).await);
    assert!(why.contains("PEM"), "{why}");
}

#[tokio::test]
async fn a_pinned_root_is_the_only_one() {
    let pinned = |pem: &[u8]| TlsOptions { pinned_roots: Some(pem.to_vec()), ..TlsOptions::default() };
    assert_eq!(call_securely(pinned(ROOT)).await.unwrap().status, 200);
    assert_eq!(call_securely(pinned(&[OTHER_ROOT, ROOT].concat())).await.unwrap().status, 200);
    let other = TlsOptions { extra_roots: Some(ROOT.to_vec()), ..pinned(OTHER_ROOT) };
    let why = refused(call_securely(other).await);
    assert!(why.contains("give the company's root"), "not even one that would be believed otherwise: {why}");
    let key = TlsOptions { pins: vec![[7; 32]], ..pinned(ROOT) };
    assert!(refused(call_securely(key).await).contains("pinned"), "a pinned key counts beside it");
    for damaged in [&b"nothing"[..], b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let why = refused(call_securely(pinned(damaged)).await);
        assert!(why.contains("PEM"), "{why}");
    }
}

#[tokio::test]
async fn a_pinned_key_is_the_only_one() {
    let pinned = TlsOptions { pins: vec![TlsOptions::pin(PIN).unwrap()], ..rooted() };
    assert_eq!(call_securely(pinned).await.unwrap().status, 200);
    let other = TlsOptions { pins: vec![[7; 32]], ..rooted() };
    let why = refused(call_securely(other).await);
    assert!(why.contains("pinned"), "{why}");
    let unrooted = TlsOptions { pins: vec![TlsOptions::pin(PIN).unwrap()], ..TlsOptions::default() };
    assert!(matches!(call_securely(unrooted).await, Err(TransportError::Identity(_))), "a pin alone is not enough");
    assert!(TlsOptions::pin("sha256/short").is_err());
}

#[tokio::test]
async fn a_certificate_for_another_name_and_a_port_without_tls_say_so() {
    let (port, _requests) = server(answer("200 OK", "{}"), Some(secure()));
    let transport = HttpTransport::with("0.1.0", rooted());
    let wrong = transport.call(&format!("https://127.0.0.1:{port}"), get()).await;
    let why = refused(wrong);
    assert!(why.contains("another name"), "{why}");
    let (port, _requests) = server(answer("400 Bad Request", ""), None);
    let plain = transport.call(&format!("https://localhost:{port}"), get()).await;
    let why = refused(plain);
    assert!(why.contains("does not speak TLS"), "{why}");
}
