-- A turn of a room as one statement, which SQLite makes a transaction of by itself: each row put in here is an entry, or something
-- that an entry changes in other tables. Several statements would each have an answer, for which somebody is woken.
--
-- The columns stand in the order in which all three kinds of row name theirs.
CREATE VIEW turns AS
SELECT NULL AS what, NULL AS who, NULL AS room, NULL AS role, NULL AS seq, NULL AS guest,
       NULL AS at, NULL AS kind, NULL AS owner, NULL AS body, NULL AS text;

-- Nothing is written where the log does not end before the entry: somebody else writes to it.
CREATE TRIGGER turns_entry INSTEAD OF INSERT ON turns WHEN NEW.what = 'entry' BEGIN
    SELECT raise(ABORT, 'the log ends elsewhere')
    WHERE NEW.seq <> 1 + (SELECT coalesce(max(seq), 0) FROM entries WHERE room = NEW.room);
    INSERT INTO entries (room, seq, at, kind, owner, body)
    VALUES (NEW.room, NEW.seq, NEW.at, NEW.kind, NEW.owner, NEW.body);
END;

CREATE TRIGGER turns_member INSTEAD OF INSERT ON turns WHEN NEW.what = 'member' BEGIN
    INSERT OR REPLACE INTO memberships (user, room, role, since, guest, nickname)
    VALUES (NEW.who, NEW.room, NEW.role, NEW.seq, NEW.guest, NEW.text);
END;

CREATE TRIGGER turns_text INSTEAD OF INSERT ON turns WHEN NEW.what = 'text' BEGIN
    INSERT INTO unindexed (author, room, seq, words) VALUES (NEW.who, NEW.room, NEW.seq, NEW.text);
END;
