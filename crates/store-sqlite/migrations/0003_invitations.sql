-- Codes beside the join codes of rooms, by which rooms are found. What they are good for, their rooms know.
CREATE TABLE invitations (
    code       TEXT    NOT NULL PRIMARY KEY,
    room       TEXT    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX invitations_by_room ON invitations (room);
CREATE INDEX invitations_by_end ON invitations (expires_at);
