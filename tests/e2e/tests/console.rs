//! Somebody who looks at the fleet: a browser's session or a script's API token, over plain requests.

use atalaya_server::{
    access::{Actor, Role, api_token, link, secret::Secret, user},
    scope::Scope,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::site::Site;

/// Somebody who may look.
pub(crate) struct Console {
    /// What proves it: a header line.
    proof: String,
}

/// What was answered.
pub(crate) struct Page {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Page {
    /// The document of a JSON answer.
    pub(crate) fn json(&self) -> serde_json::Value {
        assert_eq!(self.status, 200, "{}", self.body);
        serde_json::from_str(&self.body).unwrap()
    }

    /// The cookies that it sets, as a browser sends them back.
    fn cookies(&self) -> String {
        let set = self.head.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
        set.filter_map(|cookie| cookie.split(';').next()).collect::<Vec<_>>().join("; ")
    }
}

impl Console {
    /// A script of the organisation.
    pub(crate) async fn script(site: &Site, scope: Scope) -> Self {
        let (now, token) = (site.server.now(), Secret::with_prefix(api_token::PREFIX).unwrap());
        let shown = token.reveal().to_owned();
        let made = site.server.store.write(move |connection| {
            Ok(api_token::create(connection, scope, now, &Actor::Local, "e2e", Role::Viewer, &token)?)
        });
        assert!(made.await.unwrap());
        Self { proof: format!("Authorization: Bearer {shown}") }
    }

    /// A person of the organisation who opened a sign-in link and pressed its button.
    pub(crate) async fn person(site: &Site, scope: Scope, email: &str) -> Self {
        let (now, secret, email) = (site.server.now(), Secret::random().unwrap(), email.parse().unwrap());
        let url = link::url(&site.url, &secret);
        let invited = site.server.store.write(move |connection| {
            let person = user::invite(connection, scope, now, &Actor::Local, &email, None, Role::Owner)?;
            Ok(link::create(connection, scope, now, person, &secret)?)
        });
        invited.await.unwrap();
        let path = url.strip_prefix(&site.url).unwrap();
        let shown = ask(site, "GET", path, "", "").await;
        assert_eq!(shown.status, 200);
        let field = |name: &str| {
            let (_, rest) = shown.body.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
            rest.split('"').next().unwrap().to_owned()
        };
        let form = format!("csrf={}&token={}", field("csrf"), field("token"));
        let (action, cookie) = (path.split('?').next().unwrap(), format!("Cookie: {}", shown.cookies()));
        let spent = ask(site, "POST", action, &cookie, &form).await;
        assert_eq!(spent.status, 303, "{}", spent.body);
        Self { proof: format!("Cookie: {}", spent.cookies()) }
    }

    /// Looks.
    pub(crate) async fn get(&self, site: &Site, path: &str) -> Page {
        ask(site, "GET", path, &self.proof, "").await
    }
}

/// One request over a connection of its own.
async fn ask(site: &Site, method: &str, path: &str, proof: &str, form: &str) -> Page {
    let address = site.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let proof = if proof.is_empty() { String::new() } else { format!("{proof}\r\n") };
    let about_form = if form.is_empty() {
        String::new()
    } else {
        let kind = "Content-Type: application/x-www-form-urlencoded";
        format!("Origin: http://{address}\r\n{kind}\r\nContent-Length: {}\r\n", form.len())
    };
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    let request = format!("{head}{proof}{about_form}\r\n{form}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Page { status: head[9..12].parse().unwrap(), head: head.to_owned(), body: body.to_owned() }
}
