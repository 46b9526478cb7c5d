//! The table of rights: every request of the API against everybody who may ask it. A request without its row fails here.

use std::collections::BTreeSet;

use crate::files::{attach, files};
use crate::freeing::{answers_together, turn};
use crate::sim::World;
use ErrorCode::{Denied, Invalid, NotFound, ReadOnly, WrongState};
use skein_access::{DeviceKey, Role};
use skein_engine::Places;
use skein_engine::api::{
    ApiError, ErrorCode, Event, FileState, Reply, Request, View, WorkspaceState,
};
use skein_model::{BoardEdit, CardId, DocumentId, FileId, NewCard, NoteEdit, Splice};
use ts_rs::{Config, TS};

/// Who asks, each from a machine of their own.
const OWNER: usize = 0;
const EDITOR: usize = 1;
const COMMENTER: usize = 2;
const VIEWER: usize = 3;
const REMOVED: usize = 4;
const JOINING: usize = 5;
/// Two on whom owners try what they may do.
const SPARE: usize = 6;
const LAST: usize = 7;
const ASKING: [usize; 6] = [OWNER, EDITOR, COMMENTER, VIEWER, REMOVED, JOINING];

/// What each of them is answered: it is done, or refused as this.
type Row = [Option<ErrorCode>; 6];

const ALL: Row = [None; 6];
/// Those who are in, whatever their role.
const MEMBERS: Row = [None, None, None, None, Some(ReadOnly), Some(WrongState)];
/// Whoever writes notes and boards.
const WRITERS: Row = [
    None,
    None,
    Some(Denied),
    Some(Denied),
    Some(ReadOnly),
    Some(WrongState),
];
/// The same for what is not here before one is in.
const WRITERS_OF_WHAT_IS_HERE: Row = [
    None,
    None,
    Some(Denied),
    Some(Denied),
    Some(ReadOnly),
    Some(NotFound),
];
const OWNERS: Row = [
    None,
    Some(Denied),
    Some(Denied),
    Some(Denied),
    Some(ReadOnly),
    Some(WrongState),
];
const DECIDERS_ABOUT_NOBODY: Row = [
    Some(NotFound),
    Some(Denied),
    Some(Denied),
    Some(Denied),
    Some(ReadOnly),
    Some(WrongState),
];
/// Whoever has the workspace here, those who are out included.
const HOLDERS: Row = [None, None, None, None, None, Some(NotFound)];
/// Whoever writes notes and boards, about what he began himself.
const THOSE_WHO_BEGAN_IT: Row = [
    None,
    None,
    Some(NotFound),
    Some(NotFound),
    Some(NotFound),
    Some(NotFound),
];
/// There is no such thing, whoever asks.
const NOWHERE: Row = [Some(NotFound); 6];
/// Nobody who has a workspace or is on the way to one.
const NOBODY: Row = [
    Some(WrongState),
    Some(WrongState),
    Some(WrongState),
    Some(WrongState),
    Some(ReadOnly),
    Some(WrongState),
];

/// What the requests are about.
struct Things {
    note: DocumentId,
    board: DocumentId,
    card: CardId,
    spare: String,
    last: String,
    spare_device: String,
    ticket: String,
    invite: String,
    /// One in the note that everybody has.
    file: FileId,
}

/// Stands in the table for what each has of its own, or had made before: see [`World::filled_in`].
const OWN: &str = "own";

/// In base64.
const FOUR_BYTES: &str = "cGxhbg==";

/// All of the table; what changes who is in comes last.
fn table(things: &Things) -> Vec<(Request, Row)> {
    let Things {
        note, board, card, ..
    } = *things;
    let text = |text: &str| Some(text.to_owned());
    let push = Request::TextPush {
        subscription: 0,
        base_version: 0,
        push_id: "p".to_owned(),
        splices: vec![Splice {
            at: 0,
            delete: 0,
            insert: "x".to_owned(),
        }],
        length: 0,
    };
    let file = things.file;
    let relay = DeviceKey::from_bytes(&[9; 32]).id();
    let row = |owner, others, out, joining| [owner, others, others, others, out, joining];
    vec![
        (Request::Status, ALL),
        (
            Request::CreateWorkspace {
                member_name: "A".to_owned(),
                workspace_name: "B".to_owned(),
                zone: None,
            },
            NOBODY,
        ),
        (
            Request::JoinWorkspace {
                ticket: things.ticket.clone(),
                member_name: text("A"),
                zone: None,
            },
            NOBODY,
        ),
        (
            Request::NameJoiner {
                member_name: "A".to_owned(),
            },
            NOBODY,
        ),
        (
            Request::CreateInvite {
                role: Role::Viewer,
                uses: 1,
                expires_in_hours: None,
                approval: false,
            },
            OWNERS,
        ),
        (
            Request::InviteDevice {
                member: None,
                expires_in_hours: None,
            },
            MEMBERS,
        ),
        (
            Request::InviteDevice {
                member: Some(things.spare.clone()),
                expires_in_hours: None,
            },
            OWNERS,
        ),
        (Request::RecoverySheet, MEMBERS),
        (Request::ListInvites, ALL),
        // For an invite of the owner's: its maker and owners decide how it is handed over.
        (
            Request::ShowCode {
                ticket: things.ticket.clone(),
            },
            OWNERS,
        ),
        (Request::HideCode, ALL),
        (
            Request::RevokeInvite {
                invite: things.invite.clone(),
            },
            OWNERS,
        ),
        // That nobody asks is told to those alone who would decide.
        (
            Request::Approve {
                asking: "nobody".to_owned(),
            },
            DECIDERS_ABOUT_NOBODY,
        ),
        (
            Request::Decline {
                asking: "nobody".to_owned(),
            },
            DECIDERS_ABOUT_NOBODY,
        ),
        (
            Request::CreateNote {
                title: "N".to_owned(),
                text: None,
                parent: None,
                after: None,
            },
            WRITERS,
        ),
        (
            Request::CreateBoard {
                title: "B".to_owned(),
                columns: None,
                parent: None,
                after: None,
            },
            WRITERS,
        ),
        (
            Request::EditNote {
                document: note,
                edit: NoteEdit::AppendText {
                    text: "x".to_owned(),
                },
            },
            WRITERS_OF_WHAT_IS_HERE,
        ),
        (
            Request::EditBoard {
                document: board,
                edit: BoardEdit::Rename {
                    title: "R".to_owned(),
                },
            },
            WRITERS_OF_WHAT_IS_HERE,
        ),
        (
            Request::PlaceDocument {
                document: note,
                parent: None,
                after: Some(board),
            },
            WRITERS_OF_WHAT_IS_HERE,
        ),
        (
            Request::Subscribe {
                view: View::Note { document: note },
            },
            HOLDERS,
        ),
        (Request::Unsubscribe { subscription: 9 }, ALL),
        // On a text that one looks at; who has none to look at is told to look first.
        (
            push,
            [
                None,
                None,
                Some(Denied),
                Some(Denied),
                Some(ReadOnly),
                Some(ErrorCode::Resync),
            ],
        ),
        (
            Request::ShowCaret {
                subscription: 0,
                anchor: Some(0),
                head: Some(0),
                version: 0,
            },
            row(None, None, None, Some(NotFound)),
        ),
        (
            Request::BeginFile {
                document: note,
                name: "plan.txt".to_owned(),
                mime: "text/plain".to_owned(),
                size: 4,
            },
            WRITERS,
        ),
        // Only whoever began a file goes on with it: who may not begin one finds only what the owner began.
        (
            Request::PutFile {
                upload: OWN.to_owned(),
                data: FOUR_BYTES.to_owned(),
            },
            THOSE_WHO_BEGAN_IT,
        ),
        (
            Request::FinishFile {
                upload: OWN.to_owned(),
            },
            THOSE_WHO_BEGAN_IT,
        ),
        (
            Request::CancelFile {
                upload: OWN.to_owned(),
            },
            THOSE_WHO_BEGAN_IT,
        ),
        (Request::ListFiles { document: note }, HOLDERS),
        (
            Request::ReadFile {
                document: note,
                file,
                offset: 0,
                length: 1,
            },
            HOLDERS,
        ),
        (
            Request::FetchFile {
                document: note,
                file,
            },
            HOLDERS,
        ),
        (Request::ReadNote { document: note }, HOLDERS),
        (Request::ReadBoard { document: board }, HOLDERS),
        (Request::ReadCard { card }, HOLDERS),
        (
            Request::ListDocuments {
                kind: None,
                trashed: false,
            },
            ALL,
        ),
        (Request::ListOnlyHere, ALL),
        (Request::ListTags, ALL),
        (
            Request::Search {
                query: "plan".to_owned(),
                limit: 5,
            },
            ALL,
        ),
        (
            Request::Connect {
                address: "127.0.0.1:9".to_owned(),
            },
            ALL,
        ),
        (Request::Reconnect, ALL),
        (Request::ListPeers, ALL),
        (Request::Delivery { document: None }, ALL),
        (Request::DismissNotice { notice: 1 }, ALL),
        (
            Request::SetProfile {
                name: None,
                zone: text("Asia/Tokyo"),
                hours: None,
            },
            MEMBERS,
        ),
        (
            Request::SetPreference {
                key: "theme".to_owned(),
                value: text("dark"),
            },
            ALL,
        ),
        (
            Request::ReadBundle {
                person: None,
                after: None,
            },
            ALL,
        ),
        (
            Request::TakeBundle {
                offset: 0,
                data: String::new(),
            },
            ALL,
        ),
        (Request::ListSharedFolders, ALL),
        // By a folder one comes in, too.
        (
            Request::AddSharedFolder {
                path: OWN.to_owned(),
            },
            row(None, None, Some(ReadOnly), None),
        ),
        (
            Request::SyncSharedFolders,
            row(None, None, Some(ReadOnly), None),
        ),
        (
            Request::RemoveSharedFolder {
                path: OWN.to_owned(),
            },
            row(None, None, Some(NotFound), None),
        ),
        (Request::ListBackups, ALL),
        (Request::BackUp, ALL),
        (
            Request::TryBackup {
                backup: OWN.to_owned(),
            },
            ALL,
        ),
        (Request::RestoreBackup { backup: None }, ALL),
        (Request::Repair, ALL),
        // What else is on this machine is its user's, whatever the role here.
        (Request::ListWorkspaces, ALL),
        (Request::AddWorkspace, ALL),
        (Request::Storage, ALL),
        (Request::PreviewFreeing, ALL),
        (
            Request::FreeSpace {
                files: vec![file],
                compact: false,
            },
            ALL,
        ),
        (Request::Audit, ALL),
        (
            Request::WaitUntilIdle {
                timeout_ms: 1,
                peers: 0,
            },
            ALL,
        ),
        (
            Request::SetRole {
                member: things.spare.clone(),
                role: Role::Commenter,
            },
            [
                OWNERS[0],
                OWNERS[1],
                OWNERS[2],
                OWNERS[3],
                OWNERS[4],
                Some(NotFound),
            ],
        ),
        (
            Request::AddRelay {
                address: skein_net::address_of("192.0.2.9:4711", &relay)
                    .unwrap()
                    .unwrap(),
            },
            OWNERS,
        ),
        (
            Request::RemoveRelay {
                relay: relay.to_string(),
            },
            OWNERS,
        ),
        (
            Request::RemoveDevice {
                device: things.spare_device.clone(),
            },
            OWNERS,
        ),
        (
            Request::RemoveMember {
                member: things.last.clone(),
            },
            [
                OWNERS[0],
                OWNERS[1],
                OWNERS[2],
                OWNERS[3],
                OWNERS[4],
                Some(NotFound),
            ],
        ),
        // A join can be given up while nothing is here; a member leaves instead, unless nobody would be left in charge.
        (
            Request::CancelJoin,
            [
                Some(WrongState),
                Some(WrongState),
                Some(WrongState),
                Some(WrongState),
                Some(WrongState),
                None,
            ],
        ),
        (
            Request::Leave,
            [
                Some(Invalid),
                None,
                None,
                None,
                Some(ReadOnly),
                Some(WrongState),
            ],
        ),
    ]
}

/// All that can be watched, and who may.
fn views(things: &Things) -> Vec<(View, Row)> {
    let Things {
        note: document,
        board,
        card,
        ..
    } = *things;
    let holders = [
        View::Note { document },
        View::Board { document: board },
        View::Card {
            document: board,
            card,
        },
        View::Text {
            document,
            card: None,
        },
        View::Files { document },
    ];
    let everybody = [
        View::Status,
        View::Tree,
        View::Trash,
        View::People,
        View::Asking,
        View::Invites,
        View::Peers,
        View::Delivery { document: None },
        // Of one that is not here nothing is on its way.
        View::Delivery {
            document: Some(document),
        },
        View::Notices,
        View::Preferences,
        View::Code,
        View::Backups,
        View::SharedFolders,
    ];
    let nowhere = [View::Ladder {
        device: DeviceKey::from_bytes(&[9; 32]).id().to_string(),
    }];
    let rows = holders.map(|view| (view, HOLDERS)).into_iter();
    let rows = rows.chain(everybody.map(|view| (view, ALL)));
    rows.chain(nowhere.map(|view| (view, NOWHERE))).collect()
}

/// The name of a request or view as it crosses the line.
fn name(of: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(of).unwrap();
    value["type"].as_str().unwrap().to_owned()
}

/// The names of all requests, or views, that there are.
fn all_names<T: TS>() -> BTreeSet<String> {
    let declared = T::decl(&Config::new().with_large_int("number"));
    let tags = declared.split("\"type\": \"").skip(1);
    tags.map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

fn world() -> (World, Things) {
    let mut world = World::new(11, 5);
    for machine in &mut world.machines {
        machine.skew_ms = 0;
    }
    world.found();
    let roles = [
        Role::Editor,
        Role::Commenter,
        Role::Viewer,
        Role::Editor,
        Role::Editor,
        Role::Editor,
    ];
    let document = |reply| match reply {
        Ok(Reply::Created { id }) => id,
        other => panic!("{other:?}"),
    };
    let note = document(world.ask(
        OWNER,
        Request::CreateNote {
            title: "Plan".to_owned(),
            text: None,
            parent: None,
            after: None,
        },
    ));
    let board = document(world.ask(
        OWNER,
        Request::CreateBoard {
            title: "Autumn".to_owned(),
            columns: None,
            parent: None,
            after: None,
        },
    ));
    let card = CardId::from_bytes([7; 16]);
    let column = world.board(OWNER, board).unwrap().columns[0].id;
    let cards = vec![NewCard {
        id: card,
        title: "Pack".to_owned(),
    }];
    let edit = BoardEdit::AddCards {
        column,
        after: None,
        cards,
    };
    world
        .ask(
            OWNER,
            Request::EditBoard {
                document: board,
                edit,
            },
        )
        .unwrap();
    let mut ready = vec![OWNER];
    for role in roles {
        world.tickets.clear();
        world.invite(OWNER, role, 1);
        let index = match ready.len() {
            // The one on the way in has the machine before the last.
            JOINING => {
                let joining = world.add_machine();
                let spare = world.add_machine();
                assert_eq!((joining, spare), (JOINING, SPARE));
                spare
            }
            next if next > JOINING => world.add_machine(),
            next => next,
        };
        world.machines[index].skew_ms = 0;
        world.join(index);
        ready.push(index);
        world.settle(&ready);
    }
    for _ in 0..12 {
        world.pass(400);
    }
    world.settle(&ready);
    let file = attach(&mut world, OWNER, note, "plan.txt", b"plan");
    let holds = |world: &mut World, index: &usize| {
        let files = files(world, *index, note);
        files.iter().any(|known| known.state == FileState::Here)
    };
    while !ready.iter().all(|index| holds(&mut world, index)) {
        turn(&mut world);
    }
    let person = |world: &mut World, index: usize| {
        let name = format!("Member {index}");
        let people = world.people(OWNER).into_iter();
        people.clone().find(|member| member.name == name).unwrap()
    };
    let removed = person(&mut world, REMOVED).id;
    world
        .ask(OWNER, Request::RemoveMember { member: removed })
        .unwrap();
    for _ in 0..40 {
        for pipe in world.network.busy() {
            world.deliver(pipe);
        }
        world.pass(50);
    }
    assert!(world.status(REMOVED).out);
    world.tickets.clear();
    world.invite(OWNER, Role::Editor, 5);
    let ticket = world.tickets[0].clone();
    world.join(JOINING);
    assert_eq!(world.status(JOINING).state, WorkspaceState::Joining);
    world.settle(&[OWNER, EDITOR, COMMENTER, VIEWER, SPARE, LAST]);
    let invite = match world.ask(OWNER, Request::ListInvites) {
        Ok(Reply::Invites { invites }) => invites[0].id.clone(),
        other => panic!("{other:?}"),
    };
    let spare = person(&mut world, SPARE);
    let last = person(&mut world, LAST).id;
    let things = Things {
        file,
        note,
        board,
        card,
        spare_device: spare.devices[0].id.clone(),
        spare: spare.id,
        last,
        ticket,
        invite,
    };
    (world, things)
}

#[test]
fn every_request_and_view_has_its_row_in_the_table_of_rights() {
    let things = Things {
        note: DocumentId::from_bytes([1; 16]),
        board: DocumentId::from_bytes([2; 16]),
        card: CardId::from_bytes([3; 16]),
        spare: String::new(),
        last: String::new(),
        spare_device: String::new(),
        ticket: String::new(),
        invite: String::new(),
        file: FileId::from_bytes([5; 16]),
    };
    let requests = table(&things)
        .into_iter()
        .map(|(request, _)| name(&request));
    assert_eq!(requests.collect::<BTreeSet<_>>(), all_names::<Request>());
    let views = views(&things).into_iter().map(|(view, _)| name(&view));
    assert_eq!(views.collect::<BTreeSet<_>>(), all_names::<View>());
}

impl World {
    /// A request with what the asker's own client has of its own in it: a view, a file that is coming, a backup, a folder.
    fn filled_in(&mut self, index: usize, client: u64, of: &Request, things: &Things) -> Request {
        let mut request = of.clone();
        match &mut request {
            Request::TextPush {
                subscription,
                base_version,
                length,
                ..
            } => {
                let (id, version, long) = text_view(self, index, client, things.note);
                (*subscription, *base_version, *length) = (id, version, long + 1);
            }
            Request::ShowCaret {
                subscription,
                version,
                ..
            } => {
                let (id, now, _) = text_view(self, index, client, things.note);
                (*subscription, *version) = (id, now);
            }
            Request::PutFile { upload, .. } | Request::CancelFile { upload } => {
                *upload = self.coming_file(index, client, things.note);
            }
            Request::FinishFile { upload } => {
                *upload = self.coming_file(index, client, things.note);
                let (upload, data) = (upload.clone(), FOUR_BYTES.to_owned());
                self.ask_apart(index, client, Request::PutFile { upload, data });
            }
            Request::AddSharedFolder { path } | Request::RemoveSharedFolder { path } => {
                let folder = self.machines[index].path.with_extension("shared");
                std::fs::create_dir_all(&folder).unwrap();
                folder.to_str().unwrap().clone_into(path);
            }
            Request::TryBackup { backup } => {
                let Ok(Reply::Backups { kept }) = self.ask(index, Request::ListBackups) else {
                    panic!("no backups can be listed by {index}");
                };
                backup.clone_from(&kept.backups[0].name);
            }
            _ => {}
        }
        request
    }

    /// What is answered: to this client where it is asked about what is its own, and else to any.
    fn answer(&mut self, index: usize, client: u64, of: Request) -> Result<Reply, ApiError> {
        let is_of_client = matches!(
            of,
            Request::Subscribe { .. }
                | Request::TextPush { .. }
                | Request::ShowCaret { .. }
                | Request::PutFile { .. }
                | Request::FinishFile { .. }
                | Request::CancelFile { .. }
        );
        if !is_of_client {
            return answers_together(self, vec![(index, of)]).remove(0);
        }
        let (mut answer, _) = self.ask_apart(index, client, of.clone());
        for _ in 0..200 {
            if answer.is_some() {
                break;
            }
            answer = self.ask_again(index, client);
        }
        answer.unwrap_or_else(|| panic!("{index} has no answer to {of:?}"))
    }

    /// A file of four bytes that this client began, or the owner where it may not.
    fn coming_file(&mut self, index: usize, client: u64, document: DocumentId) -> String {
        let request = Request::BeginFile {
            document,
            name: "plan.txt".to_owned(),
            mime: "text/plain".to_owned(),
            size: 4,
        };
        let mine = self.ask_apart(index, client, request.clone()).0;
        let begun = match mine {
            Some(Ok(reply)) => Ok(reply),
            _ => self.ask(OWNER, request),
        };
        match begun {
            Ok(Reply::FileBegun { upload }) => upload,
            other => panic!("{other:?}"),
        }
    }
}

/// A text view of the note, as an editor has one.
fn text_view(world: &mut World, index: usize, client: u64, note: DocumentId) -> (u32, u32, u32) {
    let view = View::Text {
        document: note,
        card: None,
    };
    let (answer, event) = world.ask_apart(index, client, Request::Subscribe { view });
    let (Some(Ok(Reply::Subscribed { subscription })), Some(event)) = (answer, event) else {
        return (0, 0, 0);
    };
    let Event::TextReset { version, text } = event else {
        panic!("{event:?}")
    };
    (subscription, version, skein_model::text::length_of(&text))
}

#[test]
fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let (mut world, things) = world();
    for machine in &mut world.machines {
        let profile = Places::of(machine.path.with_extension("profile"));
        std::fs::create_dir(profile.folder()).unwrap();
        let core = machine.core.as_mut().unwrap();
        core.lies_in(profile.first());
    }
    let mut wrong = Vec::new();
    let watching = views(&things).into_iter();
    let watching = watching.map(|(view, row)| (Request::Subscribe { view }, row));
    for (request, row) in watching.chain(table(&things)) {
        for (index, expected) in ASKING.into_iter().zip(row) {
            world.clients += 1;
            let client = world.clients;
            let request = world.filled_in(index, client, &request, &things);
            let answer = world.answer(index, client, request.clone());
            let code = answer.as_ref().err().map(|error| error.code);
            // That it took too long is no matter of rights.
            let code = code.filter(|code| *code != ErrorCode::TimedOut);
            if code != expected {
                wrong.push(format!(
                    "{request:?} by {index}: {code:?}, not {expected:?}"
                ));
            }
            if let Err(error) = answer {
                assert!(error.message.ends_with(['.', '!']), "{}", error.message);
                assert_ne!(error.code, ErrorCode::Internal, "{}", error.message);
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
