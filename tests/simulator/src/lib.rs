//! Believable fleets, seeded: devices that live through ninety days and report with the real client.
