-- Pictures, named by the first 128 bits of their SHA-256. With rowids, because the bodies are large.
CREATE TABLE media (
    id           TEXT    NOT NULL PRIMARY KEY,
    content_type TEXT    NOT NULL,
    owner        TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    -- The length of the body, so that a quota is summed up in the index.
    bytes        INTEGER NOT NULL CHECK (bytes = length(body)),
    body         BLOB    NOT NULL
) STRICT;

CREATE INDEX media_by_owner ON media (owner, bytes);
