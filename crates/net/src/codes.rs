//! Streams on which an invite is handed over for a short code: a few short messages of both sides, soon, and the end.
//!
//! A message is its length in two bytes (big end first) and so many bytes. What they say is the engine's matter.

use std::{
    collections::{HashMap, HashSet},
    io,
};

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use libp2p::{Stream, swarm::ConnectionId};
use skein_access::{DeviceId, code_exchange::LONGEST_MESSAGE};
use tokio::{sync::mpsc, time::timeout};

use crate::{
    NetEvent,
    attempts::AttemptId,
    limits::{CODE_EXCHANGE, CODE_EXCHANGES, CODE_MESSAGES},
};

/// Names one exchange.
pub type ExchangeId = u64;

/// What the engine orders concerning codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeOrder {
    /// Whether this device shows a code: streams of others are accepted only then.
    Show(bool),
    /// A code was typed: whoever answers at these addresses is asked, or without any whoever is on the local network.
    Seek(Vec<String>),
    /// Nobody is asked any more.
    SeekNoMore,
    /// Says something in an exchange.
    Say(ExchangeId, Vec<u8>),
    /// An exchange is over; what was said before still leaves.
    End(ExchangeId),
}

/// What is told of one exchange: begun, what was said, ended; in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeNews {
    /// A stream is open.
    Begun {
        /// To whom.
        peer: DeviceId,
        /// Where the device that was asked is; none when the other side asks.
        asked_at: Option<String>,
    },
    /// The other side said something.
    Said(Vec<u8>),
    /// The stream is over.
    Ended,
}

/// The search for whoever shows a code.
#[derive(Debug, Default)]
pub(crate) struct Seeking {
    /// Whether everybody on the local network is asked.
    pub(crate) nearby: bool,
    /// Who was dialled nearby, and how many of its addresses were known then.
    pub(crate) dialled: HashMap<DeviceId, usize>,
    /// To whom there is, or was, a connection for the code.
    pub(crate) reached: HashSet<DeviceId>,
}

/// How far a connection that was dialled for a code has come.
#[derive(Debug)]
pub(crate) enum CodeLine {
    Dialled,
    /// It stands, and the stream is being opened; where it leads, for dialling again.
    Reached(String),
    Carries,
}

/// Everything of codes that the swarm's task holds.
#[derive(Debug, Default)]
pub(crate) struct Codes {
    pub(crate) shown: bool,
    pub(crate) seeking: Option<Seeking>,
    /// Attempts to reach a typed address for a code.
    pub(crate) attempts: HashSet<AttemptId>,
    /// Connections dialled for a code: they carry nothing else.
    pub(crate) lines: HashMap<ConnectionId, CodeLine>,
    /// Sync streams that the other side opened on them. Nothing is said on them; ended at once they would take the connection with them.
    pub(crate) unused: HashMap<ConnectionId, Stream>,
    exchanges: HashMap<ExchangeId, Exchange>,
    last: ExchangeId,
}

#[derive(Debug)]
struct Exchange {
    /// The device that came, if it was not asked.
    by: Option<DeviceId>,
    /// Dropped when the engine ends it.
    say: Option<mpsc::Sender<Vec<u8>>>,
}

impl Codes {
    /// Begins an exchange with a device that comes; none when it has one already, or enough others have.
    pub(crate) fn accept(
        &mut self,
        device: DeviceId,
    ) -> Option<(ExchangeId, mpsc::Receiver<Vec<u8>>)> {
        let came = || self.exchanges.values().filter_map(|open| open.by);
        if came().count() >= CODE_EXCHANGES || came().any(|other| other == device) {
            return None;
        }
        Some(self.begin(Some(device)))
    }

    /// Begins an exchange with a device that we ask. These are as few as the devices that are asked.
    pub(crate) fn ask(&mut self) -> (ExchangeId, mpsc::Receiver<Vec<u8>>) {
        self.begin(None)
    }

    fn begin(&mut self, by: Option<DeviceId>) -> (ExchangeId, mpsc::Receiver<Vec<u8>>) {
        let id = self.next();
        let (say, to_say) = mpsc::channel(CODE_MESSAGES);
        let say = Some(say);
        self.exchanges.insert(id, Exchange { by, say });
        (id, to_say)
    }

    /// A name that no exchange had.
    pub(crate) fn next(&mut self) -> ExchangeId {
        self.last += 1;
        self.last
    }

    pub(crate) fn say(&self, exchange: ExchangeId, message: Vec<u8>) {
        let say = self
            .exchanges
            .get(&exchange)
            .and_then(|open| open.say.as_ref());
        // Its task may have ended, or the other side takes nothing: then it ends soon.
        let _ = say.map(|say| say.try_send(message));
    }

    pub(crate) fn end(&mut self, exchange: ExchangeId) {
        if let Some(open) = self.exchanges.get_mut(&exchange) {
            open.say = None;
        }
    }

    pub(crate) fn end_all(&mut self) {
        for open in self.exchanges.values_mut() {
            open.say = None;
        }
    }

    /// The task of an exchange is over.
    pub(crate) fn ended(&mut self, exchange: ExchangeId) {
        self.exchanges.remove(&exchange);
    }
}

/// An exchange that begins.
pub(crate) struct Begins {
    pub(crate) id: ExchangeId,
    pub(crate) peer: DeviceId,
    pub(crate) asked_at: Option<String>,
    pub(crate) to_say: mpsc::Receiver<Vec<u8>>,
}

/// Carries an exchange to its end, and tells the engine what is said.
pub(crate) async fn carry(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    begins: Begins,
    events: mpsc::Sender<NetEvent>,
) {
    let Begins {
        id,
        peer,
        asked_at,
        mut to_say,
    } = begins;
    // An engine that does not listen any more does not wait for it.
    let tell = async |news| events.send(NetEvent::Code(id, news)).await;
    let _ = tell(CodeNews::Begun { peer, asked_at }).await;
    let (mut reader, mut writer) = stream.split();
    let hearing = async {
        for _ in 0..CODE_MESSAGES {
            let message = hear(&mut reader).await?;
            let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
            tell(CodeNews::Said(message)).await.map_err(gone)?;
        }
        Err::<(), _>(io::ErrorKind::InvalidData.into())
    };
    let saying = async {
        while let Some(message) = to_say.recv().await {
            say(&mut writer, &message).await?;
        }
        writer.close().await
    };
    let carried = timeout(CODE_EXCHANGE, async {
        tokio::select! {
            heard = hearing => heard,
            said = saying => said,
        }
    });
    match carried.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%peer, %error, "the exchange of a code ended"),
        Err(_) => tracing::debug!(%peer, "the exchange of a code took too long"),
    }
    let _ = tell(CodeNews::Ended).await;
}

/// Reads the next message.
pub(crate) async fn hear(reader: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut length = [0; 2];
    reader.read_exact(&mut length).await?;
    let length = usize::from(u16::from_be_bytes(length));
    if length > LONGEST_MESSAGE {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut message = vec![0; length];
    reader.read_exact(&mut message).await?;
    Ok(message)
}

async fn say(writer: &mut (impl AsyncWrite + Unpin), message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len()).map_err(|_| io::ErrorKind::InvalidData)?;
    let mut bytes = length.to_be_bytes().to_vec();
    bytes.extend_from_slice(message);
    writer.write_all(&bytes).await?;
    writer.flush().await
}

#[cfg(test)]
mod tests {
    use futures::io::Cursor;
    use proptest::prelude::*;

    use super::*;

    fn device(number: u8) -> DeviceId {
        DeviceId::from_bytes([number; 32])
    }

    proptest! {
        #[test]
        fn any_bytes_are_messages_or_refused_and_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            futures::executor::block_on(async {
                let mut wire = Cursor::new(bytes);
                while hear(&mut wire).await.is_ok() {}
            });
        }

        #[test]
        fn messages_come_out_as_they_went_in(message in proptest::collection::vec(any::<u8>(), 0..LONGEST_MESSAGE)) {
            futures::executor::block_on(async {
                let mut wire = Cursor::new(Vec::new());
                say(&mut wire, &message).await.unwrap();
                wire.set_position(0);
                prop_assert_eq!(hear(&mut wire).await.unwrap(), message);
                Ok(())
            })?;
        }
    }

    #[test]
    fn exchanges_with_those_who_come_are_few_at_once_and_one_with_each_device() {
        let mut codes = Codes::default();
        let (first, _) = codes.accept(device(0)).unwrap();
        assert!(codes.accept(device(0)).is_none());
        for number in 1..u8::try_from(CODE_EXCHANGES).unwrap() {
            assert!(codes.accept(device(number)).is_some());
        }
        assert!(codes.accept(device(99)).is_none());
        codes.ask();
        codes.ended(first);
        assert!(codes.accept(device(99)).is_some());
    }
}
