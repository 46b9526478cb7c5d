//! How bytes travel: the libp2p swarm, discovery, dialling and limits. Carries frames of bytes between authenticated
//! devices, and knows nothing of documents.
//!
//! [`Net::start`] gives a [`NetHandle`] to steer with and a queue of [`NetEvent`]s. For every device the events come in
//! order: `Connected`, frames, `Disconnected`; then perhaps `Connected` again. There is at most one link to a device.
//! Chunks of files are asked for and given beside the frames, on streams of their own. So are invites for a short code, with
//! devices that are no members yet and on connections that carry nothing else.

mod address;
mod admission;
mod attempts;
mod behaviour;
mod chunks;
mod circuits;
mod codes;
mod error;
mod event;
mod frame;
mod handle;
mod identity;
mod limits;
mod links;
mod listen;
mod observed;
mod outbox;
mod overheard;
mod redial;
mod start;
mod stream;
mod streams;
mod swarm;
mod sync_protocol;
mod transport;
mod vital;
mod wake;

pub mod unframed;

pub use address::{
    AddressError, address_of, device_of_address, leads_through_relay, typed_address,
    understand_address,
};
pub use admission::Allowed;
pub use chunks::{AskId, ChunkAnswer, ChunkId};
pub use circuits::Circuits;
pub use codes::{CodeNews, CodeOrder, ExchangeId};
pub use error::{NetError, SendError};
pub use event::{DialFailure, Ended, NetEvent, Tried};
pub use handle::NetHandle;
pub use limits::{EVENT_QUEUE, Limits, MAX_FRAME, QUEUE_BYTES, REDIAL_LONGEST, REDIAL_SHORTEST};
pub use listen::Listen;
pub use start::{Net, NetConfig};
