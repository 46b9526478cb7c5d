//! The other workspaces of this profile: told by name and given a place. What rests in theirs is none of this core's business.

use super::Core;
use super::step::Step;
use crate::api::{ApiError, ErrorCode, ListedWorkspace, Reply};
use crate::places::{Place, Sign, Slug};

impl Core {
    /// Notes in which place of the profile this core's file lies, and writes there which workspace it is.
    pub fn lies_in(&mut self, place: Place) {
        self.place = Some(place);
        self.put_sign();
    }

    /// Whether nothing was ever made or joined here, and nobody is about to.
    #[must_use]
    pub fn is_unused(&self) -> bool {
        self.workspace.is_none()
            && self.joining.is_none()
            && self.seeking.is_none()
            && !self.is_read_only()
    }

    /// Writes which workspace rests here, where that has changed. Whoever reads an old sign shows an old name, and no more.
    pub(super) fn put_sign(&self) {
        let Some(place) = &self.place else { return };
        if self.is_read_only() {
            return;
        }
        let sign = self.workspace.as_ref().map(|workspace| Sign {
            id: workspace.id.to_string(),
            name: workspace.authority.workspace_name(&workspace.keyring),
        });
        if let Err(error) = place.put_sign(sign.as_ref()) {
            tracing::warn!(%error, "the workspace's name could not be noted; lists of workspaces may show an older one");
        }
    }

    pub(super) fn list_workspaces(&self) -> Result<Reply, ApiError> {
        let mut workspaces = match &self.place {
            Some(place) => {
                let listed = place.places().list(Some(place.slug()));
                listed.map_err(|error| {
                    refused(
                        "The workspaces of this profile could not be listed",
                        &error,
                        "",
                    )
                })?
            }
            // Without a profile around it the file is alone.
            None => vec![ListedWorkspace::alone()],
        };
        let status = self.status();
        for here in workspaces.iter_mut().filter(|one| one.here) {
            here.id.clone_from(&status.workspace_id);
            here.name.clone_from(&status.workspace_name);
        }
        Ok(Reply::Workspaces { workspaces })
    }

    pub(super) fn add_workspace(&self, step: &mut Step<'_>) -> Result<Reply, ApiError> {
        let place = self.place.as_ref().ok_or_else(|| {
            ApiError::new(
                ErrorCode::WrongState,
                "This file lies in no profile; nothing was added.",
                "Open it as a profile.",
            )
        })?;
        let added = place.places().add(Slug::random(step.rng));
        let added = added.map_err(|error| {
            refused(
                "No place for a further workspace could be made",
                &error,
                "Check that the profile's folder can be written to.",
            )
        })?;
        Ok(Reply::WorkspaceAdded {
            slug: added.slug().to_string(),
        })
    }
}

fn refused(what: &str, error: &std::io::Error, hint: &str) -> ApiError {
    let message = format!("{what}: {error}. Nothing was changed.");
    ApiError::new(ErrorCode::Storage, message, hint)
}
