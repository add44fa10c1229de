//! The directory in the tables `rooms`, `memberships`, `texts` and the index `text_words`.
//!
//! Neighbours: [`projection`] and [`index`] write what is read here.
//!
//! What somebody typed reaches SQL as words that a [`Query`] has cut out, which are letters and digits only, each in quotes
//! of the index's own language; everything is bound, nothing is pasted.

use async_trait::async_trait;
use sqlx::{Row, sqlite::SqliteRow};
use trivium_engine::{RoomId, Seq, UserId};
use trivium_store::{
    Directory, Idle, MessageHit, MessageSearch, Projection, Query, RoomCard, RoomSearch, StoreError,
    catalogue::MAX_LIST,
    directory::{Scope, UNLISTED_KINDS},
};

use crate::{SqliteStore, index, projection, rows, store_error};

/// A room, how many members it has, and whether `?1` is one.
macro_rules! cards {
    ($where:literal) => {
        concat!(
            "SELECT rooms.*,
                    (SELECT count(*) FROM memberships AS of WHERE of.room = rooms.id) AS members,
                    EXISTS (SELECT 1 FROM memberships AS me WHERE me.user = ?1 AND me.room = rooms.id) AS joined
             FROM rooms WHERE id > ?2 AND kind NOT IN (SELECT value FROM json_each(?4)) AND ",
            $where,
            " ORDER BY id LIMIT ?3"
        )
    };
}

/// Messages that `?4` may see and that the index finds.
macro_rules! joined {
    ($expression:literal) => {
        concat!(
            "SELECT texts.id, texts.room, texts.seq, rooms.title
             FROM text_words CROSS JOIN texts ON texts.id = text_words.rowid CROSS JOIN rooms ON rooms.id = texts.room
                  CROSS JOIN memberships AS me ON me.user = ?4 AND me.room = texts.room
             WHERE text_words MATCH ",
            $expression,
            " AND text_words.rowid < ?2
                   AND (rooms.since_join = 0 OR me.role >= 2 OR texts.seq > me.since)
             ORDER BY text_words.rowid DESC LIMIT ?3"
        )
    };
}

impl SqliteStore {
    /// `parameter` is the statement's fifth, and its last.
    async fn cards(
        &self,
        sql: &'static str,
        viewer: &UserId,
        after: Option<&RoomId>,
        limit: u32,
        parameter: Parameter,
    ) -> Result<Vec<RoomCard>, StoreError> {
        let statement = sqlx::query(sql)
            .bind(viewer.as_str())
            .bind(after.map(RoomId::as_str).unwrap_or_default())
            .bind(limit.min(MAX_LIST))
            .bind(json(UNLISTED_KINDS));
        let statement = match parameter {
            Parameter::All(all) => statement.bind(all),
            Parameter::Words(words) => statement.bind(words),
        };
        let rows = statement.fetch_all(&self.readers).await.map_err(store_error)?;
        rows.iter().map(card).collect()
    }
}

/// What a list is narrowed by.
enum Parameter {
    All(bool),
    /// What has to be in the words of a room, as JSON.
    Words(String),
}

#[async_trait]
impl Directory for SqliteStore {
    async fn made_rooms(
        &self,
        by: &UserId,
        all: bool,
        after: Option<&RoomId>,
        limit: u32,
    ) -> Result<Vec<RoomCard>, StoreError> {
        let sql = cards!("created_by = ?1 AND (?5 OR archived_at IS NULL)");
        self.cards(sql, by, after, limit, Parameter::All(all)).await
    }

    async fn joined_rooms(
        &self,
        user: &UserId,
        all: bool,
        after: Option<&RoomId>,
        limit: u32,
    ) -> Result<Vec<RoomCard>, StoreError> {
        let sql = cards!(
            "id IN (SELECT room FROM memberships WHERE user = ?1)
             AND (?5 OR archived_at IS NULL AND closed_at IS NULL)"
        );
        self.cards(sql, user, after, limit, Parameter::All(all)).await
    }

    async fn search_rooms(&self, search: &RoomSearch) -> Result<Vec<RoomCard>, StoreError> {
        // Looks at every room that the viewer could be shown, which is what a list would do.
        let sql = cards!(
            "archived_at IS NULL AND closed_at IS NULL
             AND (listed = 1 OR id IN (SELECT room FROM memberships WHERE user = ?1))
             AND NOT EXISTS (SELECT 1 FROM json_each(?5) AS wanted WHERE instr(rooms.title_words, wanted.value) = 0)"
        );
        let wanted = Parameter::Words(search.query.as_ref().map_or_else(|| "[]".to_owned(), room_words));
        self.cards(sql, &search.viewer, search.after.as_ref(), search.limit, wanted)
            .await
    }

    async fn search_messages(&self, search: &MessageSearch) -> Result<Vec<MessageHit>, StoreError> {
        self.index_all().await?;
        // The index goes from the newest place down and stops when the page is full; CROSS JOIN keeps it first.
        let sql = match search.scope {
            Scope::WholeRoom(_) => {
                "SELECT texts.id, texts.room, texts.seq, rooms.title
                 FROM text_words CROSS JOIN texts ON texts.id = text_words.rowid CROSS JOIN rooms ON rooms.id = texts.room
                 WHERE text_words MATCH ?1 AND text_words.rowid < ?2
                 ORDER BY text_words.rowid DESC LIMIT ?3"
            }
            // Who is in rooms where little is said would look at everything that is said in all others: so the index is asked
            // for the rooms as well, unless they are so many that this costs more.
            Scope::Joined(_) => joined!(
                "?1 || (SELECT CASE WHEN count(*) <= 256
                                    THEN ' AND room : (' || coalesce(group_concat('\"' || lower(hex(room)) || '\"', ' OR '), 'none') || ')'
                                    ELSE '' END
                        FROM memberships WHERE user = ?4)"
            ),
            Scope::JoinedRoom(..) => joined!("?1"),
        };
        let (user, room) = match &search.scope {
            Scope::WholeRoom(room) => (None, Some(room)),
            Scope::Joined(user) => (Some(user), None),
            Scope::JoinedRoom(user, room) => (Some(user), Some(room)),
        };
        let statement = sqlx::query(sql)
            .bind(expression(&search.query, room, search.author.as_ref()))
            .bind(rows::signed(search.before.unwrap_or(u64::MAX)))
            .bind(search.limit.min(MAX_LIST));
        let statement = match user {
            Some(user) => statement.bind(user.as_str()),
            None => statement,
        };
        let found = statement.fetch_all(&self.readers).await.map_err(store_error)?;
        let hit = |row: &SqliteRow| {
            Ok(MessageHit {
                room: rows::id(row, "room")?,
                title: rows::text(row, "title")?,
                seq: rows::number(row, "seq")?,
                place: rows::number(row, "id")?,
            })
        };
        found.iter().map(hit).collect()
    }

    async fn nicknames(&self, viewer: &UserId, users: &[UserId]) -> Result<Vec<(UserId, String)>, StoreError> {
        let found = sqlx::query(
            "SELECT them.user, them.nickname FROM memberships AS them
             WHERE them.user IN (SELECT value FROM json_each(?1))
                   AND them.room = (SELECT min(shared.room) FROM memberships AS shared
                                    JOIN memberships AS me ON me.user = ?2 AND me.room = shared.room
                                    WHERE shared.user = them.user)
             ORDER BY them.user",
        )
        .bind(json(users.iter().map(UserId::as_str)))
        .bind(viewer.as_str())
        .fetch_all(&self.readers)
        .await
        .map_err(store_error)?;
        let name = |row| Ok((rows::id(row, "user")?, rows::text(row, "nickname")?));
        found.iter().map(name).collect()
    }

    async fn idle_rooms(&self, idle: &Idle<'_>) -> Result<Vec<RoomId>, StoreError> {
        let statement = sqlx::query(
            "SELECT id FROM rooms
             WHERE projected > 0 AND (closed_at IS NOT NULL) = ?1 AND kind IN (SELECT value FROM json_each(?2))
                   AND coalesce((SELECT at FROM entries WHERE room = rooms.id ORDER BY seq DESC LIMIT 1), created_at) < ?3
                   AND NOT EXISTS (SELECT 1 FROM memberships WHERE room = rooms.id AND guest = 0)
             ORDER BY id LIMIT ?4",
        )
        .bind(idle.closed)
        .bind(json(idle.kinds.iter().copied()))
        .bind(rows::signed(idle.since.0))
        .bind(idle.limit.min(MAX_LIST));
        ids(&statement.fetch_all(&self.readers).await.map_err(store_error)?)
    }

    async fn forgetting_rooms(&self, after: Option<&RoomId>, limit: u32) -> Result<Vec<RoomId>, StoreError> {
        let statement = sqlx::query("SELECT id FROM rooms WHERE forgets = 1 AND id > ? ORDER BY id LIMIT ?")
            .bind(after.map(RoomId::as_str).unwrap_or_default())
            .bind(limit.min(MAX_LIST));
        ids(&statement.fetch_all(&self.readers).await.map_err(store_error)?)
    }

    async fn unprojected_rooms(&self, limit: u32) -> Result<Vec<RoomId>, StoreError> {
        let statement =
            sqlx::query("SELECT id FROM rooms WHERE projected = 0 ORDER BY id LIMIT ?").bind(limit.min(MAX_LIST));
        ids(&statement.fetch_all(&self.readers).await.map_err(store_error)?)
    }

    async fn reproject(&self, room: &RoomId, head: Seq, projections: &[Projection]) -> Result<bool, StoreError> {
        projections.iter().try_for_each(Projection::check)?;
        let (room, projections) = (room.clone(), projections.to_vec());
        let work = self.primary.write(move |tx| {
            Box::pin(async move {
                let ends = sqlx::query("SELECT coalesce(max(seq), 0) AS head FROM entries WHERE room = ?");
                let ends = ends
                    .bind(room.as_str())
                    .fetch_one(&mut *tx)
                    .await
                    .map_err(store_error)?;
                if rows::number::<Seq>(&ends, "head")? != head {
                    return Ok(false);
                }
                projection::forget(tx, &room).await?;
                projection::write(tx, &room, &projections).await?;
                index::catch_up(tx).await?;
                let done = sqlx::query("UPDATE rooms SET projected = 1 WHERE id = ?").bind(room.as_str());
                done.execute(tx).await.map_err(store_error)?;
                Ok(true)
            })
        });
        work.await
    }
}

fn ids(rows: &[SqliteRow]) -> Result<Vec<RoomId>, StoreError> {
    rows.iter().map(|row| rows::id(row, "id")).collect()
}

fn card(row: &SqliteRow) -> Result<RoomCard, StoreError> {
    Ok(RoomCard {
        record: rows::room(row)?,
        description: rows::text(row, "description")?,
        listed: row.try_get("listed").map_err(store_error)?,
        archived_at: rows::time(row, "archived_at")?,
        members: rows::number(row, "members")?,
        joined: row.try_get("joined").map_err(store_error)?,
    })
}

/// A list in JSON of what has no character that JSON escapes: identifiers, kinds, words.
fn json<'a>(of: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<_> = of.into_iter().map(|text| format!("\"{text}\"")).collect();
    format!("[{}]", quoted.join(","))
}

/// What has to be in the column `title_words` of a room, where each word stands between two spaces.
fn room_words(query: &Query) -> String {
    let whole = query.whole().iter().map(|word| format!(" {word} "));
    let wanted: Vec<_> = whole.chain([format!(" {}", query.begun())]).collect();
    json(wanted.iter().map(String::as_str))
}

/// The search in the language of FTS5.
fn expression(query: &Query, room: Option<&RoomId>, author: Option<&UserId>) -> String {
    let whole = query.whole().iter().map(|word| format!("{} AND ", quoted(word)));
    let mut expression = format!("text : ({}{} *)", whole.collect::<String>(), quoted(query.begun()));
    let mut within = |column: &str, name: &str| {
        let word = quoted(&index::as_word(name));
        expression = format!("{column} : {word} AND {expression}");
    };
    if let Some(room) = room {
        within("room", room.as_str());
    }
    if let Some(author) = author {
        within("author", author.as_str());
    }
    expression
}

/// A string of FTS5, in which nothing has a meaning.
fn quoted(word: &str) -> String {
    format!("\"{}\"", word.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use trivium_engine::{Role, Timestamp};
    use trivium_store::{Catalogue as _, Face, Membership, RoomRecord, Store as _, Text};

    use super::*;

    #[tokio::test]
    async fn a_room_that_is_older_than_the_directory_waits_to_be_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(folder.path().join("db")).await.expect("opens");
        let record = RoomRecord {
            id: "r".parse().expect("an id"),
            epoch: 1,
            code: None,
            kind: "quiz".to_owned(),
            title: "Old".to_owned(),
            created_by: "ana".parse().expect("an id"),
            created_at: Timestamp(1),
            closed_at: None,
        };
        store.create_room(&record).await.expect("made");
        let unprojected = async || store.unprojected_rooms(9).await.expect("listed");
        let idle = Idle {
            kinds: &["quiz"],
            since: Timestamp(9),
            closed: false,
            limit: 9,
        };
        assert_eq!(unprojected().await, []);
        assert_eq!(
            store.idle_rooms(&idle).await.expect("listed"),
            std::slice::from_ref(&record.id)
        );
        // As the migration leaves those that were there.
        let older = store.primary.write(|tx| {
            Box::pin(async move {
                let older = sqlx::query("UPDATE rooms SET projected = 0").execute(tx).await;
                older.map(drop).map_err(store_error)
            })
        });
        older.await.expect("older");
        assert_eq!(unprojected().await, std::slice::from_ref(&record.id));
        let nobody_is_known = store.idle_rooms(&idle).await.expect("listed");
        assert_eq!(nobody_is_known, [], "not knowing its members is not having none");
        let face = Face {
            title: "Old".to_owned(),
            description: String::new(),
            listed: false,
            archived_at: None,
            since_join: false,
            forgets: false,
        };
        let read = store.reproject(&record.id, 0, &[Projection::Face(face)]).await;
        assert!(read.expect("read"));
        assert_eq!(unprojected().await, []);
        store.close().await.expect("closed");
    }

    #[tokio::test]
    async fn who_is_in_many_rooms_or_in_none_is_answered_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(folder.path().join("db")).await.expect("opens");
        let user: UserId = "ana".parse().expect("an id");
        let search = async || {
            let search = MessageSearch {
                query: Query::new("hello").expect("words"),
                scope: Scope::Joined(user.clone()),
                author: None,
                before: None,
                limit: 9,
            };
            let hits = store.search_messages(&search).await.expect("searched");
            hits.into_iter().map(|hit| hit.room.to_string()).collect::<Vec<_>>()
        };
        for n in 0..258 {
            let record = RoomRecord {
                id: format!("r{n}").parse().expect("an id"),
                epoch: 1,
                code: None,
                kind: "channel".to_owned(),
                title: "Room".to_owned(),
                created_by: user.clone(),
                created_at: Timestamp(1),
                closed_at: None,
            };
            store.create_room(&record).await.expect("made");
            let said = Projection::Text(Text {
                seq: 1,
                author: user.clone(),
                at: Timestamp(1),
                text: "hello".to_owned(),
            });
            let member = Projection::MemberIn(Membership {
                user: user.clone(),
                role: Role::Member,
                since: 1,
                guest: false,
                nickname: "Ana".to_owned(),
            });
            // The first room is somebody else's. Something is said there, in the second, and in the last.
            let projections = match n {
                0 => vec![said],
                1 | 257 => vec![member, said],
                _ => vec![member],
            };
            store.reproject(&record.id, 0, &projections).await.expect("read");
            let expected: &[&str] = match n {
                0 => &[],
                257 => &["r257", "r1"],
                _ => &["r1"],
            };
            if matches!(n, 0 | 1 | 255 | 256 | 257) {
                assert_eq!(search().await, expected, "{n}");
            }
        }
        store.close().await.expect("closed");
    }

    #[test]
    fn a_search_says_only_what_was_meant() {
        let query = Query::new("near( \"a OR b* - text:c").expect("words");
        let (room, author) = ("R1".parse().expect("an id"), "a.b".parse().expect("an id"));
        assert_eq!(
            expression(&query, Some(&room), Some(&author)),
            r#"author : "612e62" AND room : "5231" AND text : ("near" AND "a" AND "or" AND "b" AND "text" AND "c" *)"#
        );
        assert_eq!(room_words(&query), r#"[" near "," a "," or "," b "," text "," c"]"#);
    }
}
