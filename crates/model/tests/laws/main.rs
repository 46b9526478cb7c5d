//! The laws of the documents.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

mod edits_have_one_json_form;
mod files_are_added_and_stay;
mod glimpses_say_what_lists_say;
mod hostile_bytes_do_no_harm;
mod markdown_is_scanned;
mod merges_keep_both_wishes;
mod places_leave_room;
mod profiles_begin_once;
mod replicas_converge;
mod text_maps_as_the_editor_does;
mod undo_takes_back_only_mine;
