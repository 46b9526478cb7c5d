-- Packs: devices that said of one which envelopes it stands for, and that they hold all of them.

CREATE TABLE skein_relay.vouched (
    workspace bytea NOT NULL REFERENCES skein_relay.workspaces ON DELETE CASCADE,
    pack bytea NOT NULL CHECK (octet_length(pack) = 32),
    device bytea NOT NULL CHECK (octet_length(device) = 32),
    -- Names that set of envelopes.
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    -- Their bytes were let go because every device had said the same.
    let_go boolean NOT NULL DEFAULT false,
    PRIMARY KEY (workspace, pack, device)
);
