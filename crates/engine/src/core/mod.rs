//! The engine's core: one synchronous state machine in which model, access, sync and store meet. Inputs in, effects out.

mod arriving;
mod asking;
mod attempts;
mod audit;
mod authors;
mod backups;
mod beginnings;
mod bundles;
mod carets;
mod classify;
mod clock;
mod codes;
mod context;
mod delivery;
mod disk;
mod documents;
mod editing;
mod farewell;
mod files;
mod folders;
mod forgot;
mod foundations;
mod gaps;
mod holds;
mod idle;
mod incoming;
mod invitees;
mod invites;
mod io;
mod jobs;
mod joining;
mod judging;
mod ladder;
mod meeting;
mod membership;
mod neighbours;
mod notices;
mod numbers;
pub(crate) mod packs;
mod peers;
mod preferences;
mod profiles;
mod reading;
mod rebuilding;
mod relays;
mod returning;
mod rotation;
mod sealing;
mod step;
mod storage;
mod text_feed;
mod typing;
mod unkept;
mod views;
mod workspace;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rand_chacha::ChaCha20Rng;
use rand_core::RngCore;
use skein_access::{DeviceId, DeviceKey, Ticket};
use skein_model::{ActorSeed, DocumentId, ProfileEdit};

pub use backups::{BackupDone, BackupJob};
pub use beginnings::{Begun, ToBegin};
pub use files::{FileDone, FileJob};
pub use folders::{FolderDone, FolderJob, Reading};
pub(crate) use holds::Holds;
pub use io::{
    ChunkAnswer, ClientId, CodeNews, CodeOrder, Effect, ExchangeId, Input, Now, PeerInput,
};
pub use jobs::{Carried, DocumentDone, Found, Job, JobDone, TextRead};
pub use packs::PackingRule;
pub use rebuilding::{Rebuilt, ToRebuild};
pub(crate) use returning::{LOOKED_AT, little};
pub use storage::RoomJob;

use crate::api::{ApiError, ClientMessage, ErrorCode, KeyProtection, Reply, Request, RequestId};
use crate::places::Place;
use arriving::Arriving;
use attempts::Typed;
use audit::Audit;
use backups::Backups;
use beginnings::Beginning;
use bundles::Bundles;
use carets::Carets;
use codes::{Seeking, Shown};
use disk::Disk;
use documents::{Indexing, Slot};
use farewell::Told;
use files::Files;
use folders::Folders;
use forgot::Forgotten;
use idle::IdleWaiter;
use incoming::Gathering;
use joining::Joining;
use judging::Judging;
use ladder::Ways;
use packs::Packing;
use peers::Link;
use profiles::Profiles;
use rotation::Rotation;
use sealing::Sealing;
use step::Step;
use storage::Measuring;
use unkept::Unkept;
use views::Subscriptions;
use workspace::Workspace;

/// Everything one profile is and does, without a thread, a socket or a clock of its own.
pub struct Core {
    store: Disk,
    device: DeviceKey,
    key_protection: Option<KeyProtection>,
    /// Where the file lies in its profile.
    place: Option<Place>,
    /// Who edits here. New at every opening, since two writers under one automerge actor would clash, and whenever a document is made
    /// anew: changes of the actor before may no longer be in it, and its numbers must not be given a second time.
    actor: ActorSeed,
    /// Where text versions begin in this life of the engine.
    first_version: u32,
    member_name: Option<String>,
    workspace: Option<Workspace>,
    joining: Option<Joining>,
    /// A short code that was typed here.
    seeking: Option<Seeking>,
    /// The short code that is shown here.
    shown_code: Option<Shown>,
    /// The invite by which this device came.
    invite: Option<Ticket>,
    documents: BTreeMap<DocumentId, Slot>,
    clients: BTreeMap<ClientId, Subscriptions>,
    links: BTreeMap<DeviceId, Link>,
    /// Who was found to lack what he had said he keeps.
    forgotten: BTreeMap<DeviceId, Forgotten>,
    listening: Vec<String>,
    ways: Ways,
    /// Addresses that a person typed, until they are reached.
    typed: Vec<Typed>,
    gathering: Gathering,
    unkept: Unkept,
    beginning: Beginning,
    arriving: Arriving,
    sealing: Sealing,
    rotation: Rotation,
    judging: Judging,
    indexing: Indexing,
    idle_waiters: Vec<IdleWaiter>,
    audits: VecDeque<Audit>,
    /// Documents whose typing or text a sudden end left behind.
    to_recover: Vec<DocumentId>,
    started: bool,
    profiles: Profiles,
    carets: Carets,
    files: Files,
    bundles: Bundles,
    backups: Backups,
    folders: Folders,
    measuring: Measuring,
    packing: Packing,
    told: Told,
    /// The time by this machine's clock, as of the last input.
    wall_ms: i64,
}

/// How a request goes on.
enum Flow {
    /// It is done.
    Answer(Box<Reply>),
    /// It is answered already, or will be.
    Later,
}

impl Core {
    /// Takes up a profile: reads what is needed to start, and loads no document. If that is damaged, what can be read is shown and nothing is written.
    ///
    /// # Errors
    /// When the store cannot be read for another reason.
    pub fn open(
        opened: skein_store::Opened,
        device: DeviceKey,
        rng: &mut ChaCha20Rng,
    ) -> Result<Self, ApiError> {
        let mut seed = [0; 16];
        rng.fill_bytes(&mut seed);
        let mut core = Self {
            store: Disk::from(opened),
            device,
            key_protection: None,
            place: None,
            actor: ActorSeed(seed),
            first_version: rng.next_u32(),
            member_name: None,
            workspace: None,
            joining: None,
            seeking: None,
            shown_code: None,
            invite: None,
            documents: BTreeMap::new(),
            clients: BTreeMap::new(),
            links: BTreeMap::new(),
            forgotten: BTreeMap::new(),
            listening: Vec::new(),
            ways: Ways::default(),
            typed: Vec::new(),
            gathering: Gathering::default(),
            unkept: Unkept::default(),
            beginning: Beginning::default(),
            arriving: Arriving::default(),
            sealing: Sealing::default(),
            rotation: Rotation::default(),
            judging: Judging::default(),
            indexing: Indexing::default(),
            idle_waiters: Vec::new(),
            audits: VecDeque::new(),
            to_recover: Vec::new(),
            started: false,
            profiles: Profiles::default(),
            carets: Carets::default(),
            files: Files::default(),
            bundles: Bundles::default(),
            backups: Backups::default(),
            folders: Folders::default(),
            measuring: Measuring::default(),
            packing: Packing::default(),
            told: Told::default(),
            wall_ms: 0,
        };
        if let Err(error) = core.take_up() {
            // Without what a start reads there is little to show, but a backup can still be chosen.
            let is_closed = core.store.read_only_reason().is_some()
                || (error.code == ErrorCode::Damaged && core.store.only_read(&error.message));
            if !is_closed {
                return Err(error);
            }
            tracing::error!(%error, "what a start needs cannot be read");
        }
        Ok(core)
    }

    /// Whether nothing is written to the profile's file.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.store.read_only_reason().is_some()
    }

    /// When the core wants to be woken, on the monotonic clock.
    #[must_use]
    pub fn wake_at(&self) -> Option<u64> {
        if !self.started || !self.audits.is_empty() || self.has_to_rebuild() {
            return Some(0);
        }
        [
            self.sealing.due,
            self.gathering.due,
            self.next_beginning(),
            self.unkept.due(),
            self.next_document_work(),
            self.next_link_tick(),
            self.next_waiter(),
            self.profiles.due,
            self.carets.due(),
            self.next_file_work(),
            self.rotation.due,
            self.next_code_work(),
            self.next_backup_work(),
            self.next_folder_work(),
            self.next_packing(),
            self.next_farewell(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Takes one input and says what is to be done outside. What is acknowledged in a reply is on disk.
    pub fn handle(&mut self, now: Now, rng: &mut ChaCha20Rng, input: Input) -> Vec<Effect> {
        let mut step = Step::new(now, rng);
        self.wall_ms = now.wall_ms;
        self.start(&mut step);
        match input {
            Input::Client { client, message } => self.handle_client(&mut step, client, message),
            Input::ClientGone(client) => {
                self.clients.remove(&client);
                self.files_client_gone(&mut step, client);
                self.bundles.client_gone(client);
                self.hide_caret(&step, |(by, _)| by == client);
                self.hide_code(&mut step, client);
            }
            Input::Peer(news) => self.handle_peer(&mut step, news),
            Input::JobDone(done) => self.handle_job(&mut step, *done),
            Input::Tick => {}
            Input::Shutdown => self.shut_down(&mut step),
        }
        self.do_what_is_due(&mut step);
        if let Some(what) = self.store.met_damage() {
            self.damage_was_met(&mut step, &what);
        }
        self.profiles_changed(&mut step);
        if step.news.status {
            self.put_sign();
        }
        self.publish(&mut step);
        step.into_effects()
    }

    fn do_what_is_due(&mut self, step: &mut Step<'_>) {
        self.tick_links(step);
        self.rotate_if_due(step);
        self.work_on_documents(step);
        self.rebuild_some(step);
        self.keep_again_if_due(step);
        self.apply_gathered_if_due(step);
        self.work_on_arriving(step);
        self.seal_if_due(step);
        self.work_on_files(step);
        self.answer_waiters(step);
        self.go_on_with_audit(step);
        self.work_on_carets(step);
        self.work_on_codes(step);
        self.work_on_backups(step);
        self.work_on_folders(step);
        self.work_on_packs(step);
        self.tell_again_if_due(step);
    }

    fn handle_client(&mut self, step: &mut Step<'_>, client: ClientId, message: ClientMessage) {
        if let Some(document) = self.document_meant(client, &message.request)
            && !self.hasten(step, document)
        {
            let id = message.id;
            if let Err(error) = self.await_arrival(document, client, message) {
                self.refuse(step, client, id, error);
            }
            return;
        }
        if let Some(document) = self.document_needed(client, &message.request) {
            match self.ensure_open(step, document) {
                Ok(true) => {}
                Ok(false) => {
                    let id = message.id;
                    if !self.show_early(step, client, &message)
                        && let Err(error) = self.park(document, client, message)
                    {
                        self.refuse(step, client, id, error);
                    }
                    return;
                }
                Err(error) => return self.refuse(step, client, message.id, error),
            }
        }
        let id = message.id;
        match self.dispatch(step, client, message) {
            Ok(Flow::Answer(reply)) => step.reply(client, id, Ok(*reply)),
            Ok(Flow::Later) => {}
            Err(error) => self.refuse(step, client, id, error),
        }
    }

    /// Answers with an error, and takes note of what it says about the file.
    fn refuse(&mut self, step: &mut Step<'_>, client: ClientId, id: RequestId, error: ApiError) {
        // Which workspace it is may be among what cannot be read: that is another matter than having none.
        let is_closed = self.workspace.is_none() && error.code == ErrorCode::WrongState;
        let error = match self.storable() {
            Err(closed) if is_closed => closed,
            _ => error,
        };
        if error.code == ErrorCode::Damaged {
            self.damage_was_met(step, &error.message);
        }
        step.reply(client, id, Err(error));
    }

    /// Part of the file is not what was written: as if that had been seen at the start, nothing is written or exchanged any more,
    /// and what can be read is shown and can be exported.
    fn damage_was_met(&mut self, step: &mut Step<'_>, what: &str) {
        if !self.store.only_read(what) {
            return;
        }
        tracing::error!(
            what,
            "the workspace's file is damaged; it is only read from now on"
        );
        step.effects.push(Effect::Allow {
            devices: BTreeSet::new(),
            relays: BTreeSet::new(),
            strangers: false,
        });
        step.news.status = true;
    }

    fn dispatch(
        &mut self,
        step: &mut Step<'_>,
        client: ClientId,
        message: ClientMessage,
    ) -> Result<Flow, ApiError> {
        let reply = match message.request {
            Request::Status => Reply::Status {
                status: self.status(),
            },
            Request::CreateWorkspace {
                member_name,
                workspace_name,
                zone,
            } => self.create_workspace(step, &member_name, &workspace_name, zone.as_deref())?,
            Request::JoinWorkspace {
                ticket,
                member_name,
                zone,
            } => self.start_joining(step, &ticket, member_name.as_deref(), zone.as_deref())?,
            Request::NameJoiner { member_name } => self.name_joiner(step, &member_name)?,
            Request::CancelJoin => self.cancel_join(step)?,
            Request::CreateInvite {
                role,
                uses,
                expires_in_hours,
                approval,
            } => self.create_invite(step, role, uses, expires_in_hours, approval)?,
            Request::InviteDevice {
                member,
                expires_in_hours,
            } => self.invite_device(step, member.as_deref(), expires_in_hours)?,
            Request::RecoverySheet => self.recovery_sheet(step)?,
            Request::ListInvites => self.list_invites()?,
            Request::RevokeInvite { invite } => self.revoke_invite(step, &invite)?,
            Request::Approve { asking } => self.approve(step, &asking)?,
            Request::Decline { asking } => self.decline(step, &asking)?,
            Request::ShowCode { ticket } => self.show_code(step, client, &ticket)?,
            Request::HideCode => {
                self.hide_code(step, client);
                Reply::Done
            }
            Request::SetRole { member, role } => self.set_role(step, &member, role)?,
            Request::RemoveMember { member } => self.remove_member(step, &member)?,
            Request::RemoveDevice { device } => self.remove_device(step, &device)?,
            Request::Leave => self.leave(step)?,
            Request::AddRelay { address } => self.add_relay(step, &address)?,
            Request::RemoveRelay { relay } => self.remove_relay(step, &relay)?,
            Request::CreateNote {
                title,
                text,
                parent,
                after,
            } => self.create_note(
                step,
                &title,
                text.as_deref().unwrap_or_default(),
                parent,
                after,
            )?,
            Request::CreateBoard {
                title,
                columns,
                parent,
                after,
            } => self.create_board(step, &title, columns, parent, after)?,
            Request::EditNote { document, edit } => self.edit_note(step, document, edit)?,
            Request::EditBoard { document, edit } => self.edit_board(step, document, edit)?,
            Request::PlaceDocument {
                document,
                parent,
                after,
            } => self.place_document(step, document, parent, after)?,
            Request::Subscribe { view } => return self.subscribe(step, client, message.id, view),
            Request::Unsubscribe { subscription } => {
                self.hide_caret(step, |by| by == (client, subscription));
                self.unsubscribe(client, subscription)
            }
            Request::TextPush {
                subscription,
                base_version,
                push_id,
                splices,
                length,
            } => self.push_text(
                step,
                client,
                subscription,
                typing::Push {
                    base_version,
                    push_id,
                    splices,
                    length,
                },
            )?,
            Request::ShowCaret {
                subscription,
                anchor,
                head,
                version,
            } => self.show_caret(step, (client, subscription), anchor.zip(head), version)?,
            Request::ReadNote { document } => self.read_note(document)?,
            Request::ReadBoard { document } => self.read_board(document)?,
            Request::ReadCard { card } => self.read_card(card)?,
            Request::ListDocuments { kind, trashed } => self.list_documents(kind, trashed)?,
            Request::ListOnlyHere => self.list_only_here()?,
            Request::ListTags => self.list_tags()?,
            Request::Search { query, limit } => {
                return self.search_when_caught_up(step, (client, message.id), query, limit);
            }
            Request::Connect { address } => self.connect(step, &address)?,
            Request::Reconnect => {
                if !self.seek_again(step) {
                    step.effects.push(Effect::Redial);
                }
                Reply::Done
            }
            Request::ListPeers => Reply::Peers {
                peers: self.peers()?,
                attempts: self.attempts(),
                listening: self.listening.clone(),
            },
            Request::Delivery { document } => Reply::Delivery {
                delivery: self.delivery(document)?,
            },
            Request::DismissNotice { notice } => self.dismiss_notice(step, notice)?,
            Request::SetProfile { name, zone, hours } => {
                self.set_profile(step, ProfileEdit { name, zone, hours })?
            }
            Request::SetPreference { key, value } => {
                self.set_preference(step, &key, value.as_deref())?
            }
            Request::BeginFile {
                document,
                name,
                mime,
                size,
            } => self.begin_file(step, client, document, (name, mime, size))?,
            Request::PutFile { upload, data } => {
                return self.put_file(step, (client, message.id), &upload, &data);
            }
            Request::FinishFile { upload } => {
                return self.finish_file(step, (client, message.id), &upload);
            }
            Request::CancelFile { upload } => self.cancel_file(step, client, &upload)?,
            Request::ListFiles { document } => Reply::Files {
                files: self.list_files(document)?,
            },
            Request::ReadFile {
                document,
                file,
                offset,
                length,
            } => {
                let of = (document, file);
                return self.read_file(step, (client, message.id), of, offset, length);
            }
            Request::FetchFile { document, file } => self.fetch_file(step, document, file)?,
            Request::ReadBundle { person, after } => {
                self.read_bundle(step, person.as_deref(), after)?
            }
            Request::TakeBundle { offset, data } => {
                self.take_bundle(step, client, offset, &data)?
            }
            Request::ListSharedFolders => Reply::SharedFolders {
                folders: self.shared_folders(),
            },
            Request::AddSharedFolder { path } => {
                return self.add_folder(step, (client, message.id), &path);
            }
            Request::RemoveSharedFolder { path } => self.remove_folder(step, &path)?,
            Request::SyncSharedFolders => return self.sync_folders(step, (client, message.id)),
            Request::ListBackups => Reply::Backups {
                kept: self.kept_backups()?,
            },
            Request::BackUp => return self.back_up(step, (client, message.id)),
            Request::TryBackup { backup } => {
                return Ok(self.try_backup(step, (client, message.id), backup));
            }
            Request::RestoreBackup { backup } => {
                self.plan_restore(step, backup.map(skein_store::Plan::Backup).as_ref())?
            }
            Request::Repair => self.plan_restore(step, Some(&skein_store::Plan::Anew))?,
            Request::ListWorkspaces => self.list_workspaces()?,
            Request::AddWorkspace => self.add_workspace(step)?,
            Request::Storage => return self.measure(step, (client, message.id)),
            Request::PreviewFreeing => {
                return self.preview_freeing(step, (client, message.id));
            }
            Request::FreeSpace { files, compact } => {
                return self.free_space(step, (client, message.id), files, compact);
            }
            Request::Audit => {
                self.begin_audit(client, message.id)?;
                return Ok(Flow::Later);
            }
            Request::WaitUntilIdle { timeout_ms, peers } => {
                self.wait_until_idle(step, client, message.id, timeout_ms, peers);
                return Ok(Flow::Later);
            }
        };
        Ok(Flow::Answer(Box::new(reply)))
    }

    fn shut_down(&mut self, step: &mut Step<'_>) {
        self.take_over_the_rest(step);
        self.apply_gathered(step);
        self.seal_everything(step);
        step.effects.push(Effect::Stopped);
    }

    /// Whether a request may change something of the workspace.
    fn writable(&self) -> Result<(), ApiError> {
        self.storable()?;
        match self.is_out() {
            true => Err(Self::out()),
            false => Ok(()),
        }
    }

    /// Whether anything can be written to this profile.
    fn storable(&self) -> Result<(), ApiError> {
        match self.store.read_only_reason() {
            Some(reason) => Err(ApiError::new(
                ErrorCode::ReadOnly,
                format!("Nothing was changed, this profile is open for reading only: {reason}."),
                match self.store.is_damaged() {
                    true => {
                        "Export what is here, then restore a backup or have the file repaired (Safety); colleagues' devices hold the shared work."
                    }
                    false => "What is here can be read and exported.",
                },
            )),
            None => Ok(()),
        }
    }

    fn no_workspace() -> ApiError {
        ApiError::new(
            ErrorCode::WrongState,
            "This profile has no workspace yet.",
            "Create one with `skein init`, or join one with `skein join`. `skein workspaces` shows those of this profile.",
        )
    }
}
