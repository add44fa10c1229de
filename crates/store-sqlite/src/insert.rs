//! Inserts of any number of rows by few prepared statements.
//!
//! Neighbours: [`log`](crate::log), [`projection`](crate::projection) and [`index`](crate::index) have one each;
//! [`turn`](crate::turn) writes their rows in scripts of its own.

use std::sync::OnceLock;

use sqlx::SqliteConnection;
use trivium_store::StoreError;

use crate::{catalogue::Statement, store_error};

/// Rows per statement, each size a prepared one. Any number of rows is a few of them.
const CHUNKS: [usize; 4] = [64, 16, 4, 1];

/// An INSERT, whatever its number of rows.
pub(crate) struct Insert {
    /// What stands before VALUES.
    pub(crate) into: &'static str,
    /// The parameters of one row.
    pub(crate) row: &'static str,
    /// By the number of rows, as in [`CHUNKS`].
    statements: OnceLock<[String; CHUNKS.len()]>,
}

impl Insert {
    pub(crate) const fn new(into: &'static str, row: &'static str) -> Self {
        Self {
            into,
            row,
            statements: OnceLock::new(),
        }
    }

    /// Inserts a row for each of `items`, to which `bind` binds its columns.
    pub(crate) async fn all<T: Sync>(
        &'static self,
        tx: &mut SqliteConnection,
        items: &[T],
        bind: impl Fn(Statement, &T) -> Statement + Send,
    ) -> Result<(), StoreError> {
        let statement = |rows| format!("{} VALUES {}", self.into, values(self.row, rows));
        let statements = self.statements.get_or_init(|| CHUNKS.map(statement));
        let mut rest = items;
        for (rows, sql) in CHUNKS.into_iter().zip(statements) {
            while let Some((chunk, others)) = rest.split_at_checked(rows) {
                let insert = chunk.iter().fold(sqlx::query(sql.as_str()), &bind);
                insert.execute(&mut *tx).await.map_err(store_error)?;
                rest = others;
            }
        }
        Ok(())
    }
}

/// So many rows of parameters.
pub(crate) fn values(row: &str, rows: usize) -> String {
    vec![row; rows].join(", ")
}
