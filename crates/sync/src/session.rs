//! One session with one connected peer: greeting, admission, then an open exchange until it closes.

use skein_access::{Admission, DeviceId, EnvelopeId, InviteProof, WorkspaceId, tag};

use crate::close::CloseReason;
use crate::fetching::Fetching;
use crate::frame::{Bytes, Frame, Hello, Ids, Scope};
use crate::item::{Group, ItemRef};
use crate::limits::{GREETING_MS, PROTOCOL, TAGS};
use crate::open::Open;
use crate::outbox::{Outbox, SessionOutput};
use crate::set::EnvelopeSet;
use crate::turn::Turn;

/// Who dialled. The dialer greets first and leads every reconciliation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// This side dialled.
    Dialer,
    /// The peer dialled.
    Listener,
}

/// What this side can share with the peer.
#[derive(Debug, Clone, Default)]
pub struct HelloConfig {
    /// The workspaces of this side. The first that both know (by id) is the session's.
    pub workspaces: Vec<WorkspaceId>,
    /// Proof for this peer that this side was invited, while it has yet to join; then there is one workspace.
    pub invite: Option<InviteProof>,
}

/// What happened.
#[derive(Debug)]
pub enum SessionInput<'a> {
    /// The peer sent a frame.
    Frame(&'a [u8]),
    /// What the peer may see; the answer to [`SessionOutput::NeedAdmission`].
    Admitted(Admission),
    /// The answer to [`SessionOutput::Load`]: entry by entry what was asked for, `None` where the store has it not. It may be
    /// shorter than what was asked for, never empty.
    Provide(Vec<Option<Vec<u8>>>),
    /// The answer to [`SessionOutput::Store`], given after the commit and after the envelopes are in the set.
    Stored {
        /// The batch.
        batch: u64,
        /// Places of the envelopes in the batch that were refused and are not in the set.
        refused: Vec<usize>,
    },
    /// Envelopes that are new in the set, given to every session of the replica.
    Inserted {
        /// Which.
        items: &'a [ItemRef],
        /// The peer that brought them; none when they were made here (or came by a file).
        from: Option<DeviceId>,
    },
    /// Data that the peer has not confirmed so far, in the order in which it goes out, and nothing if it is much; the answer to
    /// [`SessionOutput::NeedUnconfirmed`]. It is sent without being asked for, so it should be less than a comparison costs.
    Unconfirmed(Vec<EnvelopeId>),
    /// Envelopes that the peer may lack, named to it although it shows only operations itself ([`Session::only_gives`]).
    Offer {
        /// Of which group.
        group: Group,
        /// Which.
        ids: &'a [EnvelopeId],
    },
    /// Rights may have changed: the peer's are asked for again.
    AccessChanged,
    /// Somebody wants the replicas compared now.
    Reconcile,
    /// Presence for the peer.
    Presence(&'a [u8]),
    /// A question about chunks of files for the peer, or the answer to its own.
    Holding(&'a [u8]),
    /// A question about a pack for the peer, or the answer to its own.
    Pack(&'a [u8]),
    /// Time passed. Every deadline is checked then, so give it several times a second.
    Tick,
    /// The connection is gone.
    Disconnected,
    /// This side ends the session and tells the peer why.
    Shut(String),
}

/// One peer, from the connection to its end. Each phase holds what exists in it and nothing else.
#[derive(Debug)]
pub struct Session {
    me: DeviceId,
    peer: DeviceId,
    side: Side,
    hello: HelloConfig,
    deadline: u64,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    /// Waiting for the peer's greeting. Nothing was told to a peer that dialled.
    Greeting,
    /// The engine is asked what the peer may see; the dialer may already hold the peer's word on the same.
    Deciding {
        workspace: WorkspaceId,
        proof: Option<InviteProof>,
        from_peer: Option<Scope>,
    },
    /// The peer is admitted; waiting for its word on what this side may see.
    Granting {
        workspace: WorkspaceId,
        proof: Option<InviteProof>,
        to_peer: Scope,
    },
    /// Both have spoken.
    Open {
        proof: Option<InviteProof>,
        open: Box<Open>,
    },
    /// Over. Nothing is heard or said any more.
    Closed,
}

impl Session {
    /// A session on a fresh connection whose peer is authenticated, and what to do first.
    #[must_use]
    pub fn new(
        me: DeviceId,
        peer: DeviceId,
        side: Side,
        hello: HelloConfig,
        now_ms: u64,
    ) -> (Self, Vec<SessionOutput>) {
        let mut session = Self {
            me,
            peer,
            side,
            hello,
            deadline: now_ms.saturating_add(GREETING_MS),
            phase: Phase::Greeting,
        };
        let mut out = Outbox::default();
        if side == Side::Dialer {
            let workspaces = session.hello.workspaces.clone();
            if let Err(reason) = session.greet(&workspaces, &mut out) {
                session.phase = Phase::Closed;
                out.push(SessionOutput::Close(reason));
            }
        }
        (session, out.finish().0)
    }

    /// The peer.
    #[must_use]
    pub const fn peer(&self) -> DeviceId {
        self.peer
    }

    /// The workspace of the session, once both know it.
    #[must_use]
    pub fn workspace(&self) -> Option<WorkspaceId> {
        match &self.phase {
            Phase::Deciding { workspace, .. } | Phase::Granting { workspace, .. } => {
                Some(*workspace)
            }
            Phase::Open { open, .. } => Some(open.workspace),
            Phase::Greeting | Phase::Closed => None,
        }
    }

    /// Whether both sides admitted each other as members, so that data flows.
    #[must_use]
    pub fn is_open_for_data(&self) -> bool {
        matches!(&self.phase, Phase::Open { open, .. } if open.data_is_open())
    }

    /// Whether the peer was granted everything and grants operations alone: to it, this side is no member.
    #[must_use]
    pub fn only_gives(&self) -> bool {
        matches!(&self.phase, Phase::Open { open, .. } if open.only_gives())
    }

    /// Whether envelopes that the peer named are still to come.
    #[must_use]
    pub fn is_taking(&self) -> bool {
        matches!(&self.phase, Phase::Open { open, .. } if open.is_taking())
    }

    /// How many envelopes the peer is known to hold that are still to come from it, or from another in its place.
    #[must_use]
    pub fn still_to_come(&self) -> usize {
        match &self.phase {
            Phase::Open { open, .. } => open.still_to_come(),
            _ => 0,
        }
    }

    /// Whether envelopes are on their way to the peer, or asked for by it.
    #[must_use]
    pub fn is_giving(&self) -> bool {
        matches!(&self.phase, Phase::Open { open, .. } if open.is_giving())
    }

    /// Whether the session is over.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed)
    }

    /// Takes what happened and says what to do, in order. After [`SessionOutput::Close`] nothing is said any more.
    pub fn handle(
        &mut self,
        input: SessionInput<'_>,
        set: &EnvelopeSet,
        fetching: &mut Fetching,
        now_ms: u64,
    ) -> Vec<SessionOutput> {
        let mut out = Outbox::default();
        if self.is_closed() {
            return Vec::new();
        }
        if matches!(input, SessionInput::Disconnected) {
            fetching.release_all(&self.peer);
            self.phase = Phase::Closed;
            return Vec::new();
        }
        if let Err(reason) = self.step(input, set, fetching, now_ms, &mut out) {
            self.close(reason, fetching, &mut out);
        }
        let (outputs, bytes) = out.finish();
        if let Phase::Open { open, .. } = &mut self.phase {
            open.bytes += bytes;
        }
        outputs
    }

    fn step(
        &mut self,
        input: SessionInput<'_>,
        set: &EnvelopeSet,
        fetching: &mut Fetching,
        now_ms: u64,
        out: &mut Outbox,
    ) -> Result<(), CloseReason> {
        match input {
            SessionInput::Shut(reason) => return Err(CloseReason::ByUs(reason)),
            SessionInput::Admitted(admission) => self.admitted(admission, now_ms, out)?,
            SessionInput::AccessChanged => self.ask_again(out),
            SessionInput::Frame(bytes) if !matches!(self.phase, Phase::Open { .. }) => {
                self.early_frame(Frame::decode(bytes)?, now_ms, out)?;
            }
            SessionInput::Tick if !matches!(self.phase, Phase::Open { .. }) => {
                if now_ms >= self.deadline {
                    return Err(CloseReason::TimedOut("its greeting"));
                }
            }
            other => {
                if let Phase::Open { open, .. } = &mut self.phase {
                    let mut turn = Turn {
                        workspace: open.workspace,
                        peer: self.peer,
                        set,
                        fetching,
                        now_ms,
                        out,
                    };
                    exchange(open, other, &mut turn)?;
                }
            }
        }
        if let Phase::Open { open, .. } = &mut self.phase {
            let mut turn = Turn {
                workspace: open.workspace,
                peer: self.peer,
                set,
                fetching,
                now_ms,
                out,
            };
            open.advance(&mut turn)?;
        }
        Ok(())
    }

    /// Says which workspaces this side may share with the peer, by tags that mean nothing to anybody else.
    fn greet(&self, workspaces: &[WorkspaceId], out: &mut Outbox) -> Result<(), CloseReason> {
        let tags = workspaces
            .iter()
            .take(TAGS)
            .map(|workspace| tag(workspace, &self.me, &self.peer));
        let proof = self
            .hello
            .invite
            .map(|proof| Bytes(proof.to_bytes().to_vec()));
        out.send(&Frame::Hello(Hello {
            newest: PROTOCOL,
            oldest: PROTOCOL,
            tags: Ids(tags.collect()),
            proof,
        }))
    }

    /// A frame before the session is open.
    fn early_frame(
        &mut self,
        frame: Frame,
        now_ms: u64,
        out: &mut Outbox,
    ) -> Result<(), CloseReason> {
        match (&mut self.phase, frame) {
            (_, Frame::Bye(reason)) => Err(CloseReason::ByPeer(crate::open::readable(&reason))),
            (Phase::Greeting, Frame::Hello(hello)) => self.greeted(&hello, out),
            (Phase::Deciding { from_peer, .. }, Frame::Granted(scope)) if from_peer.is_none() => {
                *from_peer = Some(scope);
                Ok(())
            }
            (
                Phase::Granting {
                    workspace,
                    proof,
                    to_peer,
                },
                Frame::Granted(from_peer),
            ) => {
                let open = Open::new(*workspace, self.side, *to_peer, from_peer, now_ms);
                self.phase = Phase::Open {
                    proof: *proof,
                    open: Box::new(open),
                };
                Ok(())
            }
            (_, Frame::Skipped(_)) => Ok(()),
            _ => Err(CloseReason::OutOfOrder("something else than a greeting")),
        }
    }

    /// The peer's greeting: is there a workspace that both know?
    fn greeted(&mut self, hello: &Hello, out: &mut Outbox) -> Result<(), CloseReason> {
        let (oldest, newest) = (hello.oldest, hello.newest);
        if !(oldest..=newest).contains(&PROTOCOL) {
            return Err(CloseReason::OtherProtocol { oldest, newest });
        }
        let shared = self
            .hello
            .workspaces
            .iter()
            .filter(|workspace| hello.tags.0.contains(&tag(workspace, &self.peer, &self.me)))
            .min()
            .copied();
        let workspace = shared.ok_or(CloseReason::NothingShared)?;
        let proof = hello
            .proof
            .as_ref()
            .and_then(|proof| InviteProof::from_bytes(&proof.0));
        out.push(SessionOutput::NeedAdmission { workspace, proof });
        self.phase = Phase::Deciding {
            workspace,
            proof,
            from_peer: None,
        };
        Ok(())
    }

    /// The engine says what the peer may see.
    fn admitted(
        &mut self,
        admission: Admission,
        now_ms: u64,
        out: &mut Outbox,
    ) -> Result<(), CloseReason> {
        let scope = match admission {
            Admission::Member | Admission::Relay => Some(Scope::All),
            Admission::Invitee(_) | Admission::Removed => Some(Scope::Access),
            Admission::Stranger => None,
        };
        match std::mem::replace(&mut self.phase, Phase::Closed) {
            Phase::Deciding {
                workspace,
                proof,
                from_peer,
            } => {
                let to_peer = scope.ok_or(CloseReason::NothingShared)?;
                if self.side == Side::Listener {
                    self.greet(&[workspace], out)?;
                }
                out.send(&Frame::Granted(to_peer))?;
                self.phase = match from_peer {
                    None => Phase::Granting {
                        workspace,
                        proof,
                        to_peer,
                    },
                    Some(from_peer) => Phase::Open {
                        proof,
                        open: Box::new(Open::new(workspace, self.side, to_peer, from_peer, now_ms)),
                    },
                };
            }
            Phase::Granting {
                workspace,
                proof,
                to_peer,
            } => {
                let to_peer = changed(to_peer, scope, out)?;
                self.phase = Phase::Granting {
                    workspace,
                    proof,
                    to_peer,
                };
            }
            Phase::Open { proof, mut open } => {
                let to_peer = changed(open.to_peer, scope, out);
                if to_peer == Ok(Scope::All) && open.to_peer == Scope::Access {
                    open.to_peer = Scope::All;
                    open.scope_grew(now_ms);
                }
                self.phase = Phase::Open { proof, open };
                to_peer?;
            }
            before @ (Phase::Greeting | Phase::Closed) => self.phase = before,
        }
        Ok(())
    }

    /// Rights may have changed.
    fn ask_again(&self, out: &mut Outbox) {
        let (workspace, proof) = match &self.phase {
            Phase::Granting {
                workspace, proof, ..
            } => (*workspace, *proof),
            Phase::Open { proof, open } => (open.workspace, *proof),
            Phase::Greeting | Phase::Deciding { .. } | Phase::Closed => return,
        };
        out.push(SessionOutput::NeedAdmission { workspace, proof });
    }

    /// Ends the session. A peer that was never admitted is told nothing but, where it helps, that the versions differ.
    fn close(&mut self, reason: CloseReason, fetching: &mut Fetching, out: &mut Outbox) {
        let is_admitted = matches!(self.phase, Phase::Granting { .. } | Phase::Open { .. });
        let is_told = is_admitted || matches!(reason, CloseReason::OtherProtocol { .. });
        if is_told && !matches!(reason, CloseReason::ByPeer(_)) {
            // A farewell is short; if it could not be encoded, the connection closes without it.
            let _ = out.send(&Frame::Bye(Bytes(reason.to_string().into_bytes())));
        }
        fetching.release_all(&self.peer);
        self.phase = Phase::Closed;
        out.push(SessionOutput::Close(reason));
    }
}

/// Rights that grew are told; rights that shrank end the session, because what is on its way cannot be called back.
fn changed(before: Scope, now: Option<Scope>, out: &mut Outbox) -> Result<Scope, CloseReason> {
    match (before, now) {
        (_, None) | (Scope::All, Some(Scope::Access)) => Err(CloseReason::AccessWithdrawn),
        (Scope::Access, Some(Scope::All)) => {
            out.send(&Frame::Granted(Scope::All))?;
            Ok(Scope::All)
        }
        (same, Some(_)) => Ok(same),
    }
}

/// Everything that can happen to an open session.
fn exchange(
    open: &mut Open,
    input: SessionInput<'_>,
    turn: &mut Turn<'_>,
) -> Result<(), CloseReason> {
    match input {
        SessionInput::Frame(bytes) => {
            open.bytes += bytes.len() as u64;
            open.frame(Frame::decode(bytes)?, turn)
        }
        SessionInput::Provide(envelopes) => {
            open.engine_progressed();
            open.serve.provide(envelopes, turn)
        }
        SessionInput::Stored { batch, refused } => {
            open.engine_progressed();
            open.pull.stored(batch, &refused, turn)
        }
        SessionInput::Inserted { items, from } => open.inserted(items, from, turn),
        SessionInput::Unconfirmed(ids) => {
            open.unconfirmed(ids);
            Ok(())
        }
        SessionInput::Offer { group, ids } => open.offer(group, ids, turn),
        SessionInput::Reconcile => {
            open.wish();
            Ok(())
        }
        SessionInput::Presence(bytes) => open.presence(bytes, turn),
        SessionInput::Holding(bytes) => open.holding(bytes, turn),
        SessionInput::Pack(bytes) => open.pack(bytes, turn),
        SessionInput::Tick => open.tick(turn),
        SessionInput::Admitted(_)
        | SessionInput::AccessChanged
        | SessionInput::Disconnected
        | SessionInput::Shut(_) => Ok(()),
    }
}
