//! Short codes: whom to ask for one, on connections that carry nothing else, and whose streams to accept.

use libp2p::{
    Stream,
    swarm::{
        ConnectionId,
        dial_opts::{DialOpts, PeerCondition},
    },
};
use skein_access::DeviceId;

use super::NetTask;
use crate::{
    DialFailure, NetEvent, Tried,
    address::{split_peer, with_peer},
    codes::{Begins, CodeLine, CodeNews, CodeOrder, Seeking, carry},
    handle::read_addresses,
    identity::{device_of, peer_of},
    limits::CODE_DEVICES,
    links::Line,
    streams::{StreamEvent, StreamHappened},
};

impl NetTask {
    pub(super) fn on_code_order(&mut self, order: CodeOrder) {
        match order {
            CodeOrder::Show(shown) => {
                self.codes.shown = shown;
                if !shown {
                    self.codes.end_all();
                }
            }
            CodeOrder::Seek(addresses) => self.seek(&addresses),
            CodeOrder::SeekNoMore => self.seek_no_more(),
            CodeOrder::Say(exchange, message) => self.codes.say(exchange, message),
            CodeOrder::End(exchange) => self.codes.end(exchange),
        }
    }

    fn seek(&mut self, addresses: &[String]) {
        self.seek_no_more();
        self.codes.seeking = Some(Seeking {
            nearby: addresses.is_empty(),
            ..Seeking::default()
        });
        if addresses.is_empty() {
            self.ask_nearby();
            return;
        }
        match read_addresses(addresses, None) {
            Ok((addresses, expected)) => self.attempt_for_code(addresses, expected),
            // The engine has understood them before.
            Err(error) => tracing::warn!(%error, "an address for a code was not understood"),
        }
    }

    fn seek_no_more(&mut self) {
        self.codes.seeking = None;
        for attempt in self.codes.attempts.drain() {
            self.attempts.give_up(attempt);
        }
        let lines: Vec<ConnectionId> = self.codes.lines.keys().copied().collect();
        for line in lines {
            self.hang_up_code(line);
        }
    }

    /// Asks those whom mDNS announced, few of them: each gets one guess at what was typed.
    pub(super) fn ask_nearby(&mut self) {
        let Some(seeking) = self.codes.seeking.as_mut().filter(|seeking| seeking.nearby) else {
            return;
        };
        let mut dials = Vec::new();
        for (device, addresses) in self.overheard.all() {
            let before = seeking.dialled.get(device).copied();
            let is_one_too_many = before.is_none() && seeking.dialled.len() >= CODE_DEVICES;
            let has_news = before.is_none_or(|before| before < addresses.len());
            if is_one_too_many || !has_news || seeking.reached.contains(device) {
                continue;
            }
            seeking.dialled.insert(*device, addresses.len());
            if let Some(peer) = peer_of(device) {
                let dial = DialOpts::peer_id(peer)
                    .condition(PeerCondition::Always)
                    .addresses(addresses.to_vec())
                    .allocate_new_port();
                dials.push(dial.build());
            }
        }
        for dial in dials {
            let line = dial.connection_id();
            self.is_for_code(line);
            if let Err(error) = self.swarm.dial(dial) {
                tracing::debug!(%error, "a device nearby could not be asked for a code");
                self.code_line_is_over(line);
            }
        }
    }

    /// A connection is dialled for a code: it may stand although nobody there is a member.
    pub(super) fn is_for_code(&mut self, line: ConnectionId) {
        self.codes.lines.insert(line, CodeLine::Dialled);
        self.swarm.behaviour_mut().sync.admission.asks_on(line);
    }

    /// A connection that was dialled for a code stands: the stream is opened, unless that device was reached by another.
    pub(super) fn on_code_line(&mut self, device: DeviceId, line: Line) {
        let is_wanted = self
            .codes
            .seeking
            .as_mut()
            .is_some_and(|seeking| seeking.reached.insert(device));
        match peer_of(&device).filter(|_| is_wanted) {
            Some(peer) => {
                let address = with_peer(&split_peer(line.address).0, peer);
                let reached = CodeLine::Reached(address);
                self.codes.lines.insert(line.id, reached);
                self.swarm.behaviour_mut().code.open(peer, line.id, ());
            }
            None => self.hang_up_code(line.id),
        }
    }

    pub(super) fn on_code(
        &mut self,
        StreamEvent {
            peer,
            connection,
            what,
        }: StreamEvent<()>,
    ) {
        let Some(device) = device_of(&peer) else {
            return;
        };
        match what {
            StreamHappened::Opened((), stream) => {
                let carries = CodeLine::Carries;
                match self.codes.lines.insert(connection, carries) {
                    Some(CodeLine::Reached(address)) => {
                        self.attempts.succeeded(&device, &[connection]);
                        self.exchange(device, Some(address), connection, stream);
                    }
                    _ => self.hang_up_code(connection),
                }
            }
            StreamHappened::NotOpened(()) => {
                let failed = self
                    .attempts
                    .failed(connection, Tried::whole(DialFailure::NotSkein));
                self.dial_failed(failed);
                self.hang_up_code(connection);
            }
            // Where no code is shown nobody is told so: the stream ends.
            StreamHappened::Accepted(stream) => {
                if self.codes.shown {
                    self.exchange(device, None, connection, stream);
                }
            }
        }
    }

    fn exchange(
        &mut self,
        peer: DeviceId,
        asked_at: Option<String>,
        connection: ConnectionId,
        stream: Stream,
    ) {
        let begun = match asked_at {
            Some(_) => Some(self.codes.ask()),
            None => self.codes.accept(peer),
        };
        // For one who comes too often, or as one too many, the stream ends without a word.
        let Some((id, to_say)) = begun else { return };
        let begins = Begins {
            id,
            peer,
            asked_at,
            to_say,
        };
        let carrying = carry(stream, begins, self.ends.events.clone());
        self.code_tasks.spawn(async move {
            carrying.await;
            (id, connection)
        });
    }

    pub(super) fn on_exchange_ended(&mut self, (exchange, connection): (u64, ConnectionId)) {
        self.codes.ended(exchange);
        self.hang_up_code(connection);
    }

    /// A connection closed. When it was dialled for a code and the stream never opened, the device there shows no code: it lets
    /// nobody in who asks. False when it was for something else.
    pub(super) fn code_line_closed(&mut self, peer: DeviceId, line: ConnectionId) -> bool {
        if let Some(CodeLine::Reached(address)) = self.codes.lines.get(&line) {
            let asked_at = Some(address.clone());
            self.attempts.succeeded(&peer, &[line]);
            let exchange = self.codes.next();
            for news in [CodeNews::Begun { peer, asked_at }, CodeNews::Ended] {
                self.notice(NetEvent::Code(exchange, news));
            }
        }
        self.code_line_is_over(line)
    }

    /// Closes a connection that was dialled for a code. One that the other side dialled is its own to close.
    fn hang_up_code(&mut self, line: ConnectionId) {
        if self.code_line_is_over(line) {
            self.swarm.close_connection(line);
        }
    }

    /// Forgets a connection that was dialled for a code; false when it was for something else.
    pub(super) fn code_line_is_over(&mut self, line: ConnectionId) -> bool {
        self.codes.unused.remove(&line);
        let was_for_code = self.codes.lines.remove(&line).is_some();
        if was_for_code {
            self.swarm.behaviour_mut().sync.admission.leave(line);
        }
        was_for_code
    }
}
