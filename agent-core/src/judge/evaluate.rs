//! The one function that judges.
