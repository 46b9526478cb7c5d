//! Laws of profiles: begun twice they are one document, edits made apart merge, an undo says what was said before.

use crate::support::{actor, document_id};
use proptest::prelude::*;
use skein_model::{Document, Edit, Hours, NoteEdit, Profile, ProfileEdit};

fn begun(n: u8) -> Document {
    Document::begin_profile(document_id(), actor(n)).unwrap()
}

fn named(name: &str) -> Edit {
    Edit::Profile(ProfileEdit {
        name: Some(name.to_owned()),
        ..ProfileEdit::default()
    })
}

fn week() -> Hours {
    Hours {
        start: 540,
        end: 1050,
        days: vec![1, 2, 3, 4, 5],
    }
}

fn working(hours: Hours) -> Edit {
    Edit::Profile(ProfileEdit {
        hours: Some(hours),
        ..ProfileEdit::default()
    })
}

#[test]
fn two_devices_that_begin_a_profile_apart_begin_one_document() {
    let (mut phone, mut desk) = (begun(1), begun(2));
    assert_eq!(phone.heads(), desk.heads());
    phone.edit(&named("Bea"), 5).unwrap();
    desk.edit(&working(week()), 6).unwrap();
    let (of_phone, of_desk) = (phone.all_changes().unwrap(), desk.all_changes().unwrap());
    let merged = phone.merge(&of_desk).unwrap();
    assert!(merged.quarantined.is_empty() && merged.waiting.is_empty());
    assert!(merged.touched.header);
    desk.merge(&of_phone).unwrap();
    assert_eq!(phone.heads(), desk.heads());
    let profile = phone.profile().unwrap();
    assert_eq!(
        (profile.name.as_str(), profile.hours),
        ("Bea", Some(week()))
    );
}

#[test]
fn an_undo_says_what_was_said_before() {
    let mut profile = begun(1);
    profile.edit(&named("Bea"), 5).unwrap();
    let before = profile.profile().unwrap();
    let edit = Edit::Profile(ProfileEdit {
        name: Some("Beatriz".to_owned()),
        zone: Some("Europe/Lisbon".to_owned()),
        hours: Some(week()),
    });
    let undo = profile.edit(&edit, 6).unwrap().undo.unwrap();
    assert_ne!(profile.profile().unwrap(), before);
    profile.edit(&undo, 7).unwrap();
    assert_eq!(profile.profile().unwrap(), before);
    assert!(profile.edit(&undo, 8).unwrap().changes.is_empty());
}

#[test]
fn a_profile_is_no_note_and_takes_no_senseless_hours() {
    let mut profile = begun(1);
    assert!(profile.edit(&Edit::Note(NoteEdit::Trash), 1).is_err());
    for hours in [
        Hours {
            start: 1440,
            ..week()
        },
        Hours {
            end: 1441,
            ..week()
        },
        Hours {
            days: vec![0],
            ..week()
        },
        Hours {
            days: vec![2, 1],
            ..week()
        },
        Hours {
            days: vec![8],
            ..week()
        },
    ] {
        assert!(profile.edit(&working(hours), 2).is_err());
    }
    assert_eq!(profile.profile().unwrap(), Profile::default());
}

proptest! {
    #[test]
    fn what_lists_keep_of_a_profile_is_the_profile(
        name in "\\PC{0,20}", zone in prop::option::of("[A-Z][a-z]{1,8}/[A-Z][a-z]{1,8}"),
        hours in prop::option::of((0_u16..1440, 0_u16..=1440, prop::sample::subsequence(vec![1_u8, 2, 3, 4, 5, 6, 7], 1..8))),
    ) {
        let hours = hours.map(|(start, end, days)| Hours { start, end, days });
        let mut document = begun(1);
        let edit = ProfileEdit { name: Some(name), zone: zone.clone(), hours: hours.clone() };
        document.edit(&Edit::Profile(edit), 1).unwrap();
        let projection = document.projection().unwrap();
        let listed = Profile::listed(projection.title, &projection.text.unwrap());
        prop_assert_eq!((&listed.zone, &listed.hours), (&zone, &hours));
        prop_assert_eq!(listed, document.profile().unwrap());
        prop_assert!(projection.tags.is_empty() && projection.links.is_empty());
    }
}
