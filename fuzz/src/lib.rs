//! What is done with bytes from outside, decoder by decoder: whatever they are, they are refused or understood, and nothing panics.
//!
//! Each function here is the whole of one fuzz target, so that an ordinary test can run it too.

#[cfg(test)]
mod corpus;
mod engine;
mod member;
mod rest;
mod sealed;
mod sealing;
mod session;
mod streams;

use std::fs;
use std::path::{Component, Path};
use std::str::FromStr;

use skein_access::code::Code;
use skein_access::{
    DeviceId, EpochKey, Header, Operation, Pack, Ticket, UnverifiedEnvelope, WorkspaceId,
};
use skein_engine::relay::DatabaseAddress;
use skein_engine::{Host, Passphrase, Slug, Unlock, Use, exchange};
use skein_model::{
    ActorSeed, CardId, ChangeBytes, Document, DocumentId, FileId, FileManifest, Heads, TextField,
    markdown,
};
use skein_store::{Opened, Store};

pub use engine::{Shell, api_message, bundle};
pub use member::{member, relay, say};
pub use rest::{columns_of_file, profile_files, resting, unchanged};
pub use sealed::{inside, plaintext_of, sealed};
pub use session::{frames_of, honest_session, session_frame};
pub use streams::{code_exchange, honest_exchange, stream};

/// A decoder, given whatever bytes.
pub type Target = fn(&[u8]);

/// All targets by the names of their folders in `corpus`.
pub const TARGETS: &[(&str, Target)] = &[
    ("envelope", envelope),
    ("operation", operation),
    ("pack", pack),
    ("invite_text", invite_text),
    ("session_frame", session_frame),
    ("bundle", bundle),
    ("manifest", manifest),
    ("workspace_file", workspace_file),
    ("api_message", api_message),
    ("markdown", markdown),
    ("import", import),
    ("address", address),
    ("change_guard", change_guard),
    ("sealed", sealed),
    ("member", member),
    ("relay", relay),
    ("stream", stream),
    ("code_exchange", code_exchange),
    ("columns_of_file", columns_of_file),
    ("profile_files", profile_files),
    ("typed", typed),
];

/// Ends one file in the input of [`import`], and one change in that of [`change_guard`].
pub const SEPARATOR: u8 = 0x1e;

/// An envelope, as a peer, a bundle or the disk brings it.
pub fn envelope(bytes: &[u8]) {
    let _ = Header::decode(bytes);
    if let Ok(envelope) = UnverifiedEnvelope::decode(bytes) {
        let _ = envelope.verify(&WorkspaceId::from_bytes([7; 32]));
    }
}

/// What an envelope of the access set says.
pub fn operation(bytes: &[u8]) {
    if let Some(operation) = Operation::decode(bytes) {
        assert_eq!(operation.encode(), bytes, "there is one form of each");
    }
}

/// What is inside a pack, as a member may have sealed it.
pub fn pack(bytes: &[u8]) {
    if let Ok(pack) = Pack::read(bytes) {
        let key = EpochKey::from_bytes([7; 32]);
        let workspace = WorkspaceId::from_bytes([7; 32]);
        for (_, envelope) in pack.unpack(&workspace, |_| Some(&key)).envelopes {
            let _ = envelope.verify(&workspace);
        }
    }
}

/// An invite or a short code, as somebody pastes or types it.
pub fn invite_text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(ticket) = text.parse::<Ticket>() {
        assert!(ticket.to_string().parse::<Ticket>().is_ok());
    }
    if let Ok(code) = text.parse::<Code>() {
        assert!(code.to_string().parse::<Code>().is_ok());
    }
}

/// What a document says of a file that belongs to it.
pub fn manifest(bytes: &[u8]) {
    if let Some(manifest) = FileManifest::from_bytes(bytes) {
        assert_eq!(manifest.to_bytes(), bytes, "there is one form of each");
    }
}

/// A workspace's file, as a backup, a copy or a bad disk leaves it.
pub fn workspace_file(bytes: &[u8]) {
    let Ok(folder) = tempfile::tempdir() else {
        return;
    };
    let path = folder.path().join("workspace.db");
    if fs::write(&path, bytes).is_err() {
        return;
    }
    match Store::open(&path) {
        Ok(Opened::Ready(store)) => drop(store.check()),
        Ok(Opened::Damaged(store, _)) => {
            for document in store.salvage() {
                let _ = store.salvage_document(document);
            }
            let after = fs::read(&path).unwrap_or_default();
            assert_eq!(after, bytes, "a damaged file is never written to");
        }
        Err(_) => {}
    }
}

/// The text of a note, as somebody typed or imported it.
pub fn markdown(bytes: &[u8]) {
    let _ = markdown::scan(&String::from_utf8_lossy(bytes));
}

/// A folder of Markdown, of Obsidian or another tool. Each file is its path, a line's end and its content.
pub fn import(bytes: &[u8]) {
    let Ok(folder) = tempfile::tempdir() else {
        return;
    };
    let vault = folder.path().join("vault");
    for file in bytes.split(|byte| *byte == SEPARATOR).take(16) {
        let end = file.iter().position(|byte| *byte == b'\n');
        let (name, content) = file.split_at(end.unwrap_or(file.len()));
        write_inside(&vault, &String::from_utf8_lossy(name), content);
    }
    let Ok(runtime) = tokio::runtime::Runtime::new() else {
        return;
    };
    runtime.block_on(async {
        let Ok(host) =
            Host::open(folder.path().join("profile"), Use::Once, Unlock::default()).await
        else {
            return;
        };
        if let Ok(mut client) = host.client().await {
            let _ = client.request(engine::founding()).await;
            let _ = exchange::import_markdown(&mut client, &vault, |_| {}).await;
        }
        host.close().await;
    });
}

/// Writes a file below a folder and nowhere else.
fn write_inside(folder: &Path, name: &str, content: &[u8]) {
    let name = Path::new(name.trim());
    let is_inside = |part| matches!(part, Component::Normal(_));
    let path = folder.join(name);
    if name.components().all(is_inside)
        && let Some(parent) = path.parent()
        && fs::create_dir_all(parent).is_ok()
    {
        let _ = fs::write(path, content.get(1..).unwrap_or_default());
    }
}

/// An address, as somebody types it or another device tells it.
pub fn address(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(addresses) = skein_net::understand_address(&text) {
        for address in addresses {
            assert!(skein_net::understand_address(&address).is_ok(), "{address}");
        }
    }
    let _ = skein_net::typed_address(&text);
    let _ = skein_net::device_of_address(&text);
}

/// A short word that names something, as somebody types it, pastes it, or writes it into a page's address.
pub fn typed(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    one_name::<DocumentId>(&text);
    one_name::<CardId>(&text);
    one_name::<FileId>(&text);
    one_name::<WorkspaceId>(&text);
    one_name::<DeviceId>(&text);
    one_name::<Slug>(&text);
    // What an address says of a password is in no word about it.
    let _ = text.parse::<DatabaseAddress>();
    for file in skein_model::file::referred(&text) {
        assert!(text.to_lowercase().contains(&file.to_string()));
    }
    let _ = skein_model::file::check_name(&text);
    let _ = skein_model::file::check_mime(&text);
    let _ = Passphrase::new(text.as_ref());
}

/// What is understood is shown in a way that is understood as the same.
fn one_name<T: FromStr + ToString + PartialEq>(text: &str) {
    if let Ok(name) = text.parse::<T>() {
        assert!(
            name.to_string()
                .parse::<T>()
                .is_ok_and(|again| again == name)
        );
    }
}

/// What automerge panics at is caught by the guard around it, and libFuzzer's own hook would end the run before that. What gets
/// through ends it all the same; what is asserted here is said.
pub fn let_guards_catch() {
    std::panic::set_hook(Box::new(|panic| {
        let here = |at: &std::panic::Location<'_>| at.file().starts_with("src/");
        if panic.location().is_some_and(here) {
            eprintln!("{panic}");
        }
    }));
}

/// Changes of a document, as colleagues send them, and a whole one, as the disk gives it back.
pub fn change_guard(bytes: &[u8]) {
    let Some(mut document) = engine::note() else {
        return;
    };
    let changes: Vec<ChangeBytes> = bytes
        .split(|byte| *byte == SEPARATOR)
        .chain([bytes])
        .map(|change| ChangeBytes(change.to_vec()))
        .collect();
    let before = document.heads();
    if let Ok(merged) = document.merge(&changes)
        && merged.applied == 0
    {
        assert_eq!(document.heads(), before, "what was refused leaves no trace");
    }
    let _ = document.projection();
    let _ = document.text(TextField::NoteText);
    let _ = document.sentences(&Heads::default());
    let actor = ActorSeed([5; 16]);
    for (snapshot, changes) in [(None, changes.as_slice()), (Some(bytes), &[])] {
        if let Ok(loaded) = Document::load(actor, snapshot, changes) {
            let _ = loaded.document.projection();
            let _ = loaded.document.board();
        }
    }
}
