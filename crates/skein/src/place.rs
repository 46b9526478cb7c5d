//! Which of a profile's workspaces a command is for.

use skein_engine::api::ListedWorkspace;
use skein_engine::{Place, Places, Slug};

use crate::arguments::{Arguments, Command};
use crate::connection::profile_folder;
use crate::failure::Failure;

impl Arguments {
    /// The places of the profile.
    pub(crate) fn places(&self) -> Result<Places, Failure> {
        Ok(Places::of(profile_folder(self.profile.clone())?))
    }

    /// The place of the workspace that the command is for: a new one for `--another`, the one that was named, else the first, or the only one.
    pub(crate) fn place(&self) -> Result<Place, Failure> {
        let places = self.places()?;
        match (&self.command, &self.workspace) {
            (Command::Init { another: true, .. } | Command::Join { another: true, .. }, _) => {
                Ok(places.add(Slug::random(&mut rand::thread_rng()))?)
            }
            // There the name is that of the workspace to be made.
            (Command::Init { .. }, _) => Ok(places.first()),
            (_, Some(named)) => find(&places, named),
            (_, None) => usual(&places),
        }
    }
}

/// The first place, unless no workspace rests there and there is one alone in another.
fn usual(places: &Places) -> Result<Place, Failure> {
    let first = places.first();
    let all = places.list(None)?;
    match all.as_slice() {
        [one, ..] if one.slug == first.slug().as_str() => Ok(first),
        [] => Ok(first),
        [one] => Ok(place_of(places, one).unwrap_or(first)),
        _ => Err(Failure::invalid(
            "This profile has several workspaces, and the first was taken off this machine. Nothing was changed.",
            format!("Say --workspace NAME. It has: {}.", in_words(&all)),
        )),
    }
}

fn place_of(places: &Places, listed: &ListedWorkspace) -> Option<Place> {
    places.place(&listed.slug.parse().ok()?)
}

/// A workspace by its short name, or by its name.
pub(crate) fn find(places: &Places, named: &str) -> Result<Place, Failure> {
    if let Ok(slug) = named.parse::<Slug>()
        && let Some(place) = places.place(&slug)
    {
        return Ok(place);
    }
    let all = places.list(None)?;
    let is_named = |one: &&ListedWorkspace| {
        let name = one.name.as_ref().map(|name| name.to_lowercase());
        name == Some(named.to_lowercase())
    };
    let found: Vec<&ListedWorkspace> = all.iter().filter(is_named).collect();
    let place = match found.as_slice() {
        [one] => place_of(places, one),
        [] => None,
        several => {
            return Err(Failure::invalid(
                format!("“{named}” could be any of {} workspaces.", several.len()),
                "Use the short name that `skein workspaces` shows.",
            ));
        }
    };
    place.ok_or_else(|| {
        Failure::not_found(
            format!("This profile has no workspace “{named}”."),
            format!("It has: {}.", in_words(&all)),
        )
    })
}

/// All of them in one line.
fn in_words(all: &[ListedWorkspace]) -> String {
    let words = all.iter().map(|one| match &one.name {
        Some(name) => format!("{name} ({})", one.slug),
        None => one.slug.clone(),
    });
    match words.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "none yet".to_owned(),
        words => words,
    }
}
