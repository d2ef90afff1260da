//! Stylesheet, script and mark, carried in the binary and served under a name that holds their hash.

use std::sync::LazyLock;

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

/// One file.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    text: &'static str,
    hash: String,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    [
        ("fleet.css", "text/css; charset=utf-8", include_str!("../../assets/fleet.css")),
        ("fleet.js", "text/javascript; charset=utf-8", include_str!("../../assets/fleet.js")),
        ("enrol.js", "text/javascript; charset=utf-8", include_str!("../../assets/enrol.js")),
        ("mark.svg", "image/svg+xml", include_str!("../../assets/mark.svg")),
    ]
    .map(|(name, content_type, text)| Asset { name, content_type, text, hash: hash(text) })
    .into()
});

/// Where the pages find this file: its path with its hash, so that it may be kept for ever.
pub fn url(name: &str) -> String {
    let hash = ASSETS.iter().find(|asset| asset.name == name).map_or("", |asset| &asset.hash);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    format!("/assets/{stem}-{hash}.{ending}")
}

/// Every file as (name in its URL, text), for what serves the pages from a folder.
pub fn all() -> impl Iterator<Item = (String, &'static str)> {
    ASSETS.iter().map(|asset| (url(asset.name).trim_start_matches("/assets/").to_owned(), asset.text))
}

/// The answer to `GET /assets/{file}`.
pub fn serve(file: &str) -> Response {
    ASSETS.iter().find(|asset| url(asset.name).strip_prefix("/assets/") == Some(file)).map_or_else(
        || StatusCode::NOT_FOUND.into_response(),
        |asset| {
            let kept = "public, max-age=31536000, immutable";
            ([(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, kept)], asset.text).into_response()
        },
    )
}

fn hash(text: &str) -> String {
    use std::fmt::Write as _;
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    digest.as_ref().iter().take(8).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_served_under_its_hash_alone_and_may_be_kept() {
        let path = url("fleet.css");
        let answer = serve(path.strip_prefix("/assets/").unwrap());
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(answer.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        assert_eq!(serve("fleet-0000000000000000.css").status(), StatusCode::NOT_FOUND);
        assert_eq!(serve("../Cargo.toml").status(), StatusCode::NOT_FOUND);
    }
}
