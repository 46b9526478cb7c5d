//! A member as a shell sees one: a profile in use, and a client that asks and listens.

use std::path::Path;

use anyhow::{Context, Result, bail};
use skein_access::Role;
use skein_engine::api::{Event, NoteContent, Reply, Request, ServerMessage, SubscriptionId, View};
use skein_engine::{Client, Host, Network, Unlock, Use};
use skein_model::{DocumentId, Splice};

use crate::session::Gesture;

/// In use, speaking to this machine only.
pub(crate) const LOOPBACK: Use = Use::Stay(Network {
    this_machine_only: true,
    port: None,
});
/// How long exchanges may take before the benchmark gives up.
const PATIENCE_MS: u32 = 900_000;

/// A profile in use, and a client of it.
pub(crate) struct Member {
    host: Host,
    pub(crate) client: Client,
}

impl Member {
    pub(crate) async fn open(folder: &Path, wanted: Use) -> Result<Self> {
        let host = Host::open(folder, wanted, Unlock::default()).await?;
        let client = host.client().await?;
        Ok(Self { host, client })
    }

    /// Opens a new profile and founds a workspace in it.
    pub(crate) async fn founding(folder: &Path, wanted: Use, name: &str) -> Result<Self> {
        let mut member = Self::open(folder, wanted).await?;
        let found = Request::CreateWorkspace {
            member_name: name.to_owned(),
            workspace_name: "Geese".to_owned(),
            zone: None,
        };
        member.ask(found).await?;
        Ok(member)
    }

    pub(crate) async fn close(self) {
        drop(self.client);
        self.host.close().await;
    }

    pub(crate) async fn ask(&mut self, request: Request) -> Result<Reply> {
        Ok(self.client.request(request).await?)
    }

    pub(crate) async fn create_note(
        &mut self,
        title: &str,
        text: &str,
        parent: Option<DocumentId>,
    ) -> Result<DocumentId> {
        let request = Request::CreateNote {
            title: title.to_owned(),
            text: Some(text.to_owned()),
            parent,
            after: None,
        };
        match self.ask(request).await? {
            Reply::Created { id } => Ok(id),
            other => bail!("a note was asked for and this came: {other:?}"),
        }
    }

    pub(crate) async fn note(&mut self, document: DocumentId) -> Result<NoteContent> {
        match self.ask(Request::ReadNote { document }).await? {
            Reply::Note { note } => Ok(note),
            other => bail!("a note was asked for and this came: {other:?}"),
        }
    }

    /// How many documents are listed.
    pub(crate) async fn count(&mut self) -> Result<usize> {
        Ok(self.list().await?.len())
    }

    /// All documents, in tree order.
    pub(crate) async fn list(&mut self) -> Result<Vec<DocumentId>> {
        match self
            .ask(Request::ListDocuments {
                kind: None,
                trashed: false,
            })
            .await?
        {
            Reply::Documents { documents } => {
                Ok(documents.into_iter().map(|listed| listed.item.id).collect())
            }
            other => bail!("a list was asked for and this came: {other:?}"),
        }
    }

    pub(crate) async fn invite(&mut self) -> Result<String> {
        match self
            .ask(Request::CreateInvite {
                role: Role::Editor,
                uses: 1,
                expires_in_hours: None,
                approval: false,
            })
            .await?
        {
            Reply::Invite { ticket, .. } => Ok(ticket),
            other => bail!("an invite was asked for and this came: {other:?}"),
        }
    }

    pub(crate) async fn join(&mut self, ticket: String, name: &str) -> Result<()> {
        self.ask(Request::JoinWorkspace {
            ticket,
            member_name: Some(name.to_owned()),
            zone: None,
        })
        .await
        .map(drop)
    }

    /// Waits until so many peers are connected and all is exchanged.
    pub(crate) async fn idle(&mut self, peers: u32) -> Result<()> {
        self.ask(Request::WaitUntilIdle {
            timeout_ms: PATIENCE_MS,
            peers,
        })
        .await
        .map(drop)
    }

    pub(crate) async fn watch(&mut self, view: View) -> Result<SubscriptionId> {
        match self.ask(Request::Subscribe { view }).await? {
            Reply::Subscribed { subscription } => Ok(subscription),
            other => bail!("a subscription was asked for and this came: {other:?}"),
        }
    }

    /// The next event of a subscription; others are passed over.
    pub(crate) async fn event(&mut self, wanted: SubscriptionId) -> Result<Event> {
        loop {
            match self.client.receive().await.context("the engine stopped")? {
                ServerMessage::Event {
                    subscription,
                    event,
                } if subscription == wanted => return Ok(event),
                _ => {}
            }
        }
    }

    /// Opens a note's text to type into.
    pub(crate) async fn type_into(&mut self, document: DocumentId) -> Result<Typing> {
        let subscription = self
            .watch(View::Text {
                document,
                card: None,
            })
            .await?;
        match self.event(subscription).await? {
            Event::TextReset { version, text } => Ok(Typing {
                subscription,
                version,
                length: u32::try_from(text.encode_utf16().count())?,
                pushes: 0,
            }),
            other => bail!("a text was asked for and this came: {other:?}"),
        }
    }
}

/// A text view that types.
pub(crate) struct Typing {
    subscription: SubscriptionId,
    version: u32,
    pub(crate) length: u32,
    pushes: u64,
}

impl Typing {
    /// Pushes one gesture and waits until it is on disk.
    pub(crate) async fn push(&mut self, member: &mut Member, gesture: &Gesture) -> Result<()> {
        self.pushes += 1;
        let inserted = u32::try_from(gesture.insert.encode_utf16().count())?;
        self.length = self.length + inserted - gesture.delete;
        let push = Request::TextPush {
            subscription: self.subscription,
            base_version: self.version,
            push_id: self.pushes.to_string(),
            splices: vec![Splice {
                at: gesture.at,
                delete: gesture.delete,
                insert: gesture.insert.clone(),
            }],
            length: self.length,
        };
        match member.ask(push).await? {
            Reply::TextAck { version, .. } => self.version = version,
            other => bail!("a push was not acknowledged: {other:?}"),
        }
        Ok(())
    }

    pub(crate) fn subscription(&self) -> SubscriptionId {
        self.subscription
    }
}
