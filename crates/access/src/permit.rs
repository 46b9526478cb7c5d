//! Permits: proof that the access state allowed something. Only [`Authority`](crate::Authority) makes them, and each borrows it, so none outlives a change of roles.

use std::marker::PhantomData;

use skein_model::{DocumentId, Kind};

use crate::authority::Authority;
use crate::id::{DeviceId, MemberId};
use crate::profile::profile_of;
use crate::role::Role;

/// A device may read documents of a kind.
#[derive(Debug)]
pub struct ReadPermit<'a> {
    pub(crate) kind: Kind,
    pub(crate) authority: PhantomData<&'a Authority>,
}

impl ReadPermit<'_> {
    /// The kind it is good for.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }
}

/// A device may write documents of a kind.
#[derive(Debug)]
pub struct WritePermit<'a> {
    pub(crate) kind: Kind,
    pub(crate) device: DeviceId,
    pub(crate) member: MemberId,
    pub(crate) authority: PhantomData<&'a Authority>,
}

impl WritePermit<'_> {
    /// The kind it is good for.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The device that writes.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// The person who writes.
    #[must_use]
    pub const fn member(&self) -> MemberId {
        self.member
    }
}

/// A device may put what counts in the place of what a document was.
#[derive(Debug)]
pub struct RebuildPermit<'a> {
    pub(crate) authority: PhantomData<&'a Authority>,
}

/// A device may change who is a member and what they may do.
#[derive(Debug)]
pub struct AdminPermit<'a> {
    pub(crate) device: DeviceId,
    pub(crate) member: MemberId,
    pub(crate) authority: &'a Authority,
}

impl AdminPermit<'_> {
    /// The device that decides.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// The person who decides.
    #[must_use]
    pub const fn member(&self) -> MemberId {
        self.member
    }
}

/// An envelope's author was allowed to make it, at the envelope's own place in history.
#[derive(Debug)]
pub struct AcceptPermit<'a> {
    pub(crate) role: Role,
    pub(crate) member: Option<MemberId>,
    pub(crate) authority: PhantomData<&'a Authority>,
}

impl AcceptPermit<'_> {
    /// The person who wrote it; `None` for an operation by a device that is no member (yet).
    #[must_use]
    pub const fn member(&self) -> Option<MemberId> {
        self.member
    }

    /// Whether the author may write documents of this kind: asked once the envelope is decrypted.
    #[must_use]
    pub const fn writes(&self, kind: Kind) -> bool {
        self.role.writes(kind)
    }

    /// Whether the author may write this document as one of this kind: a profile only his own, and nothing else in its place.
    #[must_use]
    pub fn writes_in(&self, kind: Kind, document: &DocumentId) -> bool {
        let own = self.member.map(|member| profile_of(&member));
        self.writes(kind) && (kind == Kind::Profile) == (own.as_ref() == Some(document))
    }
}

/// Why a permit was not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The device belongs to nobody in this workspace.
    #[error("this device is not part of the workspace; ask an owner for an invite")]
    NotAMember,
    /// The device or its owner was removed.
    #[error(
        "this device was removed from the workspace; what it has is kept, nothing new is taken"
    )]
    Removed,
    /// The role does not allow it.
    #[error("a {role:?} may not do this; ask an owner of the workspace for the right")]
    Role {
        /// The role that does not suffice.
        role: Role,
    },
}

/// Why an envelope is not applied. It is stored all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unaccepted {
    /// Nobody knows the author; perhaps the operation that adds them has not arrived.
    #[error("its author is not known here yet; it is kept and tried again when members change")]
    UnknownAuthor,
    /// Made after its author was removed.
    #[error("it was written after its author's removal; it is kept aside")]
    Quarantined,
}
