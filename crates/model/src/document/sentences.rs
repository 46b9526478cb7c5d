//! Differences between two versions in words.

use std::collections::BTreeMap;

use automerge::ScalarValue;
use automerge::hydrate::{Map, MapValue, Value};

use super::body::guarded;
use super::fields::{ASSIGNEE, ITEM, LABEL};
use super::{Document, DocumentError, known_heads};
use crate::id::CardId;
use crate::kind::Heads;
use crate::sentence::{Sentence, Verb};
use crate::text::Splices;

/// The parts of a version that sentences speak of.
#[derive(Default)]
struct Version {
    title: String,
    parent: String,
    text: String,
    trashed: bool,
    columns: BTreeMap<String, (String, String, bool)>,
    cards: BTreeMap<String, Card>,
}

#[derive(Default)]
struct Card {
    title: String,
    column: String,
    text: String,
    due: String,
    priority: String,
    owner: String,
    archived: bool,
    trashed: bool,
    assignees: Vec<String>,
    labels: Vec<String>,
    checklist: Vec<(String, String, bool)>,
}

impl Document {
    /// What changed since a version, in words. Costs a walk over both versions. Hashes that are not in this document
    /// are passed over.
    ///
    /// # Errors
    /// When a burst is open, or the instance is broken.
    pub fn sentences(&self, since: &Heads) -> Result<Vec<Sentence>, DocumentError> {
        let doc = self.body.settled()?;
        guarded(|| {
            let known = known_heads(doc, since);
            let now = version(doc.hydrate(None));
            if known.is_empty() {
                return vec![sentence(Verb::Created, &now.title, None)];
            }
            let then = version(doc.hydrate(Some(&known)));
            compare(&then, &now)
        })
    }
}

fn sentence(verb: Verb, subject: &str, detail: Option<String>) -> Sentence {
    Sentence {
        verb,
        subject: subject.to_owned(),
        card: None,
        detail,
    }
}

fn get<'a>(map: &'a Map, key: &str) -> Option<&'a Value> {
    map.get(key)
}

fn string(map: &Map, key: &str) -> String {
    match get(map, key) {
        Some(Value::Scalar(ScalarValue::Str(text))) => text.to_string(),
        _ => String::new(),
    }
}

fn long_text(map: &Map, key: &str) -> String {
    match get(map, key) {
        Some(Value::Text(text)) => text.to_string(),
        _ => String::new(),
    }
}

fn is_set(map: &Map, key: &str) -> bool {
    matches!(
        get(map, key),
        Some(Value::Scalar(ScalarValue::Boolean(true)))
    )
}

fn is_trashed(map: &Map) -> bool {
    match get(map, "life") {
        Some(Value::Scalar(ScalarValue::Int(generation))) => *generation < 0,
        Some(Value::Scalar(ScalarValue::Bytes(_))) => true,
        _ => false,
    }
}

fn maps<'a>(map: &'a Map, key: &str) -> Vec<(&'a String, &'a Map)> {
    match get(map, key) {
        Some(Value::Map(children)) => entries(children)
            .filter_map(|(key, value)| match &value.value {
                Value::Map(child) => Some((key, child)),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn entries(map: &Map) -> impl Iterator<Item = (&String, &MapValue)> {
    map.iter()
}

fn version(value: Value) -> Version {
    let Value::Map(root) = value else {
        return Version::default();
    };
    let place = string(&root, "place");
    Version {
        title: string(&root, "title"),
        parent: place
            .split_once('|')
            .map(|(parent, _)| parent.to_owned())
            .unwrap_or_default(),
        text: long_text(&root, "text"),
        trashed: is_trashed(&root),
        columns: maps(&root, "columns")
            .into_iter()
            .map(|(id, column)| {
                let limit = match get(column, "limit") {
                    Some(Value::Scalar(ScalarValue::Uint(limit))) => limit.to_string(),
                    _ => String::new(),
                };
                (
                    id.clone(),
                    (string(column, "title"), limit, is_trashed(column)),
                )
            })
            .collect(),
        cards: maps(&root, "cards")
            .into_iter()
            .map(|(id, card)| (id.clone(), card_version(card)))
            .collect(),
    }
}

fn card_version(card: &Map) -> Card {
    let named = |prefix: &str| {
        let mut names: Vec<_> = entries(card)
            .filter_map(|(key, _)| key.strip_prefix(prefix))
            .map(str::to_owned)
            .collect();
        names.sort();
        names
    };
    let mut checklist: Vec<_> = entries(card)
        .filter_map(
            |(key, value)| match (&value.value, key.strip_prefix(ITEM)) {
                (Value::Map(item), Some(id)) if !is_trashed(item) => Some((
                    (string(item, "position"), id.to_owned()),
                    string(item, "title"),
                    is_set(item, "done"),
                )),
                _ => None,
            },
        )
        .collect();
    // In the order in which it is shown, so that an item that moved makes a difference.
    checklist.sort();
    let checklist = checklist
        .into_iter()
        .map(|((_, id), title, done)| (id, title, done))
        .collect();
    Card {
        title: string(card, "title"),
        column: string(card, "place")
            .split_once('|')
            .map(|(column, _)| column.to_owned())
            .unwrap_or_default(),
        text: long_text(card, "description"),
        due: string(card, "due"),
        priority: string(card, "priority"),
        owner: string(card, "owner"),
        archived: is_set(card, "archived"),
        trashed: is_trashed(card),
        assignees: named(ASSIGNEE),
        labels: named(LABEL),
        checklist,
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// "3 words added, 1 removed", or nothing when the texts are equal.
fn words(then: &str, now: &str) -> Option<String> {
    if then == now {
        return None;
    }
    let splices = Splices::between(then, now);
    let count = |text: &str| text.split_whitespace().count();
    let added: usize = splices.0.iter().map(|splice| count(&splice.insert)).sum();
    let units: Vec<u16> = then.encode_utf16().collect();
    let removed: usize = splices
        .0
        .iter()
        .filter_map(|splice| units.get(splice.at as usize..(splice.at + splice.delete) as usize))
        .map(|units| count(&String::from_utf16_lossy(units)))
        .sum();
    Some(match (added, removed) {
        (0, 0) => "spacing changed".to_owned(),
        (added, 0) => format!("{} added", plural(added)),
        (0, removed) => format!("{} removed", plural(removed)),
        (added, removed) => format!("{} added, {removed} removed", plural(added)),
    })
}

fn plural(words: usize) -> String {
    if words == 1 {
        "1 word".to_owned()
    } else {
        format!("{words} words")
    }
}

fn compare(then: &Version, now: &Version) -> Vec<Sentence> {
    let mut list = Vec::new();
    if then.title != now.title {
        list.push(sentence(Verb::Renamed, &then.title, some(&now.title)));
    }
    if then.parent != now.parent {
        list.push(sentence(Verb::Moved, &now.title, None));
    }
    if then.trashed != now.trashed {
        list.push(sentence(
            if now.trashed {
                Verb::Trashed
            } else {
                Verb::Restored
            },
            &now.title,
            None,
        ));
    }
    if let Some(detail) = words(&then.text, &now.text) {
        list.push(sentence(Verb::Edited, &now.title, Some(detail)));
    }
    for (id, (title, limit, trashed)) in &now.columns {
        match then.columns.get(id) {
            None => list.push(sentence(Verb::Created, title, some(&now.title))),
            Some((old_title, old_limit, was_trashed)) => {
                if old_title != title {
                    list.push(sentence(Verb::Renamed, old_title, some(title)));
                }
                if old_limit != limit {
                    list.push(sentence(Verb::Limited, title, some(limit)));
                }
                if was_trashed != trashed {
                    list.push(sentence(
                        if *trashed {
                            Verb::Trashed
                        } else {
                            Verb::Restored
                        },
                        title,
                        None,
                    ));
                }
            }
        }
    }
    for (id, card) in &now.cards {
        let column = now.columns.get(&card.column).map(|column| column.0.clone());
        let about = |verb: Verb, subject: &str, detail: Option<String>| Sentence {
            verb,
            subject: subject.to_owned(),
            card: id.parse::<CardId>().ok(),
            detail,
        };
        match then.cards.get(id) {
            None if card.trashed => {}
            None => list.push(about(Verb::Created, &card.title, column)),
            Some(old) => compare_card(old, card, column, &about, &mut list),
        }
    }
    list
}

fn compare_card(
    then: &Card,
    now: &Card,
    column: Option<String>,
    about: &dyn Fn(Verb, &str, Option<String>) -> Sentence,
    list: &mut Vec<Sentence>,
) {
    if then.title != now.title {
        list.push(about(Verb::Renamed, &then.title, some(&now.title)));
    }
    if then.column != now.column {
        list.push(about(Verb::Moved, &now.title, column));
    }
    if then.trashed != now.trashed {
        list.push(about(
            if now.trashed {
                Verb::Trashed
            } else {
                Verb::Restored
            },
            &now.title,
            None,
        ));
    }
    if then.archived != now.archived {
        list.push(about(
            if now.archived {
                Verb::Archived
            } else {
                Verb::Unarchived
            },
            &now.title,
            None,
        ));
    }
    if let Some(detail) = words(&then.text, &now.text) {
        list.push(about(Verb::Edited, &now.title, Some(detail)));
    }
    if then.assignees != now.assignees {
        list.push(about(
            Verb::Assigned,
            &now.title,
            some(&now.assignees.join(", ")),
        ));
    }
    if then.owner != now.owner {
        list.push(about(Verb::Owned, &now.title, some(&now.owner)));
    }
    if then.labels != now.labels {
        list.push(about(
            Verb::Labelled,
            &now.title,
            some(&now.labels.join(", ")),
        ));
    }
    if then.due != now.due {
        list.push(about(Verb::Due, &now.title, some(&now.due)));
    }
    if then.priority != now.priority {
        list.push(about(Verb::Prioritised, &now.title, some(&now.priority)));
    }
    if then.checklist != now.checklist {
        let done = now.checklist.iter().filter(|item| item.2).count();
        list.push(about(
            Verb::Checked,
            &now.title,
            Some(format!("{done} of {} done", now.checklist.len())),
        ));
    }
}
