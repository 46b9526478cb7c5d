-- Packs at a relay. Once released, this text never changes: later forms are later migrations.

-- Devices that said of a pack which envelopes it stands for, and that they hold all of them. `digest` names that set of envelopes; `let_go`: their bytes
-- were let go because every device had said the same.
CREATE TABLE vouched (
    pack    BLOB    NOT NULL CHECK (length(pack) = 32),
    device  BLOB    NOT NULL CHECK (length(device) = 32),
    digest  BLOB    NOT NULL CHECK (length(digest) = 32),
    let_go  INTEGER NOT NULL DEFAULT 0 CHECK (let_go IN (0, 1)),
    PRIMARY KEY (pack, device)
) STRICT, WITHOUT ROWID;
