-- The room log, its snapshots and the catalogue.
--
-- Identifiers are ASCII and compared byte for byte (BINARY is SQLite's default collation). Times are milliseconds since
-- the Unix epoch. `epoch` and `owner` use all 64 bits and are kept as the signed number of the same bits.

-- Clustered by its key: reading a page of one room is one walk through one tree, and an append touches one leaf. A table
-- with rowids would write each record and an index entry for it. The key is also the fence between two writers.
CREATE TABLE entries (
    room  TEXT    NOT NULL,
    seq   INTEGER NOT NULL CHECK (seq > 0),
    at    INTEGER NOT NULL,
    kind  TEXT    NOT NULL,
    owner INTEGER NOT NULL,
    body  BLOB    NOT NULL,
    PRIMARY KEY (room, seq)
) STRICT, WITHOUT ROWID;

-- With rowids, because the bodies are large.
CREATE TABLE snapshots (
    room    TEXT    NOT NULL PRIMARY KEY,
    seq     INTEGER NOT NULL,
    version INTEGER NOT NULL,
    body    BLOB    NOT NULL
) STRICT;

CREATE TABLE rooms (
    id         TEXT    NOT NULL PRIMARY KEY,
    epoch      INTEGER NOT NULL,
    -- NULL once the room is closed, so that the code is free again.
    code       TEXT    UNIQUE,
    kind       TEXT    NOT NULL,
    title      TEXT    NOT NULL,
    created_by TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    closed_at  INTEGER,
    CHECK (code IS NULL OR closed_at IS NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX rooms_by_creator ON rooms (created_by, id);
CREATE INDEX rooms_open ON rooms (id) WHERE closed_at IS NULL;

-- What lists show of the newest revision.
CREATE TABLE quizzes (
    id          TEXT    NOT NULL PRIMARY KEY,
    revision    INTEGER NOT NULL,
    owner       TEXT    NOT NULL,
    archived_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX quizzes_listed ON quizzes (owner, id) WHERE archived_at IS NULL;

CREATE TABLE quiz_revisions (
    id         TEXT    NOT NULL REFERENCES quizzes (id),
    revision   INTEGER NOT NULL CHECK (revision > 0),
    owner      TEXT    NOT NULL,
    title      TEXT    NOT NULL,
    questions  INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    body       BLOB    NOT NULL,
    PRIMARY KEY (id, revision)
) STRICT;
