//! Dials under way: one attempt may try several ways at once, and is answered once.

use std::{collections::HashMap, io};

use libp2p::{
    Multiaddr, TransportError, connection_limits,
    swarm::{ConnectionId, DialError},
};
use skein_access::DeviceId;

use crate::{
    DialFailure, NetEvent, Tried,
    address::{is_direct, split_peer},
    admission::Refusal,
    identity::device_of,
};

/// Names one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct AttemptId(u64);

/// All attempts that are not answered yet.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    next: u64,
    attempts: HashMap<AttemptId, Attempt>,
    lines: HashMap<ConnectionId, AttemptId>,
}

#[derive(Debug)]
struct Attempt {
    expected: Option<DeviceId>,
    addresses: Vec<String>,
    /// Dials, and the look-up of names, that may still succeed.
    pending: usize,
    tried: Vec<Tried>,
}

/// An attempt that led nowhere.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failed {
    pub(crate) expected: Option<DeviceId>,
    pub(crate) addresses: Vec<String>,
    pub(crate) reason: DialFailure,
    pub(crate) tried: Vec<Tried>,
}

impl From<Failed> for NetEvent {
    fn from(failed: Failed) -> Self {
        let Failed {
            expected,
            addresses,
            reason,
            tried,
        } = failed;
        Self::DialFailed {
            expected,
            addresses,
            reason,
            tried,
        }
    }
}

impl Attempts {
    /// An attempt begins, in so many stages; each counts as pending until its beginner calls [`Attempts::prepared`].
    pub(crate) fn begin(
        &mut self,
        expected: Option<DeviceId>,
        addresses: Vec<String>,
        stages: usize,
    ) -> AttemptId {
        let id = AttemptId(self.next);
        self.next = self.next.wrapping_add(1);
        self.attempts.insert(
            id,
            Attempt {
                expected,
                addresses,
                pending: stages,
                tried: Vec::new(),
            },
        );
        id
    }

    /// Whom this attempt expects; nothing when the attempt is over.
    pub(crate) fn expected(&self, id: AttemptId) -> Option<Option<DeviceId>> {
        self.attempts.get(&id).map(|attempt| attempt.expected)
    }

    /// A connection is being dialled for this attempt.
    pub(crate) fn dialling(&mut self, id: AttemptId, line: ConnectionId) {
        if let Some(attempt) = self.attempts.get_mut(&id) {
            attempt.pending += 1;
            self.lines.insert(line, id);
        }
    }

    /// Every dial of one stage of this attempt is under way.
    pub(crate) fn prepared(&mut self, id: AttemptId, tried: Vec<Tried>) -> Option<Failed> {
        self.attempts.get_mut(&id)?.tried.extend(tried);
        self.one_less(id)
    }

    /// One dial failed, or its connection closed before it was of use. Gives the answer when nothing is left to hope for.
    pub(crate) fn failed(&mut self, line: ConnectionId, tried: Vec<Tried>) -> Option<Failed> {
        let id = self.lines.remove(&line)?;
        self.attempts.get_mut(&id)?.tried.extend(tried);
        self.one_less(id)
    }

    fn one_less(&mut self, id: AttemptId) -> Option<Failed> {
        let attempt = self.attempts.get_mut(&id)?;
        attempt.pending = attempt.pending.saturating_sub(1);
        if attempt.pending > 0 {
            return None;
        }
        let attempt = self.remove(id)?;
        let reasons = attempt.tried.iter().map(|tried| &tried.why);
        let reason = reasons.min().cloned().unwrap_or(DialFailure::NoAddress);
        Some(Failed {
            expected: attempt.expected,
            addresses: attempt.addresses,
            reason,
            tried: attempt.tried,
        })
    }

    /// A dial of some attempt reached a device that is linked already: that is the answer.
    pub(crate) fn already_connected(
        &mut self,
        line: ConnectionId,
        device: DeviceId,
    ) -> Option<Failed> {
        let id = *self.lines.get(&line)?;
        let attempt = self.remove(id)?;
        Some(Failed {
            expected: attempt.expected,
            addresses: attempt.addresses,
            reason: DialFailure::AlreadyConnected(device),
            tried: Vec::new(),
        })
    }

    /// A link to that device started: attempts that expected it, or reached it by one of these connections, succeeded.
    pub(crate) fn succeeded(&mut self, device: &DeviceId, lines: &[ConnectionId]) {
        let reached: Vec<AttemptId> = lines
            .iter()
            .filter_map(|line| self.lines.get(line).copied())
            .collect();
        let expecting: Vec<AttemptId> = self
            .attempts
            .iter()
            .filter(|(_, attempt)| attempt.expected.as_ref() == Some(device))
            .map(|(id, _)| *id)
            .collect();
        for id in reached.into_iter().chain(expecting) {
            self.remove(id);
        }
    }

    /// Nobody waits for an answer any more.
    pub(crate) fn give_up(&mut self, id: AttemptId) {
        self.remove(id);
    }

    fn remove(&mut self, id: AttemptId) -> Option<Attempt> {
        self.lines.retain(|_, attempt| *attempt != id);
        self.attempts.remove(&id)
    }
}

/// Why a dial failed, way by way, in our words.
pub(crate) fn explain(error: &DialError) -> Vec<Tried> {
    match error {
        DialError::LocalPeerId { address } => vec![Tried {
            address: Some(address.to_string()),
            why: DialFailure::ThisDevice,
        }],
        DialError::NoAddresses => Tried::whole(DialFailure::NoAddress),
        DialError::WrongPeerId { obtained, address } => vec![Tried {
            address: Some(split_peer(address.clone()).0.to_string()),
            why: device_of(obtained).map_or(DialFailure::NotSkein, |found| {
                DialFailure::WrongDevice { found }
            }),
        }],
        DialError::Denied { cause } => {
            Tried::whole(if let Some(refusal) = cause.downcast_ref::<Refusal>() {
                match refusal {
                    Refusal::NotAllowed => DialFailure::NotAllowed,
                    other => DialFailure::Busy(other.to_string()),
                }
            } else if let Some(exceeded) = cause.downcast_ref::<connection_limits::Exceeded>() {
                DialFailure::Busy(exceeded.to_string())
            } else {
                DialFailure::Busy(cause.to_string())
            })
        }
        DialError::Transport(errors) => errors.iter().map(explain_way).collect(),
        DialError::Aborted | DialError::DialPeerConditionFalse(_) => Tried::whole(
            DialFailure::Unreachable("the attempt was given up".to_owned()),
        ),
    }
}

fn explain_way((address, error): &(Multiaddr, TransportError<io::Error>)) -> Tried {
    let why = match error {
        TransportError::MultiaddrNotSupported(_) => {
            DialFailure::Unreachable("this kind of address cannot be dialled".to_owned())
        }
        TransportError::Other(error) if is_direct(address) => explain_error(error),
        TransportError::Other(error) => explain_circuit(error),
    };
    let (address, _) = split_peer(address.clone());
    Tried {
        address: Some(address.to_string()),
        why,
    }
}

fn explain_error(error: &io::Error) -> DialFailure {
    match deepest_kind(error) {
        Some(io::ErrorKind::ConnectionRefused) => DialFailure::NothingListens,
        Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => {
            DialFailure::NoRoute
        }
        Some(io::ErrorKind::TimedOut) => DialFailure::NoAnswer,
        _ => {
            let text = deepest_text(error);
            match text.to_ascii_lowercase().contains("timeout") || text.contains("timed out") {
                true => DialFailure::NoAnswer,
                false => DialFailure::Unreachable(text),
            }
        }
    }
}

/// What a relay answers comes as words only.
fn explain_circuit(error: &io::Error) -> DialFailure {
    let text = deepest_text(error);
    let lower = text.to_ascii_lowercase();
    if lower.contains("no reservation") {
        DialFailure::NotAtRelay
    } else if lower.contains("resource limit") {
        DialFailure::Busy("the relay connects as many devices as it may".to_owned())
    } else {
        DialFailure::Unreachable(format!("through a relay: {text}"))
    }
}

/// Errors come wrapped several times, and some wrappings show the system's own error in their text only.
fn deepest_kind(error: &io::Error) -> Option<io::ErrorKind> {
    let text = deepest_text(error);
    let number: String = text
        .split_once("(os error ")?
        .1
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    Some(io::Error::from_raw_os_error(number.parse().ok()?).kind())
}

fn deepest_text(error: &io::Error) -> String {
    let mut text = error.to_string();
    let mut next: Option<&(dyn std::error::Error + 'static)> =
        error.get_ref().map(|inner| inner as _);
    while let Some(inner) = next {
        text = inner.to_string();
        next = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: DeviceId = DeviceId::from_bytes([1; 32]);

    fn line(number: usize) -> ConnectionId {
        ConnectionId::new_unchecked(number)
    }

    fn two_ways(attempts: &mut Attempts) {
        let id = attempts.begin(None, vec!["somewhere".into()], 1);
        attempts.dialling(id, line(1));
        attempts.dialling(id, line(2));
        assert_eq!(attempts.prepared(id, vec![]), None);
    }

    #[test]
    fn an_attempt_is_answered_once_with_its_most_telling_reason() {
        let mut attempts = Attempts::default();
        two_ways(&mut attempts);
        assert_eq!(
            attempts.failed(line(1), Tried::whole(DialFailure::NoAnswer)),
            None
        );
        let failed = attempts
            .failed(line(2), Tried::whole(DialFailure::WrongDevice { found: A }))
            .unwrap();
        assert_eq!(failed.reason, DialFailure::WrongDevice { found: A });
        assert_eq!(failed.tried.len(), 2);
        assert_eq!(
            attempts.failed(line(2), Tried::whole(DialFailure::Refused)),
            None
        );
    }

    #[test]
    fn an_attempt_that_reached_its_device_is_never_called_failed() {
        let mut attempts = Attempts::default();
        two_ways(&mut attempts);
        attempts.succeeded(&A, &[line(2)]);
        assert_eq!(
            attempts.failed(line(1), Tried::whole(DialFailure::Refused)),
            None
        );
        assert_eq!(
            attempts.failed(line(2), Tried::whole(DialFailure::Refused)),
            None
        );
        assert!(attempts.attempts.is_empty() && attempts.lines.is_empty());
    }

    #[test]
    fn an_attempt_that_was_given_up_is_not_answered() {
        let mut attempts = Attempts::default();
        two_ways(&mut attempts);
        attempts.give_up(AttemptId(0));
        assert_eq!(
            attempts.failed(line(1), Tried::whole(DialFailure::NotAllowed)),
            None
        );
        assert_eq!(
            attempts.failed(line(2), Tried::whole(DialFailure::NotAllowed)),
            None
        );
    }

    #[test]
    fn nothing_to_dial_is_answered_too() {
        let mut attempts = Attempts::default();
        let id = attempts.begin(Some(A), vec![], 1);
        let failed = attempts
            .prepared(id, Tried::whole(DialFailure::UnknownHost("x".into())))
            .unwrap();
        assert_eq!(failed.reason, DialFailure::UnknownHost("x".into()));
    }

    #[test]
    fn a_refusal_by_the_system_is_found_however_it_is_wrapped() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let inner = std::net::TcpListener::bind(taken.local_addr().unwrap()).unwrap_err();
        let wrapped = io::Error::other(io::Error::other(format!("while dialling: {inner}")));
        assert_eq!(deepest_kind(&wrapped), Some(io::ErrorKind::AddrInUse));
        assert_eq!(deepest_kind(&io::Error::other("no number")), None);
    }
}
