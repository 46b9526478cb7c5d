-- Shared folders. Once released, this text never changes: later forms are later migrations.

-- Folders that this device reads and writes, as the system names them. Apart: it lies on another disk than this file, so when it does not, that
-- disk is away. Through: it holds every envelope up to this mark. When it last brought or was given something; for display only.
CREATE TABLE folders (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    path     TEXT    NOT NULL,
    apart    INTEGER NOT NULL CHECK (apart IN (0, 1)),
    through  INTEGER NOT NULL,
    read_ms  INTEGER,
    wrote_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX folders_by_path ON folders (path);

-- Files in them, as they were when they were read: their size, their time of change, and what they turned out to be. Own: written here. Spare: since
-- when another own file holds all that is in it.
CREATE TABLE folder_files (
    row      INTEGER PRIMARY KEY AUTOINCREMENT,
    folder   INTEGER NOT NULL,
    name     TEXT    NOT NULL,
    size     INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    found    INTEGER NOT NULL,
    own      INTEGER NOT NULL CHECK (own IN (0, 1)),
    spare_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX folder_files_by_name ON folder_files (folder, name);

-- Which envelopes are in which file, by their marks.
CREATE TABLE folder_holds (
    folder INTEGER NOT NULL,
    mark   INTEGER NOT NULL,
    file   INTEGER NOT NULL,
    PRIMARY KEY (folder, mark, file)
) STRICT, WITHOUT ROWID;
CREATE INDEX folder_holds_by_file ON folder_holds (file, mark);
