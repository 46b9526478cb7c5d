-- Envelopes of workspaces as relays hold them: what shows from outside, and bytes that nobody here can read.

CREATE TABLE skein_relay.workspaces (
    id bytea PRIMARY KEY CHECK (octet_length(id) = 32),
    -- The id as people see it, for whoever looks after the database.
    shown text NOT NULL,
    -- The newest number in the order of arrival. Whoever keeps something locks this row, so that numbers are committed in order and without holes.
    newest bigint NOT NULL DEFAULT 0
);

CREATE TABLE skein_relay.envelopes (
    workspace bytea NOT NULL REFERENCES skein_relay.workspaces ON DELETE CASCADE,
    -- The place in the order of arrival.
    number bigint NOT NULL,
    id bytea NOT NULL CHECK (octet_length(id) = 32),
    kind smallint NOT NULL,
    -- The author's clock, in hours since 1970.
    hour bigint NOT NULL,
    device bytea NOT NULL CHECK (octet_length(device) = 32),
    bytes bytea NOT NULL,
    PRIMARY KEY (workspace, number),
    UNIQUE (workspace, id)
);

-- What is encrypted cannot be made smaller.
ALTER TABLE skein_relay.envelopes ALTER COLUMN bytes SET STORAGE EXTERNAL;
