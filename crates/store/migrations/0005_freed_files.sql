-- Room that was freed. Once released, this text never changes: later forms are later migrations.

-- Freed: its bytes were here and were let go for the room they took; it comes back when somebody here asks for it.
ALTER TABLE files ADD COLUMN freed INTEGER NOT NULL DEFAULT 0 CHECK (freed IN (0, 1));
CREATE INDEX files_by_file ON files (file);

-- Devices that said of a file that they hold all of it, and when they last did; for display only.
CREATE TABLE holders (
    file    BLOB    NOT NULL CHECK (length(file) = 16),
    device  BLOB    NOT NULL CHECK (length(device) = 32),
    said_ms INTEGER NOT NULL,
    PRIMARY KEY (file, device)
) STRICT, WITHOUT ROWID;
