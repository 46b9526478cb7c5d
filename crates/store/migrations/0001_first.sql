-- The first form of a workspace's file. Once released, this text never changes: later forms are later migrations.

-- Documents: what is needed to list them without opening one. Heads are the truth; the rest is a projection.
CREATE TABLE documents (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind       INTEGER NOT NULL,
    heads      BLOB    NOT NULL CHECK (length(heads) % 32 = 0),
    title      TEXT    NOT NULL,
    title_key  TEXT    NOT NULL,
    parent     BLOB    CHECK (length(parent) = 16),
    position   TEXT    NOT NULL,
    life       INTEGER NOT NULL,
    conflicts  INTEGER NOT NULL,
    text_stale INTEGER NOT NULL CHECK (text_stale IN (0, 1)),
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX documents_by_title ON documents (title_key);
CREATE INDEX documents_by_parent ON documents (parent, position, id);
CREATE INDEX documents_stale ON documents (id) WHERE text_stale = 1;

-- Changes: what was done to a document since its snapshot. Unsealed: not yet in an envelope.
CREATE TABLE changes (
    row      INTEGER PRIMARY KEY AUTOINCREMENT,
    document BLOB    NOT NULL CHECK (length(document) = 16),
    sealed   INTEGER NOT NULL CHECK (sealed IN (0, 1)),
    bytes    BLOB    NOT NULL
) STRICT;
CREATE INDEX changes_by_document ON changes (document);
CREATE INDEX changes_unsealed ON changes (document) WHERE sealed = 0;

-- Snapshots: a document saved whole; the newest, and the one before it.
CREATE TABLE snapshots (
    row      INTEGER PRIMARY KEY,
    document BLOB    NOT NULL CHECK (length(document) = 16),
    previous INTEGER NOT NULL CHECK (previous IN (0, 1)),
    heads    BLOB    NOT NULL CHECK (length(heads) % 32 = 0),
    bytes    BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX snapshots_by_document ON snapshots (document, previous);

-- Journal: typing that is on disk but not yet a change.
CREATE TABLE journal (
    row      INTEGER PRIMARY KEY,
    document BLOB    NOT NULL CHECK (length(document) = 16),
    entry    BLOB    NOT NULL
) STRICT;
CREATE INDEX journal_by_document ON journal (document);

-- Cards of boards, without their descriptions, which rest in texts.
CREATE TABLE cards (
    board           BLOB    NOT NULL CHECK (length(board) = 16),
    id              BLOB    NOT NULL CHECK (length(id) = 16),
    column_id       BLOB    NOT NULL CHECK (length(column_id) = 16),
    position        TEXT    NOT NULL,
    title           TEXT    NOT NULL,
    assignees       BLOB    NOT NULL,
    labels          BLOB    NOT NULL,
    due             TEXT,
    priority        INTEGER,
    archived        INTEGER NOT NULL CHECK (archived IN (0, 1)),
    life            INTEGER NOT NULL,
    checklist_done  INTEGER NOT NULL,
    checklist_total INTEGER NOT NULL,
    conflicts       INTEGER NOT NULL,
    PRIMARY KEY (board, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX cards_by_id ON cards (id);

-- Tags of documents.
CREATE TABLE tags (
    document BLOB NOT NULL CHECK (length(document) = 16),
    tag      TEXT NOT NULL,
    PRIMARY KEY (document, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_tag ON tags (tag);

-- Links from documents, by the key of what they point at.
CREATE TABLE links (
    document BLOB    NOT NULL CHECK (length(document) = 16),
    number   INTEGER NOT NULL,
    key      TEXT    NOT NULL,
    target   TEXT    NOT NULL,
    heading  TEXT,
    alias    TEXT,
    PRIMARY KEY (document, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_by_key ON links (key);

-- Texts: title and body of every document (card is empty) and card. A later write gets a larger row. The body of a document's long
-- text is empty here and rests in pieces.
CREATE TABLE texts (
    row      INTEGER PRIMARY KEY,
    document BLOB    NOT NULL CHECK (length(document) = 16),
    card     BLOB    NOT NULL CHECK (length(card) IN (0, 16)),
    title    TEXT    NOT NULL,
    body     TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX texts_by_owner ON texts (document, card);

-- Pieces of long texts, in the order of their numbers. The hash is that of what search knows of the piece; rows begin beyond those of
-- texts, since the index holds both.
CREATE TABLE pieces (
    row      INTEGER PRIMARY KEY CHECK (row > 1 << 40),
    document BLOB    NOT NULL CHECK (length(document) = 16),
    number   INTEGER NOT NULL,
    hash     BLOB    NOT NULL CHECK (length(hash) = 32),
    body     TEXT    NOT NULL
) STRICT;
CREATE INDEX pieces_by_document ON pieces (document, number);

-- Search: the index over texts and pieces, fed with words that are already folded and set apart; it keeps no text of its own.
CREATE VIRTUAL TABLE search USING fts5 (
    title,
    body,
    content = '',
    contentless_delete = 1,
    prefix = '1 2 3',
    tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co Mc Mn'"
);

-- Envelopes in the order in which they came to this machine.
CREATE TABLE envelopes (
    mark     INTEGER PRIMARY KEY AUTOINCREMENT,
    id       BLOB    NOT NULL CHECK (length(id) = 32),
    kind     INTEGER NOT NULL,
    hour     INTEGER NOT NULL,
    device   BLOB    NOT NULL CHECK (length(device) = 32),
    sequence INTEGER NOT NULL,
    state    INTEGER NOT NULL,
    reason   TEXT,
    document BLOB    CHECK (length(document) = 16),
    bytes    BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX envelopes_by_id ON envelopes (id);
CREATE INDEX envelopes_refs ON envelopes (kind, hour, id);
CREATE INDEX envelopes_by_device ON envelopes (device, sequence);
CREATE INDEX envelopes_by_document ON envelopes (document) WHERE document IS NOT NULL;
CREATE INDEX envelopes_unsettled ON envelopes (state) WHERE state <> 0;

-- Settings of this machine for this workspace.
CREATE TABLE settings (
    key   TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Peers: where they were, and up to which mark they durably hold our envelopes.
CREATE TABLE peers (
    device       BLOB    NOT NULL PRIMARY KEY CHECK (length(device) = 32),
    addresses    BLOB    NOT NULL,
    mark         INTEGER NOT NULL,
    last_seen_ms INTEGER
) STRICT, WITHOUT ROWID;

-- Notices: what the person should know; one for each matter and subject.
CREATE TABLE notices (
    row     INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms   INTEGER NOT NULL,
    code    TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    words   TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX notices_by_matter ON notices (code, subject);
