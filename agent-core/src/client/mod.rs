//! Keys, queue and delivery.
