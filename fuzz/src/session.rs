//! One side of a session, and a peer that says whatever it likes.

use skein_access::{Admission, DeviceId, EnvelopeId, EnvelopeKind, WorkspaceId};
use skein_sync::{
    EnvelopeSet, Fetching, Frame, HelloConfig, ItemRef, Session, SessionInput, SessionOutput, Side,
};

const WORKSPACE: WorkspaceId = WorkspaceId::from_bytes([7; 32]);
const HERE: DeviceId = DeviceId::from_bytes([1; 32]);
const THERE: DeviceId = DeviceId::from_bytes([2; 32]);
/// Bytes of a frame's length.
const LENGTH: usize = 2;

/// The frames in an input, each behind its length.
pub fn frames_of(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut frames = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<LENGTH>() {
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (frame, rest) = rest.split_at(length);
        frames.push(frame);
        bytes = rest;
    }
    frames
}

/// What a peer sends in a session, frame by frame.
pub fn session_frame(bytes: &[u8]) {
    for frame in frames_of(bytes).into_iter().chain([bytes]) {
        // What only a newer version knows is passed over, and has no form here.
        if let Ok(known) = Frame::decode(frame)
            && let Ok(encoded) = known.encode()
        {
            assert_eq!(Frame::decode(&encoded), Ok(known));
        }
    }
    // The one that dials begins to compare, and is answered; the one that listens answers.
    for side in [Side::Listener, Side::Dialer] {
        let mut side = SessionSide::new(side, HERE, THERE, 3);
        for frame in frames_of(bytes) {
            side.hears(frame);
        }
    }
}

/// What two devices say to each other that hold different envelopes: first the one that dials, then the one that listens. Each is a session for
/// the other.
pub fn honest_session() -> [Vec<Vec<u8>>; 2] {
    let mut dialer = SessionSide::new(Side::Dialer, HERE, THERE, 3);
    let mut listener = SessionSide::new(Side::Listener, THERE, HERE, 40);
    let mut said = [dialer.begins(), listener.begins()];
    let mut heard = [0, 0];
    for _ in 0..100 {
        let next = [
            said[1].get(heard[0]).cloned(),
            said[0].get(heard[1]).cloned(),
        ];
        if next == [None, None] {
            break;
        }
        for (at, frame) in next.into_iter().enumerate() {
            if let Some(frame) = frame {
                heard[at] += 1;
                said[at].extend([&mut dialer, &mut listener][at].hears(&frame));
            }
        }
    }
    said
}

/// A session with an engine that answers it as it should.
struct SessionSide {
    session: Session,
    first: Vec<SessionOutput>,
    set: EnvelopeSet,
    fetching: Fetching,
    now_ms: u64,
}

impl SessionSide {
    fn new(side: Side, me: DeviceId, peer: DeviceId, held: u8) -> Self {
        let hello = HelloConfig {
            workspaces: vec![WORKSPACE],
            invite: None,
        };
        let (session, first) = Session::new(me, peer, side, hello, 0);
        let mut set = EnvelopeSet::new();
        for number in 0..held {
            let id = EnvelopeId::from_bytes([number; 32]);
            set.insert(
                ItemRef::new(EnvelopeKind::Data, 5, id),
                u64::from(number) + 1,
            );
        }
        Self {
            session,
            first,
            set,
            fetching: Fetching::new(),
            now_ms: 0,
        }
    }

    /// Says the first word.
    fn begins(&mut self) -> Vec<Vec<u8>> {
        let first = std::mem::take(&mut self.first);
        self.does(first.into_iter().rev().collect())
    }

    /// Hears a frame and does what comes of it.
    fn hears(&mut self, frame: &[u8]) -> Vec<Vec<u8>> {
        self.now_ms += 10;
        let asked = self.give(SessionInput::Frame(frame));
        self.does(asked)
    }

    /// Does what is asked, the last of it first; gives the frames to be sent.
    fn does(&mut self, mut asked: Vec<SessionOutput>) -> Vec<Vec<u8>> {
        let mut said = Vec::new();
        // What comes of one frame ends by itself; a number that is never reached says that it does not.
        for _ in 0..10_000 {
            let Some(output) = asked.pop() else {
                return said;
            };
            let more = match output {
                SessionOutput::Send(frame) => {
                    said.push(frame);
                    Vec::new()
                }
                SessionOutput::NeedAdmission { .. } => {
                    self.give(SessionInput::Admitted(Admission::Member))
                }
                SessionOutput::NeedUnconfirmed => self.give(SessionInput::Unconfirmed(Vec::new())),
                SessionOutput::Load { ids, .. } => {
                    let given = ids.iter().map(|_| Some(vec![0; 200]));
                    self.give(SessionInput::Provide(given.collect()))
                }
                SessionOutput::Store {
                    batch, envelopes, ..
                } => {
                    let refused = (0..envelopes.len()).collect();
                    self.give(SessionInput::Stored { batch, refused })
                }
                _ => Vec::new(),
            };
            asked.extend(more);
        }
        panic!("one frame is never done with");
    }

    fn give(&mut self, input: SessionInput<'_>) -> Vec<SessionOutput> {
        let given = self
            .session
            .handle(input, &self.set, &mut self.fetching, self.now_ms);
        given.into_iter().rev().collect()
    }
}
