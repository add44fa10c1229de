-- Messages that can be found and are not in the index of words yet. The index is a dozen pages for each transaction that
-- writes to it, and hardly more for hundreds of messages; a row here is a part of one page.
CREATE TABLE unindexed (
    id     INTEGER NOT NULL PRIMARY KEY,
    room   TEXT    NOT NULL,
    seq    INTEGER NOT NULL,
    author TEXT    NOT NULL,
    -- As they go into the index.
    words  TEXT    NOT NULL
) STRICT;
