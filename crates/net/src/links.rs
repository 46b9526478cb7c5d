//! Which of the connections between two devices carries the stream: a pure state machine on which both sides agree.
//!
//! Two devices may end up with several connections (both dialled, or one came back before the other noticed that it was
//! gone). The rule: of each pair, the device with the smaller id **leads**. Only the leader opens the stream, on the
//! connection of its choice, and only when it has none; the other side takes whatever stream the leader opened last. So
//! there is never a question that needs an answer from the other side. Connections without a stream are spares: they
//! close by themselves after a while, and serve at once when the one in use breaks. A direct connection takes over from one
//! through a relay as soon as it is there; otherwise the first is kept.

use std::collections::HashMap;

use libp2p::{Multiaddr, swarm::ConnectionId};
use skein_access::DeviceId;

use crate::Ended;

/// One established connection to a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) id: ConnectionId,
    pub(crate) address: Multiaddr,
    /// Whether it leads straight to the device, not through a relay.
    pub(crate) direct: bool,
    pub(crate) dialed: bool,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Order<S> {
    /// Open the stream on this connection.
    Open(DeviceId, ConnectionId),
    /// The stream is there: run the link.
    Start(DeviceId, Line, S),
    /// End the running link.
    End(DeviceId, ConnectionId, Ended),
    /// Close this connection; it is of no use.
    Hang(DeviceId, ConnectionId),
}

/// All connections, by device. `S` is the stream.
#[derive(Debug)]
pub(crate) struct Links<S> {
    me: DeviceId,
    pairs: HashMap<DeviceId, Pair<S>>,
}

#[derive(Debug)]
struct Pair<S> {
    lines: Vec<Line>,
    state: State,
    /// A stream that the leader opened while the link before it is still ending.
    waiting: Option<(ConnectionId, S)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Opening(ConnectionId),
    Live(ConnectionId),
    Ending(ConnectionId),
}

impl<S> Pair<S> {
    fn has(&self, id: ConnectionId) -> bool {
        self.lines.iter().any(|line| line.id == id)
    }

    /// Whether that connection leads through a relay, and another does not.
    fn is_a_detour(&self, id: ConnectionId) -> bool {
        self.lines.iter().any(|line| line.id == id && !line.direct)
            && self.lines.iter().any(|line| line.direct)
    }

    /// Where to open a stream: on the newest connection, a direct one if there is any.
    fn best(&self) -> Option<ConnectionId> {
        let direct = self.lines.iter().rev().find(|line| line.direct);
        direct.or(self.lines.last()).map(|line| line.id)
    }
}

impl<S> Links<S> {
    pub(crate) fn new(me: DeviceId) -> Self {
        Self {
            me,
            pairs: HashMap::new(),
        }
    }

    /// Whether there is any connection to that device that is not given up.
    pub(crate) fn knows(&self, device: &DeviceId) -> bool {
        self.pairs.contains_key(device)
    }

    /// The connection that carries a running link.
    pub(crate) fn live(&self, device: &DeviceId) -> Option<ConnectionId> {
        match self.pairs.get(device)?.state {
            State::Live(id) => Some(id),
            State::Idle | State::Opening(_) | State::Ending(_) => None,
        }
    }

    /// Whether there is a connection to that device that leads through no relay.
    pub(crate) fn has_direct(&self, device: &DeviceId) -> bool {
        let pair = self.pairs.get(device);
        pair.is_some_and(|pair| pair.lines.iter().any(|line| line.direct))
    }

    /// The connection of the running link, if that is direct.
    pub(crate) fn live_direct(&self, device: &DeviceId) -> Option<&Line> {
        let live = self.live(device)?;
        let mut lines = self.pairs.get(device)?.lines.iter();
        lines.find(|line| line.id == live && line.direct)
    }

    fn leads(&self, device: &DeviceId) -> bool {
        self.me < *device
    }

    /// A connection is there and admitted.
    pub(crate) fn established(&mut self, device: DeviceId, line: Line) -> Vec<Order<S>> {
        let pair = self.pairs.entry(device).or_insert_with(|| Pair {
            lines: Vec::new(),
            state: State::Idle,
            waiting: None,
        });
        pair.lines.push(line);
        self.advance(device)
    }

    /// The stream that we asked for is open.
    pub(crate) fn opened(
        &mut self,
        device: DeviceId,
        id: ConnectionId,
        stream: S,
    ) -> Vec<Order<S>> {
        let Some(pair) = self.pairs.get_mut(&device) else {
            return Vec::new();
        };
        if pair.state != State::Opening(id) {
            return Vec::new();
        }
        pair.state = State::Idle;
        pair.waiting = Some((id, stream));
        self.advance(device)
    }

    /// That connection is of no use: the stream cannot be opened on it, or a stranger does nothing with it.
    pub(crate) fn useless(&mut self, device: DeviceId, id: ConnectionId) -> Vec<Order<S>> {
        let known = self.pairs.get(&device).is_some_and(|pair| pair.has(id));
        let mut orders = if known {
            vec![Order::Hang(device, id)]
        } else {
            Vec::new()
        };
        orders.extend(self.closed(device, id, "the connection was of no use"));
        orders
    }

    /// The other side opened a stream. That is the leader's right alone; a second one on the connection in use is ignored.
    pub(crate) fn accepted(
        &mut self,
        device: DeviceId,
        id: ConnectionId,
        stream: S,
    ) -> Vec<Order<S>> {
        if self.leads(&device) {
            return Vec::new();
        }
        let Some(pair) = self.pairs.get_mut(&device) else {
            return Vec::new();
        };
        if !pair.has(id) || pair.state == State::Live(id) || pair.state == State::Ending(id) {
            return Vec::new();
        }
        pair.waiting = Some((id, stream));
        if let State::Live(old) = pair.state {
            pair.state = State::Ending(old);
            return vec![Order::End(device, old, Ended::Replaced)];
        }
        self.advance(device)
    }

    /// The running link has ended and everything was said about it. Its connection goes too.
    pub(crate) fn ended(&mut self, device: DeviceId, id: ConnectionId) -> Vec<Order<S>> {
        let Some(pair) = self.pairs.get_mut(&device) else {
            return Vec::new();
        };
        let mut orders = Vec::new();
        if pair.has(id) {
            pair.lines.retain(|line| line.id != id);
            orders.push(Order::Hang(device, id));
        }
        if matches!(pair.state, State::Live(current) | State::Ending(current) if current == id) {
            pair.state = State::Idle;
        }
        orders.extend(self.advance(device));
        orders
    }

    /// A connection closed.
    pub(crate) fn closed(
        &mut self,
        device: DeviceId,
        id: ConnectionId,
        why: &str,
    ) -> Vec<Order<S>> {
        let Some(pair) = self.pairs.get_mut(&device) else {
            return Vec::new();
        };
        pair.lines.retain(|line| line.id != id);
        if pair
            .waiting
            .as_ref()
            .is_some_and(|(waiting, _)| *waiting == id)
        {
            pair.waiting = None;
        }
        match pair.state {
            State::Opening(current) if current == id => pair.state = State::Idle,
            State::Live(current) if current == id => {
                pair.state = State::Ending(id);
                return vec![Order::End(device, id, Ended::Lost(why.to_owned()))];
            }
            _ => {}
        }
        self.advance(device)
    }

    /// Ends the running link only; a spare may follow at once.
    pub(crate) fn end(&mut self, device: DeviceId, reason: Ended) -> Vec<Order<S>> {
        let Some(pair) = self.pairs.get_mut(&device) else {
            return Vec::new();
        };
        let State::Live(id) = pair.state else {
            return Vec::new();
        };
        pair.state = State::Ending(id);
        vec![Order::End(device, id, reason)]
    }

    /// Ends the running link and hangs up every other connection to that device.
    pub(crate) fn expel(&mut self, device: DeviceId, reason: Ended) -> Vec<Order<S>> {
        let mut orders = self.end(device, reason);
        let Some(pair) = self.pairs.get_mut(&device) else {
            return orders;
        };
        pair.waiting = None;
        let kept = match pair.state {
            State::Ending(id) => Some(id),
            State::Idle | State::Opening(_) | State::Live(_) => None,
        };
        if kept.is_none() {
            pair.state = State::Idle;
        }
        for line in pair.lines.extract_if(.., |line| Some(line.id) != kept) {
            orders.push(Order::Hang(device, line.id));
        }
        self.forget_if_over(device);
        orders
    }

    /// The connections to a device that are not given up.
    pub(crate) fn lines(&self, device: &DeviceId) -> Vec<ConnectionId> {
        self.pairs.get(device).map_or_else(Vec::new, |pair| {
            pair.lines.iter().map(|line| line.id).collect()
        })
    }

    /// Every device there is a connection to.
    pub(crate) fn devices(&self) -> Vec<DeviceId> {
        self.pairs.keys().copied().collect()
    }

    /// Goes on: from idle, a stream that waits starts, or the leader opens one; from a detour, the leader ends it.
    fn advance(&mut self, device: DeviceId) -> Vec<Order<S>> {
        let leads = self.leads(&device);
        let Some(pair) = self.pairs.get_mut(&device) else {
            return Vec::new();
        };
        if let State::Live(id) = pair.state
            && leads
            && pair.is_a_detour(id)
        {
            pair.state = State::Ending(id);
            return vec![Order::End(device, id, Ended::Replaced)];
        }
        if pair.state == State::Idle {
            if let Some((id, _)) = pair.waiting
                && leads
                && pair.is_a_detour(id)
            {
                // The other side may have begun on it: it hears of the end by the connection's.
                pair.waiting = None;
                pair.lines.retain(|line| line.id != id);
                let mut orders = vec![Order::Hang(device, id)];
                orders.extend(self.advance(device));
                return orders;
            }
            if let Some((id, stream)) = pair.waiting.take()
                && let Some(line) = pair.lines.iter().find(|line| line.id == id)
            {
                pair.state = State::Live(id);
                return vec![Order::Start(device, line.clone(), stream)];
            }
            if leads && let Some(line) = pair.best() {
                pair.state = State::Opening(line);
                return vec![Order::Open(device, line)];
            }
        }
        self.forget_if_over(device);
        Vec::new()
    }

    fn forget_if_over(&mut self, device: DeviceId) {
        if self
            .pairs
            .get(&device)
            .is_some_and(|pair| pair.lines.is_empty() && pair.state == State::Idle)
        {
            self.pairs.remove(&device);
        }
    }
}

#[cfg(test)]
mod tests;
