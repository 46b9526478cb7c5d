//! Where a member's profile lies: a document whose id follows from the member, so that only his devices have a right to it.

use skein_model::DocumentId;

use crate::domain::{PROFILE_ID, derive};
use crate::id::MemberId;

/// The document in which a member says who he is and when he works.
#[must_use]
pub fn profile_of(member: &MemberId) -> DocumentId {
    let derived = derive(PROFILE_ID, &[member.as_bytes()]);
    let (id, _) = derived.split_at(16);
    DocumentId::from_bytes(id.try_into().unwrap_or_default())
}
