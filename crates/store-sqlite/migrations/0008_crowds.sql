-- The members of a room in the order in which they came, so that what is written for a crowd lies side by side.
DROP INDEX memberships_by_room;
CREATE INDEX memberships_by_room ON memberships (room, guest, since);
