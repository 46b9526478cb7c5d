//! Profiles: their one beginning, their edits, and what lists need of them.
//!
//! Shape: root {format, kind, id, title, zone, hours}; the title is the person's name. A person's devices may each begin the
//! profile before they meet: the beginning is the same change wherever it is made, so that they begin one document.

use automerge::ROOT;

use super::fields::{self, Fields};
use super::writer::Writer;
use super::{Document, DocumentError, EditError};
use crate::edit::{Edit, Scalar, Step};
use crate::id::DocumentId;
use crate::kind::{ActorSeed, Kind};
use crate::position;
use crate::profile::{Hours, Profile, ProfileEdit};
use crate::view::Place;

const ZONE: &str = "zone";
const HOURS: &str = "hours";

impl Document {
    /// Begins a profile, in which nothing is said yet.
    ///
    /// # Errors
    /// When the library below fails.
    pub fn begin_profile(id: DocumentId, actor: ActorSeed) -> Result<Self, DocumentError> {
        let beginner = ActorSeed(*id.as_bytes());
        let place = Place {
            parent: None,
            position: position::MIDDLE.to_owned(),
        };
        let begun = Self::create(id, Kind::Profile, beginner, "", &place, &[], 0)?;
        Ok(Self::load(actor, None, &begun.all_changes()?)?.document)
    }

    /// The profile.
    ///
    /// # Errors
    /// When it is not a profile.
    pub fn profile(&self) -> Result<Profile, DocumentError> {
        self.expect(Kind::Profile)?;
        self.body.read(|f| profile(f))
    }
}

pub(super) fn profile(f: &dyn Fields) -> Profile {
    let text = |key| fields::register(f, &ROOT, key, fields::string).value;
    Profile {
        name: fields::title(f, &ROOT).value,
        zone: Some(text(ZONE)).filter(|zone| !zone.is_empty()),
        hours: Hours::read(&text(HOURS)),
    }
}

pub(super) fn apply(writer: &mut Writer<'_>, edit: &ProfileEdit) -> Result<(), EditError> {
    if let Some(name) = &edit.name {
        super::apply::rename(writer, name)?;
    }
    if let Some(zone) = &edit.zone {
        writer.set(&[], ZONE, Scalar::Text(super::apply::one_line(zone)))?;
    }
    match &edit.hours {
        None => Ok(()),
        Some(none) if none.days.is_empty() => writer.set(&[], HOURS, Scalar::Text(String::new())),
        Some(hours) if hours.make_sense() => writer.set(&[], HOURS, Scalar::Text(hours.write())),
        Some(_) => Err(EditError::Refused("these are no working hours".into())),
    }
}

/// What says again what the fields said before. Only its owner edits a profile, so nobody else's edit can stand in between.
pub(super) fn undo(steps: &[Step]) -> Option<Edit> {
    let mut back = ProfileEdit::default();
    for step in steps {
        let Step::Field { path, was, .. } = step else {
            continue;
        };
        let was = match was {
            Scalar::Text(text) => text.clone(),
            _ => String::new(),
        };
        match path.last().map(String::as_str) {
            Some(ZONE) => back.zone = Some(was),
            Some(HOURS) => {
                back.hours = Some(Hours::read(&was).unwrap_or(Hours {
                    start: 0,
                    end: 0,
                    days: Vec::new(),
                }));
            }
            _ => back.name = Some(was),
        }
    }
    (!steps.is_empty()).then_some(Edit::Profile(back))
}
