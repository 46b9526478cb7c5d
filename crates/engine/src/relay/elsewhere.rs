//! What other relays kept in the database that all share: looked for, taken in, handed on.

use skein_access::{DeviceId, WorkspaceId};
use skein_sync::SessionInput;

use super::core::{RelayCore, Step};
use super::room::Room;

impl RelayCore {
    /// Looks through all shelves for what other relays kept, as often as that is due.
    pub(super) fn look_when_due(&mut self, step: &mut Step) {
        let Some(every) = self.shelves.look_every() else {
            return;
        };
        if step.now.mono_ms < self.next_look {
            return;
        }
        self.next_look = step.now.mono_ms + every;
        let workspaces: Vec<WorkspaceId> = self.rooms.keys().copied().collect();
        for workspace in workspaces {
            self.look(step, workspace);
        }
    }

    /// Takes in what other relays kept of a workspace, and hands it on; once in a step.
    pub(super) fn look(&mut self, step: &mut Step, workspace: WorkspaceId) {
        let room = self.rooms.get_mut(&workspace);
        let has_others = self.shelves.look_every().is_some();
        let Some(room) = room.filter(|_| has_others && step.looked.insert(workspace)) else {
            return;
        };
        let elsewhere = match room.look() {
            Ok(elsewhere) => elsewhere,
            Err(error) if error.went_back() => return self.begin_again(step, workspace),
            // The room shows why it could not look.
            Err(_) => return,
        };
        if elsewhere.more {
            self.next_look = step.now.mono_ms;
        }
        for (group, items) in elsewhere.items {
            self.pass_on(step, workspace, group, &items, None);
        }
    }

    /// Takes a workspace up anew whose shelf holds less than it did. Whoever is connected comes again, and brings what is missing.
    fn begin_again(&mut self, step: &mut Step, workspace: WorkspaceId) {
        let quota = self.rooms.get(&workspace).map_or(0, Room::quota);
        let shelf = self.shelves.of(&workspace);
        let room = match shelf.and_then(|shelf| Room::open(workspace, shelf, quota)) {
            Ok(room) => room,
            // The next look tries again.
            Err(error) => return tracing::warn!(%error, "a workspace could not be taken up anew"),
        };
        tracing::warn!(
            "what is kept of a workspace went back to an earlier state; members bring the rest again"
        );
        self.rooms.insert(workspace, room);
        self.told_for = None;
        let here = self.links.iter();
        let here = here.filter(|(_, link)| link.workspace() == Some(workspace));
        let peers: Vec<DeviceId> = here.map(|(peer, _)| *peer).collect();
        for peer in peers {
            let reason = "the relay's database was put back to an earlier state".to_owned();
            self.give(step, peer, SessionInput::Shut(reason));
        }
    }
}
