//! `trivium quiz`: written quizzes in and out of the catalogue, as files of this and other programs.
//!
//! Neighbours: [`files`] reads and writes the files, with a server or without; `results.rs` does the same for results.

mod files;

pub(super) use files::save;

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use clap::Subcommand;
use trivium_client::{
    Session,
    proto::v1::{GetQuizRequest, ListQuizzesRequest, Quiz},
};

use super::{connect::Account, failure::Usage};
use crate::ui::{out, text::clean};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Put quizzes into the catalogue; prints their ids, and row by row what did not go through.
    Import {
        /// Files of Kahoot, ClassQuiz, Razzia, arsnova, Moodle (GIFT, Aiken), Blackboard, QTI, or our own.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        reading: files::Reading,
        #[command(flatten)]
        account: Account,
    },
    /// Write a quiz into a file, or print it as JSON.
    Export {
        /// The quiz, or a file with one.
        quiz: String,
        /// Which revision; 0 for the newest.
        #[arg(long, default_value_t = 0)]
        revision: u32,
        #[command(flatten)]
        writing: files::Writing,
        #[command(flatten)]
        account: Account,
    },
    /// List own quizzes.
    List {
        /// One JSON object per line.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        account: Account,
    },
}

pub(super) async fn run(command: Command) -> Result<()> {
    match command {
        Command::Import {
            files,
            reading,
            account,
        } => files::import(&files, &reading, &account).await,
        Command::Export {
            quiz,
            revision,
            writing,
            account,
        } => {
            if writing.is_plain() && !Path::new(&quiz).exists() {
                return print(quiz, revision, &account).await;
            }
            files::export(&quiz, revision, &writing, &account).await
        }
        Command::List { json, account } => {
            let (session, _) = account.session().await?;
            let listed = list(&session, json).await;
            session.close().await;
            listed
        }
    }
}

/// Reads a quiz from a file.
pub(super) fn read(path: &Path) -> Result<Quiz> {
    let text = std::fs::read_to_string(path).map_err(|error| anyhow!(Usage(format!("{}: {error}", path.display()))))?;
    let mut quiz: Quiz =
        serde_json::from_str(&text).map_err(|error| anyhow!(Usage(format!("{}: no quiz: {error}", path.display()))))?;
    // What was exported can be imported again, as a new quiz.
    (quiz.id, quiz.revision) = (String::new(), 0);
    Ok(quiz)
}

async fn print(id: String, revision: u32, account: &Account) -> Result<()> {
    let (session, _) = account.session().await?;
    let answer = session.execute(GetQuizRequest { quiz_id: id, revision }).await;
    session.close().await;
    let quiz = answer?.quiz.unwrap_or_default();
    Ok(out::line(&serde_json::to_string_pretty(&quiz)?)?)
}

async fn list(session: &Session, json: bool) -> Result<()> {
    let mut request = ListQuizzesRequest::default();
    loop {
        let page = session.execute(request.clone()).await?;
        for quiz in &page.quizzes {
            if json {
                out::json(quiz)?;
            } else {
                out::line(&format!(
                    "{}  {:>3} questions  rev {:<3} {}",
                    quiz.id,
                    quiz.question_count,
                    quiz.revision,
                    clean(&quiz.title)
                ))?;
            }
        }
        if page.next_page_token.is_empty() {
            return Ok(());
        }
        request.page_token = page.next_page_token;
    }
}
