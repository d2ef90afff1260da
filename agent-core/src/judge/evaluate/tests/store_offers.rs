//! What the device's own store offers, as device management saw it, beside what the sources of releases say.

use super::*;

const CURRENT: &str = "2.26.39.71";
const BEHIND: &str = "2.26.31.70";
const FLAWED: &str = "2.26.14.2";
const STALE: &str = "2027-03-01T00:00:00Z";
const FRESH: &str = "2026-11-24T09:00:00Z";

fn judged(version: &str, offers: Option<bool>, moment: &str, least: Option<Evidence>) -> (Verdict, &'static str) {
    let asked = if version == FLAWED {
        rule(Rule::BusinessFloor, Condition::Holds)
    } else {
        rule(Rule::BusinessBehindLatest, Condition::BehindLatest { releases: None, days: Some(30) })
    };
    let policy = policy(vec![(Check::WhatsappBusiness, CheckPolicy { min_evidence: least, ..check(vec![asked]) })]);
    let mut facts = good_facts();
    facts.whatsapp_business.version = Reading::known(version.into(), Evidence::HardwareAttested);
    if let Some(offers) = offers {
        facts.whatsapp_business.update_offered = Reading::known(offers, Evidence::MdmConfirmed);
    }
    let posture = evaluate(&facts, &policy, &catalogue(), &Standing::default(), at(moment));
    (posture.checks[0].verdict, posture.checks[0].reason.code())
}

#[test]
fn a_device_is_not_behind_what_its_store_does_not_offer_it() {
    let judged = |version, offers, moment| judged(version, offers, moment, None);
    for (version, offers, moment, expected) in [
        (BEHIND, None, FRESH, (Verdict::Fail, "whatsapp-business.behind-latest")),
        (BEHIND, Some(true), FRESH, (Verdict::Fail, "whatsapp-business.behind-latest")),
        (BEHIND, Some(false), FRESH, (Verdict::Pass, "whatsapp-business.newest-offered")),
        // A new version is not yet settled: what the store offers early fails nobody.
        (CURRENT, Some(true), FRESH, (Verdict::Pass, "whatsapp-business.good")),
        (CURRENT, Some(false), FRESH, (Verdict::Pass, "whatsapp-business.good")),
        // Nothing fresh is known of releases; the store's own word is.
        (CURRENT, None, STALE, (Verdict::Unknown, "unknown.stale-release-source")),
        (CURRENT, Some(false), STALE, (Verdict::Pass, "whatsapp-business.newest-offered")),
        (CURRENT, Some(true), STALE, (Verdict::Unknown, "whatsapp-business.update-offered")),
        // A flaw stays one; only what the person reads is another.
        (FLAWED, None, FRESH, (Verdict::Fail, "whatsapp-business.below-floor")),
        (FLAWED, Some(true), FRESH, (Verdict::Fail, "whatsapp-business.below-floor")),
        (FLAWED, Some(false), FRESH, (Verdict::Fail, "whatsapp-business.flawed-none-offered")),
    ] {
        assert_eq!(judged(version, offers, moment), expected, "{version} {offers:?} {moment}");
    }
}

#[test]
fn the_store_is_heard_only_with_the_evidence_that_the_policy_demands() {
    let behind = (Verdict::Fail, "whatsapp-business.behind-latest");
    assert_eq!(judged(BEHIND, Some(false), FRESH, Some(Evidence::HardwareAttested)), behind);
}

#[test]
fn below_the_minimum_stays_a_failing_that_the_store_cannot_mend() {
    let asked = policy(vec![(
        Check::WhatsappBusiness,
        check(vec![rule(Rule::BusinessMinimum, Condition::Minimum(CURRENT.into()))]),
    )]);
    let mut facts = good_facts();
    facts.whatsapp_business.version = Reading::known(BEHIND.into(), Evidence::MdmConfirmed);
    assert_eq!(code(&facts, &asked, Check::WhatsappBusiness), (Verdict::Fail, "whatsapp-business.below-minimum"));
    facts.whatsapp_business.update_offered = Reading::known(false, Evidence::MdmConfirmed);
    assert_eq!(code(&facts, &asked, Check::WhatsappBusiness), (Verdict::Fail, "whatsapp-business.none-offered"));
}
