//! The tag by which two peers find out which workspaces they share, without telling anybody else.

use crate::domain;
use crate::id::{DeviceId, WorkspaceId};

/// What `from` shows to `to` for a workspace: the 32 bytes derived under `skein/1 hello tag` from workspace, `from`, `to`.
/// It depends on the direction, so showing one back proves nothing, and without the workspace's id it says nothing.
#[must_use]
pub fn tag(workspace: &WorkspaceId, from: &DeviceId, to: &DeviceId) -> [u8; 32] {
    let parts: [&[u8]; 3] = [workspace.as_bytes(), from.as_bytes(), to.as_bytes()];
    domain::derive(domain::HELLO_TAG, &parts)
}
