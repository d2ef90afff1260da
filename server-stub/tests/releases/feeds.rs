//! A server of feeds on this machine, and the answers that it gives.

use std::{
    collections::HashMap,
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, Response, StatusCode, header},
};
use futures_util::stream;

/// How a path answers.
#[derive(Clone)]
pub(crate) enum Answer {
    /// These bytes, named by an `ETag`.
    Body(Vec<u8>),
    /// This status, and what it asks for.
    Status(u16, Option<&'static str>),
    /// So many bytes, without saying how many beforehand.
    Endless(usize),
    /// A byte now and then.
    Drip,
    /// Half of these bytes, and the connection ends.
    Broken(Vec<u8>),
    /// Elsewhere.
    Redirect(String),
}

#[derive(Clone, Default)]
struct Shelf {
    answers: Arc<Mutex<HashMap<String, Answer>>>,
    asked: Arc<Mutex<Vec<(String, HeaderMap)>>>,
}

/// A server of feeds.
pub(crate) struct Feeds {
    shelf: Shelf,
    pub(crate) url: String,
}

impl Feeds {
    pub(crate) async fn start() -> Self {
        let shelf = Shelf::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/feeds", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(shelf.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { shelf, url }
    }

    /// A server that has the answer of every source.
    pub(crate) async fn with_every_source() -> Self {
        let feeds = Self::start().await;
        feeds.body("apple-gdmf/pmv.json", &fixture("apple-gdmf"));
        for store in ["es", "us", "mx", "br", "de"] {
            for by in ["bundle", "id"] {
                feeds.body(&format!("apple-lookup/{store}-{by}.json"), &fixture("apple-lookup"));
            }
        }
        for sdk in 33..=37 {
            feeds.body(&format!("android-patch/android_sdk_{sdk}.json"), &fixture("android-patch"));
        }
        feeds.body("amapi/com.whatsapp.w4b.json", &fixture("amapi"));
        feeds.body("sofa/v2.json", &fixture("sofa"));
        feeds.body("endoflife.date/ios.json", &fixture("endoflife-new"));
        feeds.body("endoflife.date/android.json", &fixture("endoflife-old"));
        feeds.body("cisa-kev/known_exploited_vulnerabilities.json", &fixture("cisa-kev"));
        feeds.body("nvd/whatsapp-business.json", &fixture("nvd"));
        feeds.body("cve/CVE-2026-4242.json", &fixture("cve-ios"));
        feeds.body("cve/CVE-2026-23871.json", &fixture("cve-both"));
        for cve in [
            "CVE-2022-36934",
            "CVE-2023-38538",
            "CVE-2025-55177",
            "CVE-2025-55179",
            "CVE-2026-44908",
            "CVE-2026-102769",
            "CVE-2026-7101",
        ] {
            let record = format!(r#"{{"cveMetadata":{{"cveId":"{cve}","state":"REJECTED"}}}}"#);
            feeds.body(&format!("cve/{cve}.json"), record.as_bytes());
        }
        feeds
    }

    pub(crate) fn set(&self, file: &str, answer: Answer) {
        self.shelf.answers.lock().unwrap().insert(format!("/feeds/{file}"), answer);
    }

    pub(crate) fn body(&self, file: &str, bytes: &[u8]) {
        self.set(file, Answer::Body(bytes.to_vec()));
    }

    /// The answer of a source, changed.
    pub(crate) fn changed(&self, file: &str, from: &str, to: &str) {
        let path = format!("/feeds/{file}");
        let Some(Answer::Body(bytes)) = self.shelf.answers.lock().unwrap().get(&path).cloned() else {
            panic!("{file} has no body")
        };
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains(from), "{file} holds {from}");
        self.body(file, text.replace(from, to).as_bytes());
    }

    /// How often this file was asked for.
    pub(crate) fn asked(&self, file: &str) -> usize {
        self.headers(file).len()
    }

    pub(crate) fn headers(&self, file: &str) -> Vec<HeaderMap> {
        let asked = self.shelf.asked.lock().unwrap();
        asked.iter().filter(|(path, _)| *path == format!("/feeds/{file}")).map(|(_, headers)| headers.clone()).collect()
    }
}

async fn answer(State(shelf): State<Shelf>, request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    shelf.asked.lock().unwrap().push((path.clone(), request.headers().clone()));
    let found = shelf.answers.lock().unwrap().get(&path).cloned();
    let plain = |status: StatusCode| Response::builder().status(status);
    let whole = |body: Body| plain(StatusCode::OK).body(body).unwrap();
    match found {
        None => plain(StatusCode::NOT_FOUND).body(Body::empty()).unwrap(),
        Some(Answer::Body(bytes)) => {
            let etag =
                format!("\"{:x}\"", bytes.iter().fold(5_u64, |sum, byte| sum.wrapping_mul(31) + u64::from(*byte)));
            if request.headers().get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
                return plain(StatusCode::NOT_MODIFIED).body(Body::empty()).unwrap();
            }
            plain(StatusCode::OK).header(header::ETAG, etag).body(Body::from(bytes)).unwrap()
        }
        Some(Answer::Status(status, wait)) => {
            let mut response = plain(StatusCode::from_u16(status).unwrap());
            if let Some(wait) = wait {
                response = response.header(header::RETRY_AFTER, wait);
            }
            response.body(Body::empty()).unwrap()
        }
        Some(Answer::Endless(length)) => {
            let pieces = (0..length.div_ceil(65_536)).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 65_536])));
            whole(Body::from_stream(stream::iter(pieces)))
        }
        Some(Answer::Drip) => whole(Body::from_stream(stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Some((Ok::<_, std::io::Error>(Bytes::from_static(b" ")), ()))
        }))),
        Some(Answer::Broken(bytes)) => {
            let half = Bytes::from(bytes[..bytes.len() / 2].to_vec());
            let pieces = [Ok(half), Err(std::io::Error::other("cut"))];
            whole(Body::from_stream(stream::iter(pieces)))
        }
        Some(Answer::Redirect(to)) => {
            plain(StatusCode::FOUND).header(header::LOCATION, to).body(Body::empty()).unwrap()
        }
    }
}

/// The small answers of our own writing; the fuzzer's seeds are the same, with a sign before each for the source.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../tests/fuzz/seeds/feed/{name}.txt"));
    fs::read(path).unwrap().split_off(1)
}

/// The folder of recorded answers; says so where there is none.
pub(crate) fn recorded() -> Option<std::path::PathBuf> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let feeds = std::env::var_os("ATALAYA_TEST_DATA").map_or_else(default, std::path::PathBuf::from).join("feeds");
    if feeds.is_dir() {
        return Some(feeds);
    }
    // Past the test runner's capture, so that the skip is seen.
    let skipped = format!("SKIPPED recorded feeds: {} is not there; set ATALAYA_TEST_DATA", feeds.display());
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{skipped}\n").as_bytes());
    None
}
