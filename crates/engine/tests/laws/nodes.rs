//! Members and relays in one process, on real sockets of this machine and real files.
#![allow(unreachable_pub)]

use std::path::Path;

use skein_engine::api::{
    ApiError, Asking, Delivery, Event, JoiningStep, NoteContent, Peer, Reply, Request,
    ServerMessage, Status, View, WorkspaceState,
};
use skein_engine::relay::{DatabaseAddress, Relay, RelayConfig, RelayLimits};
use skein_engine::{Client, Host, Network, Place, Places, Unlock, Use};
use skein_model::{BoardView, DocumentId, NoteEdit};

/// To stay, and to speak to this machine only.
pub const LOOPBACK: Use = Use::Stay(Network {
    this_machine_only: true,
    port: None,
});

/// One profile in use.
pub struct Member {
    pub host: Host,
    pub client: Client,
}

impl Member {
    pub async fn open(folder: &Path, wanted: Use) -> Self {
        Self::within(&Places::of(folder).first(), wanted).await
    }

    pub async fn within(place: &Place, wanted: Use) -> Self {
        let unlock = Unlock::default();
        let host = Host::open_place(place, wanted, unlock).await.unwrap();
        let client = host.client().await.unwrap();
        Self { host, client }
    }

    pub async fn ask(&mut self, request: Request) -> Reply {
        self.client.request(request).await.unwrap()
    }

    pub async fn found(&mut self, name: &str) {
        self.ask(Request::CreateWorkspace {
            member_name: name.to_owned(),
            workspace_name: "Geese".to_owned(),
            zone: None,
        })
        .await;
    }

    pub async fn invite(&mut self) -> String {
        let role = skein_access::Role::Editor;
        match self
            .ask(Request::CreateInvite {
                role,
                uses: 1,
                expires_in_hours: None,
                approval: false,
            })
            .await
        {
            Reply::Invite { ticket, .. } => ticket,
            other => panic!("{other:?}"),
        }
    }

    pub async fn join(&mut self, ticket: String, name: &str) {
        self.ask(Request::JoinWorkspace {
            ticket,
            member_name: Some(name.to_owned()),
            zone: None,
        })
        .await;
        self.until(|status| status.state == WorkspaceState::Ready)
            .await;
    }

    /// Asks to be let in by an invite that needs it, until that is all there is to do.
    pub async fn asks(&mut self, ticket: &str, name: &str) {
        self.ask(Request::JoinWorkspace {
            ticket: ticket.to_owned(),
            member_name: Some(name.to_owned()),
            zone: None,
        })
        .await;
        self.until(|status| {
            let joining = status.joining.as_ref();
            joining.is_some_and(|joining| joining.step == JoiningStep::Waiting)
        })
        .await;
    }

    /// Waits until the profile is as wanted.
    pub async fn until(&mut self, wanted: impl Fn(&Status) -> bool) -> Status {
        self.ask(Request::Subscribe { view: View::Status }).await;
        loop {
            if let Some(ServerMessage::Event {
                event: Event::Status { status },
                ..
            }) = self.client.receive().await
                && wanted(&status)
            {
                return status;
            }
        }
    }

    /// Waits until so many ask to be let in.
    pub async fn until_asked(&mut self, by: usize) -> Vec<Asking> {
        self.ask(Request::Subscribe { view: View::Asking }).await;
        loop {
            if let Some(ServerMessage::Event {
                event: Event::Asking { asking },
                ..
            }) = self.client.receive().await
                && asking.len() == by
            {
                return asking;
            }
        }
    }

    pub async fn idle(&mut self) {
        self.ask(Request::WaitUntilIdle {
            timeout_ms: 20_000,
            peers: 1,
        })
        .await;
    }

    pub async fn edit_note(&mut self, document: DocumentId, edit: NoteEdit) {
        self.ask(Request::EditNote { document, edit }).await;
    }

    pub async fn note(&mut self, document: DocumentId) -> NoteContent {
        match self.ask(Request::ReadNote { document }).await {
            Reply::Note { note } => note,
            other => panic!("{other:?}"),
        }
    }

    pub async fn board(&mut self, document: DocumentId) -> BoardView {
        match self.ask(Request::ReadBoard { document }).await {
            Reply::Board { board } => board,
            other => panic!("{other:?}"),
        }
    }

    pub async fn create_note(&mut self, title: &str, text: &str) -> DocumentId {
        let request = Request::CreateNote {
            title: title.to_owned(),
            text: Some(text.to_owned()),
            parent: None,
            after: None,
        };
        match self.ask(request).await {
            Reply::Created { id } => id,
            other => panic!("{other:?}"),
        }
    }

    pub async fn create_board(&mut self, title: &str) -> DocumentId {
        match self
            .ask(Request::CreateBoard {
                title: title.to_owned(),
                columns: None,
                parent: None,
                after: None,
            })
            .await
        {
            Reply::Created { id } => id,
            other => panic!("{other:?}"),
        }
    }

    pub async fn status(&mut self) -> Status {
        match self.ask(Request::Status).await {
            Reply::Status { status } => status,
            other => panic!("{other:?}"),
        }
    }

    pub async fn delivery(&mut self) -> Delivery {
        match self.ask(Request::Delivery { document: None }).await {
            Reply::Delivery { delivery } => delivery,
            other => panic!("{other:?}"),
        }
    }

    pub async fn peers(&mut self) -> Vec<Peer> {
        match self.ask(Request::ListPeers).await {
            Reply::Peers { peers, .. } => peers,
            other => panic!("{other:?}"),
        }
    }

    /// The relay as this member sees it.
    pub async fn relay(&mut self) -> Peer {
        let mut peers = self.peers().await.into_iter();
        peers.find(|peer| peer.relay).unwrap()
    }

    pub async fn titles(&mut self) -> Vec<String> {
        let request = Request::ListDocuments {
            kind: None,
            trashed: false,
        };
        match self.ask(request).await {
            Reply::Documents { documents } => documents
                .into_iter()
                .map(|listed| listed.item.title)
                .collect(),
            other => panic!("{other:?}"),
        }
    }

    /// Waits until all is exchanged with at least one other, or says why not.
    pub async fn exchanged_within(&mut self, timeout_ms: u32) -> Result<(), ApiError> {
        let request = Request::WaitUntilIdle {
            timeout_ms,
            peers: 1,
        };
        self.client.request(request).await.map(|_| ())
    }

    /// Waits until a document has come.
    pub async fn until_here(&mut self, document: DocumentId) {
        self.ask(Request::Subscribe { view: View::Tree }).await;
        loop {
            if let Some(ServerMessage::Event {
                event: Event::Tree { upserts, .. },
                ..
            }) = self.client.receive().await
                && upserts.iter().any(|item| item.id == document)
            {
                return;
            }
        }
    }

    /// Waits until the relay is as wanted.
    pub async fn until_relay(&mut self, wanted: impl Fn(&Peer) -> bool) {
        self.ask(Request::Subscribe { view: View::Peers }).await;
        loop {
            if let Some(ServerMessage::Event {
                event: Event::Peers { peers, .. },
                ..
            }) = self.client.receive().await
                && peers.iter().any(|peer| peer.relay && wanted(peer))
            {
                return;
            }
        }
    }
}

/// A relay in a folder, for the workspaces with these ids.
pub async fn relay(folder: &Path, port: u16, workspaces: &[String], limits: RelayLimits) -> Relay {
    relay_with(folder, None, port, workspaces, limits).await
}

/// A relay that keeps workspaces in a database, where one is named.
pub async fn relay_with(
    folder: &Path,
    database: Option<DatabaseAddress>,
    port: u16,
    workspaces: &[String],
    limits: RelayLimits,
) -> Relay {
    let config = RelayConfig {
        folder: folder.to_owned(),
        database,
        listen: Some(([127, 0, 0, 1], port).into()),
        external: Vec::new(),
        workspaces: workspaces.iter().map(|id| id.parse().unwrap()).collect(),
        limits,
    };
    Relay::open(config).await.unwrap()
}
