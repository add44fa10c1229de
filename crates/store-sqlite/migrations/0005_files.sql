-- What members have brought to rooms. With rowids, because the bodies are large.
CREATE TABLE files (
    id           TEXT    NOT NULL PRIMARY KEY,
    room         TEXT    NOT NULL,
    owner        TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    content_type TEXT    NOT NULL,
    -- Of a picture; else 0.
    width        INTEGER NOT NULL,
    height       INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    attached     INTEGER NOT NULL CHECK (attached IN (0, 1)),
    -- The length of the body, so that quotas are summed up in the indices.
    bytes        INTEGER NOT NULL CHECK (bytes = length(body)),
    body         BLOB    NOT NULL
) STRICT;

CREATE INDEX files_by_owner ON files (owner, bytes);
CREATE INDEX files_by_room ON files (room, bytes);
CREATE INDEX files_loose ON files (created_at) WHERE attached = 0;
