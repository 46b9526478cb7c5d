-- Files attached to documents. Once released, this text never changes: later forms are later migrations.

-- Files: the manifests that documents hold (a projection), in the order in which they came; with them, whether somebody here asked for the
-- bytes, and whether all of them are here.
CREATE TABLE files (
    row      INTEGER PRIMARY KEY AUTOINCREMENT,
    document BLOB    NOT NULL CHECK (length(document) = 16),
    file     BLOB    NOT NULL CHECK (length(file) = 16),
    manifest BLOB    NOT NULL,
    asked    INTEGER NOT NULL CHECK (asked IN (0, 1)),
    whole    INTEGER NOT NULL CHECK (whole IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX files_by_document ON files (document, file);
CREATE INDEX files_wanting ON files (row) WHERE whole = 0;

-- Chunks: the pieces of files that rest here, in a folder beside this file.
CREATE TABLE chunks (
    name BLOB NOT NULL PRIMARY KEY CHECK (length(name) = 32)
) STRICT, WITHOUT ROWID;
