//! Versions of each line of releases, as types that cannot be mixed.
