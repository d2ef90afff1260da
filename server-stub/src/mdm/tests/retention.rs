//! How long a record without a device is kept.

use jiff::SignedDuration;

use super::{
    super::{RETENTION_DAYS, tend},
    *,
};

#[tokio::test]
async fn a_record_without_a_device_is_forgotten_after_its_last_message() {
    let (rig, key) = site(AppLists::MayLeaveOut).await;
    rig.enrolled_as("A-1").await;
    for device_ref in ["A-1", "A-2", "A-3"] {
        rig.taken(&key, &event("mdm.TokenUpdate", device_ref, "2026-11-24T08:00:00Z", "")).await;
    }
    let names = async || {
        tend(&rig.server, rig.scope).await.unwrap();
        rig.records(rig.scope).await.into_iter().map(|record| record.device_ref).collect::<Vec<_>>()
    };
    rig.clock.advance(SignedDuration::from_hours(24 * (RETENTION_DAYS - 1)));
    rig.taken(&key, &event("mdm.Connect", "A-3", "2026-11-24T08:00:00Z", "")).await;
    assert_eq!(names().await, ["A-1", "A-2", "A-3"]);
    rig.clock.advance(SignedDuration::from_hours(24 + 1));
    assert_eq!(names().await, ["A-1", "A-3"], "the matched one stays, and the one that was heard of");
    rig.taken(&key, &event("mdm.CheckOut", "A-1", "2026-12-24T08:00:00Z", "")).await;
    rig.clock.advance(SignedDuration::from_hours(24 * (RETENTION_DAYS + 1)));
    assert!(names().await.is_empty(), "one that management has ended does not stay");
}
