//! Judges one phone by a policy of all eleven checks, as often as it is told: `evaluate TIMES`. Does nothing else, so
//! that the instructions of many runs less those of none are those of the judging (`tests/bench/instructions`).

use std::{error::Error, hint::black_box};

use agent_core::judge::{
    Check, DeviceFacts, Standing, catalogue::document::CatalogueDocument, evaluate, policy::document::PolicyDocument,
};
use jiff::Timestamp;

const POLICY: &str = include_str!("../../fuzz/seeds/policy/every-check.yaml");
const CATALOGUE: &str = include_str!("../../fuzz/seeds/catalogue/every-line.json");
const FACTS: &str = include_str!("../../golden/v1/facts.json");
const STANDING: &str = include_str!("../../golden/v1/standing.json");

fn main() -> Result<(), Box<dyn Error>> {
    let times: u32 = std::env::args().nth(1).ok_or("usage: evaluate TIMES")?.parse()?;
    let policy = PolicyDocument::from_text("every-check.yaml", POLICY)?.policy;
    let catalogue = CatalogueDocument::from_text("every-line.json", CATALOGUE)?.catalogue;
    let facts: DeviceFacts = serde_json::from_str(FACTS)?;
    let standing: Standing = serde_json::from_str(STANDING)?;
    let now: Timestamp = "2026-11-24T09:00:00Z".parse()?;
    let judge = || evaluate(black_box(&facts), black_box(&policy), black_box(&catalogue), &standing, now);
    let asked = judge().checks.len();
    if asked != Check::ALL.len() {
        return Err(format!("the policy asks {asked} checks, not all").into());
    }
    for _ in 0..times {
        black_box(judge());
    }
    Ok(())
}
