//! Messages sent by hand, where a real client would refuse to send them.

use agent_core::{
    client::transport::{ContentType, HttpTransport, Request, Response, Transport},
    judge::DeviceFacts,
    judge::PostureState,
    wire::{
        envelope::{Kind, seal},
        id::{Audience, DeviceId},
        key::Signer,
        message::{Acknowledgement, ChallengeAnswer, ChallengeRequest, SCHEMA_VERSION},
        problem::Problem,
        report::{Content, Full, Report},
    },
};

use crate::{person::Person, site::Site};

/// What the server answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        Self { status: response.status, body: response.body }
    }
}

impl Answer {
    /// The acknowledgement.
    pub(crate) fn acknowledged(&self) -> Acknowledgement {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The refusal's stable code.
    pub(crate) fn refused(&self) -> String {
        let problem: Problem = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem.status, self.status);
        problem.code
    }
}

/// Sends a body.
pub(crate) async fn post(site: &Site, path: &str, content: ContentType, body: &[u8]) -> Answer {
    let request = Request::post(path, content, body.to_vec());
    HttpTransport::new("0.1.0").call(&site.url, request).await.unwrap().into()
}

/// Sends an envelope as a report.
pub(crate) async fn send(site: &Site, envelope: &str) -> Answer {
    post(site, "/v1/reports", ContentType::Jose, envelope.as_bytes()).await
}

/// A fresh challenge for a device, and whom its messages are for.
pub(crate) async fn challenge(site: &Site, device: DeviceId) -> ChallengeAnswer {
    let asked = serde_json::to_vec(&ChallengeRequest::Device(device)).unwrap();
    let answer = post(site, "/v1/challenges", ContentType::Json, &asked).await;
    assert_eq!(answer.status, 200);
    serde_json::from_slice(&answer.body).unwrap()
}

/// A report as the person's phone would make it, with this number.
pub(crate) async fn report(site: &Site, person: &Person, sequence: u64) -> Report {
    let ChallengeAnswer { challenge, audience, .. } = challenge(site, person.device()).await;
    full(person.device(), audience, challenge, sequence, person.facts.clone(), site)
}

fn full(
    device: DeviceId,
    audience: Audience,
    challenge: String,
    sequence: u64,
    facts: DeviceFacts,
    site: &Site,
) -> Report {
    Report {
        schema: SCHEMA_VERSION,
        audience,
        device,
        sequence,
        challenge,
        at: site.server.now(),
        agent_version: "0.1.0".to_owned(),
        policy_revision: 7,
        catalogue_revision: 1,
        dropped: 0,
        content: Content::Full(Box::new(Full { facts, state: PostureState::Compliant })),
    }
}

/// The report sealed by this key.
pub(crate) fn sealed(report: &Report, key: &dyn Signer) -> String {
    seal(Kind::Report, report, key).unwrap()
}
