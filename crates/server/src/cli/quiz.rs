//! `trivium quiz`: written quizzes in and out of the catalogue, as the canonical JSON of `trivium.v1.Quiz`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use clap::Subcommand;
use trivium_client::{
    Session,
    proto::v1::{GetQuizRequest, ListQuizzesRequest, Quiz},
};

use super::{connect::Account, failure::Usage};
use crate::ui::{out, text::clean};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Put quizzes into the catalogue; prints their ids.
    Import {
        /// JSON files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        account: Account,
    },
    /// Print a quiz as JSON.
    Export {
        /// The quiz.
        id: String,
        /// Which revision; 0 for the newest.
        #[arg(long, default_value_t = 0)]
        revision: u32,
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
        Command::Import { files, account } => {
            let quizzes: Vec<Quiz> = files.iter().map(|path| read(path)).collect::<Result<_>>()?;
            let (session, _) = account.session().await?;
            let imported = import(&session, quizzes, &files).await;
            session.close().await;
            imported
        }
        Command::Export { id, revision, account } => {
            let (session, _) = account.session().await?;
            let answer = session.execute(GetQuizRequest { quiz_id: id, revision }).await;
            session.close().await;
            let quiz = answer?.quiz.unwrap_or_default();
            Ok(out::line(&serde_json::to_string_pretty(&quiz)?)?)
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

async fn import(session: &Session, quizzes: Vec<Quiz>, files: &[PathBuf]) -> Result<()> {
    for (quiz, path) in quizzes.into_iter().zip(files) {
        let quiz = session
            .create_quiz(quiz)
            .await
            .with_context(|| path.display().to_string())?;
        out::line(&quiz.id)?;
    }
    Ok(())
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
