//! `trivium results`: everybody's results in a room, as a file. For hosts.

use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use trivium_client::{
    Error,
    proto::v1::{ExportResultsRequest, ResultsFileFormat},
};

use super::{connect::Account, quiz};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The room.
    room: String,
    /// How to write them.
    #[arg(long, value_enum, default_value_t = Format::Xlsx)]
    format: Format,
    /// Where to [standard output].
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    account: Account,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A workbook: players, questions, and a sheet for each question.
    Xlsx,
    /// A table with a row for each player and question.
    Csv,
    /// What the server says.
    Json,
}

pub(super) async fn run(args: Args) -> Result<()> {
    let format = match args.format {
        Format::Xlsx => ResultsFileFormat::Xlsx,
        Format::Csv => ResultsFileFormat::Csv,
        Format::Json => ResultsFileFormat::Json,
    };
    let request = ExportResultsRequest {
        room_id: args.room,
        format: format.into(),
    };
    let answer = args.account.client()?.quiz_files().export_results(request).await;
    let file = answer.map_err(Error::from)?.into_inner().file;
    quiz::save(&file, args.output.as_deref())
}
