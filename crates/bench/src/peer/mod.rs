//! The peers: the same work by others' means.

pub(crate) mod bare;
pub(crate) mod samod_repo;
