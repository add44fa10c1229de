-- Who is in which room, and what can be found there. All of it can be made again from the logs.

ALTER TABLE rooms ADD COLUMN description TEXT NOT NULL DEFAULT '';
-- Title and description as words, each between two spaces.
ALTER TABLE rooms ADD COLUMN title_words TEXT NOT NULL DEFAULT '';
ALTER TABLE rooms ADD COLUMN listed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN archived_at INTEGER;
-- Whether members who do not run the room see only what came after them.
ALTER TABLE rooms ADD COLUMN since_join INTEGER NOT NULL DEFAULT 0;
-- Whether messages are kept for a time only.
ALTER TABLE rooms ADD COLUMN forgets INTEGER NOT NULL DEFAULT 0;
-- 0 for rooms that are older than this file, until their logs have been read.
ALTER TABLE rooms ADD COLUMN projected INTEGER NOT NULL DEFAULT 0;

CREATE INDEX rooms_listed ON rooms (id) WHERE listed = 1 AND closed_at IS NULL AND archived_at IS NULL;
CREATE INDEX rooms_forgetting ON rooms (id) WHERE forgets = 1;
CREATE INDEX rooms_unprojected ON rooms (id) WHERE projected = 0;

CREATE TABLE memberships (
    user     TEXT    NOT NULL,
    room     TEXT    NOT NULL,
    -- 0 observer, 1 member, 2 co-host, 3 host.
    role     INTEGER NOT NULL,
    -- The entry that brought the member in.
    since    INTEGER NOT NULL,
    guest    INTEGER NOT NULL,
    nickname TEXT    NOT NULL,
    PRIMARY KEY (user, room)
) STRICT, WITHOUT ROWID;

CREATE INDEX memberships_by_room ON memberships (room, guest);

-- Messages that can be found. The texts themselves are in the log only.
CREATE TABLE texts (
    -- Its place among all messages, and its row in the index of words.
    id     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    room   TEXT    NOT NULL,
    seq    INTEGER NOT NULL,
    author TEXT    NOT NULL,
    UNIQUE (room, seq)
) STRICT;

-- Rows hold words that are ready to be compared: the tokenizer parts them at spaces and does nothing else to them. Room and
-- author are one word each (their bytes in hexadecimal), so that the index itself keeps a search within them. Where in a
-- message a word stands is not kept.
CREATE VIRTUAL TABLE text_words USING fts5 (
    text, room, author,
    content = '', contentless_delete = 1, detail = 'column', prefix = '2 3', tokenize = 'ascii'
);
