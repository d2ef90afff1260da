//! The way to one server: writes down what leaves, sends it, hands back the answer.

use super::{
    answer::{self, Refusal},
    contact::Contact,
    enrolment::Enrolled,
    error::AgentError,
    ledger::{Ledger, Outcome, Sent},
    ports::Ports,
    transport::{ContentType, Method, Request, Response},
};
use crate::wire::{
    envelope::{Kind, hex, seal, sha256},
    message::{ChallengeAnswer, ChallengeRequest, Proof},
};

/// The way to one server.
pub(super) struct Channel<'a> {
    pub(super) ports: &'a Ports,
    pub(super) ledger: &'a Ledger,
    pub(super) server: &'a str,
}

/// A call failed before its answer could be read (outer), or the answer says no (inner).
pub(super) type Asked<T> = Result<Result<T, Refusal>, AgentError>;

impl Channel<'_> {
    /// Sends one thing that is written down.
    pub(super) async fn send(
        &self,
        kind: Sent,
        sequence: Option<u64>,
        sent: &str,
        request: Request,
    ) -> Result<Result<Response, Refusal>, AgentError> {
        self.leaves(kind, sequence, sent, &request.path)?;
        Ok(self.call(request).await)
    }

    /// Writes down that something leaves now.
    pub(super) fn leaves(&self, kind: Sent, sequence: Option<u64>, sent: &str, path: &str) -> Result<(), AgentError> {
        let to = format!("{}{path}", self.server);
        Ok(self.ledger.leaves(self.ports.clock.now(), kind, &to, sequence, sent)?)
    }

    /// Sends what is written down already.
    pub(super) async fn call(&self, request: Request) -> Result<Response, Refusal> {
        self.ports.transport.call(self.server, request).await.map_err(|error| Refusal::Later(error.into(), None))
    }

    /// Writes down what is known of the answer to something; nothing when there was none.
    pub(super) fn answered<T>(&self, sent: &str, answer: &Result<T, Refusal>) -> Result<(), AgentError> {
        let outcome = match answer {
            Ok(_) => Outcome::Acknowledged,
            Err(Refusal::ForGood(problem)) => Outcome::Refused(problem.code.clone()),
            Err(Refusal::EnrolAgain(code)) => Outcome::Refused(code.clone()),
            Err(Refusal::Left) => Outcome::Refused("device-left".to_owned()),
            Err(Refusal::Closed) => Outcome::Refused("device-closed".to_owned()),
            Err(Refusal::Later(..)) => return Ok(()),
        };
        Ok(self.ledger.answered(self.ports.clock.now(), sent, outcome)?)
    }

    /// Asks for a challenge.
    pub(super) async fn challenge(&self, whose: &ChallengeRequest) -> Asked<ChallengeAnswer> {
        let body = serde_json::to_string(whose).unwrap_or_default();
        let request = Request::post("/v1/challenges", ContentType::Json, body.clone().into_bytes());
        let answer =
            self.send(Sent::Challenge, None, &body, request).await?.and_then(|response| answer::read(&response));
        self.answered(&body, &answer)?;
        Ok(answer)
    }

    /// Reads something that only this device may read; none when the copy that is here is still the newest.
    pub(super) async fn get(
        &self,
        enrolled: &Enrolled,
        contact: &Contact,
        path: &str,
        etag: Option<&str>,
    ) -> Asked<Option<(String, Option<String>)>> {
        let proof = Proof {
            audience: enrolled.audience.clone(),
            device: enrolled.device,
            method: Method::Get.as_str().to_owned(),
            path: path.to_owned(),
            body_hash: hex(&sha256(b"")),
            challenge: contact.challenge.clone(),
            at: self.ports.clock.now(),
        };
        let proof = seal(Kind::Proof, &proof, &*self.ports.signer)?;
        let request = Request {
            method: Method::Get,
            path: path.to_owned(),
            body: None,
            if_none_match: etag.map(str::to_owned),
            proof: Some(proof.clone()),
        };
        let answer = self.send(Sent::Proof, None, &proof, request).await?.and_then(|response| {
            if response.status == 304 {
                return Ok(None);
            }
            Ok(Some((answer::envelope(&response)?, response.etag)))
        });
        self.answered(&proof, &answer)?;
        Ok(answer)
    }
}
