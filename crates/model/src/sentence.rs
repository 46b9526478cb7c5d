//! A difference between two versions of a document, in readable words. The author is left out: others know it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::id::CardId;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Made the subject.
    Created,
    /// Gave it another title (detail: the new one).
    Renamed,
    /// Moved it (detail: where to).
    Moved,
    /// Threw it away.
    Trashed,
    /// Took it out of the trash.
    Restored,
    /// Changed its text (detail: words added and removed).
    Edited,
    /// Put it away as done with.
    Archived,
    /// Took it out of the archive.
    Unarchived,
    /// Changed who works on it (detail: who).
    Assigned,
    /// Changed who answers for it (detail: who).
    Owned,
    /// Changed its labels (detail: which).
    Labelled,
    /// Changed its due date (detail: the date).
    Due,
    /// Changed its priority (detail: the word).
    Prioritised,
    /// Ticked or changed its checklist (detail: how far it is).
    Checked,
    /// Changed how many cards it should hold (detail: the number).
    Limited,
}

/// One readable difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Sentence {
    /// What was done.
    pub verb: Verb,
    /// To what: a title.
    pub subject: String,
    /// The card, when it is about one.
    pub card: Option<CardId>,
    /// More about it; what it means goes by the verb.
    pub detail: Option<String>,
}

impl std::fmt::Display for Sentence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let subject = format!("\u{201c}{}\u{201d}", self.subject);
        let detail = self.detail.as_deref();
        let with = |f: &mut std::fmt::Formatter<'_>, some: &str, none: &str| match detail {
            Some(detail) => write!(f, "{} {detail}", some.replace("{}", &subject)),
            None => f.write_str(&none.replace("{}", &subject)),
        };
        match self.verb {
            Verb::Created => with(f, "created {} in", "created {}"),
            Verb::Renamed => with(f, "renamed {} to", "renamed {}"),
            Verb::Moved => with(f, "moved {} to", "moved {}"),
            Verb::Trashed => write!(f, "deleted {subject}"),
            Verb::Restored => write!(f, "restored {subject}"),
            Verb::Edited => with(f, "edited {}:", "edited {}"),
            Verb::Archived => write!(f, "archived {subject}"),
            Verb::Unarchived => write!(f, "took {subject} out of the archive"),
            Verb::Assigned => with(f, "assigned {} to", "left {} without an assignee"),
            Verb::Owned => with(f, "made the owner of {}", "left {} without an owner"),
            Verb::Labelled => with(f, "labelled {}", "removed the labels of {}"),
            Verb::Due => with(f, "made {} due on", "removed the due date of {}"),
            Verb::Prioritised => with(f, "set the priority of {} to", "removed the priority of {}"),
            Verb::Checked => with(
                f,
                "changed the checklist of {}:",
                "changed the checklist of {}",
            ),
            Verb::Limited => with(f, "limited {} to", "removed the limit of {}"),
        }
    }
}
