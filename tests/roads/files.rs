//! Quizzes and results as files: read into the catalogue, played, and written again.

use tonic::Code;
use trivium_client::proto::v1::{
    ExportQuizRequest, ExportResultsRequest, GetQuizRequest, GetResultsResponse, ImportQuizRequest, ImportQuizResponse,
    LoadQuizRequest, QuizFileFormat, ResultsFileFormat, question::Kind,
};
use trivium_tests::{Person, Server, game, game::id, quizzes};

use crate::common::{hosted, on_every_road, outcome, refusal, why};

const GIFT: &[u8] = include_bytes!("../../crates/formats/tests/samples/trees.gift");
const KAHOOT: &[u8] = include_bytes!("../../crates/formats/tests/samples/planets.kahoot.xlsx");
const BUNDLE: &[u8] = include_bytes!("../../crates/formats/tests/samples/pictures.trivium.zip");

fn import(name: &str, file: &[u8]) -> ImportQuizRequest {
    ImportQuizRequest {
        request_id: id(),
        format: QuizFileFormat::Unspecified.into(),
        file_name: name.to_owned(),
        file: file.to_vec().into(),
        dry_run: false,
    }
}

async fn imported(person: &Person, request: ImportQuizRequest) -> ImportQuizResponse {
    outcome(person.client.quiz_files().import_quiz(request))
        .await
        .expect("read")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_become_quizzes_row_by_row() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let teacher = Person::account(&server, way, "teacher").await;

        let request = import("trees.gift", GIFT);
        let dry = ImportQuizRequest {
            dry_run: true,
            ..request.clone()
        };
        let looked = imported(&teacher, dry).await;
        assert_eq!(looked.format(), QuizFileFormat::Gift);
        assert_eq!((looked.question_count, looked.rejected_count), (10, 3));
        assert_eq!(
            looked.quiz.as_ref().map(|quiz| quiz.id.as_str()),
            Some(""),
            "nothing was made"
        );
        let taken = imported(&teacher, request.clone()).await;
        assert_eq!(taken.issues, looked.issues);
        let quiz = taken.quiz.expect("some questions were good");
        assert_eq!(
            imported(&teacher, request).await.quiz,
            Some(quiz.clone()),
            "a retry makes no second quiz"
        );
        let kept = GetQuizRequest {
            quiz_id: quiz.id.clone(),
            revision: 0,
        };
        let kept = outcome(teacher.client.quizzes().get_quiz(kept))
            .await
            .expect("owned")
            .quiz;
        assert_eq!(kept, Some(quiz));

        let kahoot = imported(&teacher, import("planets.xlsx", KAHOOT)).await;
        assert_eq!(
            (kahoot.format(), kahoot.question_count),
            (QuizFileFormat::KahootXlsx, 5)
        );

        let nothing = imported(&teacher, import("notes.txt", b"no quiz at all")).await;
        assert_eq!((nothing.quiz, nothing.question_count), (None, 0));
        assert!(!nothing.issues.is_empty());
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_can_be_read_again() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let teacher = Person::account(&server, way, "teacher").await;
        let quiz = imported(&teacher, import("pictures.zip", BUNDLE))
            .await
            .quiz
            .expect("read");
        let picture = quiz.questions[0].media_url.clone();
        assert!(picture.starts_with("/media/"), "{picture}");
        let export = |format: QuizFileFormat| ExportQuizRequest {
            quiz_id: quiz.id.clone(),
            revision: 0,
            format: format.into(),
        };
        let files = || teacher.client.quiz_files();
        let written = outcome(files().export_quiz(export(QuizFileFormat::Bundle)))
            .await
            .expect("owned");
        assert_eq!(
            (written.file_name.as_str(), written.content_type.as_str()),
            ("With-pictures.trivium.zip", "application/zip")
        );
        let again = imported(&teacher, import(&written.file_name, &written.file)).await;
        let back = again.quiz.expect("read");
        assert_ne!(back.id, quiz.id);
        assert_eq!(
            back.questions, quiz.questions,
            "with the same picture at the same place"
        );

        let sheet = outcome(files().export_quiz(export(QuizFileFormat::KahootXlsx)))
            .await
            .expect("owned");
        assert!(
            sheet
                .issues
                .iter()
                .any(|issue| issue.line == 1 && issue.message.contains("image"))
        );
        let only_read = refusal(files().export_quiz(export(QuizFileFormat::Blackboard))).await;
        assert_eq!(why(&only_read), (Code::InvalidArgument, "FORMAT_NOT_WRITTEN"));
        let other = Person::account(&server, way, "other").await;
        let hidden = refusal(other.client.quiz_files().export_quiz(export(QuizFileFormat::Csv))).await;
        assert_eq!(why(&hidden), (Code::NotFound, "QUIZ_NOT_FOUND"));
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn results_of_a_game_are_files_for_hosts() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let file = trivium_client::proto::v1::Quiz {
            id: String::new(),
            ..quizzes::short(3)
        };
        let file = serde_json::to_vec(&file).expect("JSON");
        let quiz = imported(&host, import("three.json", &file)).await.quiz.expect("read");
        assert!(matches!(quiz.questions[0].kind, Some(Kind::SingleChoice(_))));
        let load = LoadQuizRequest {
            request_id: id(),
            room_id: room.id.clone(),
            quiz_id: quiz.id,
            revision: 0,
        };
        outcome(host.client.quizzes().load_quiz(load)).await.expect("loaded");
        let mut players = Vec::new();
        for name in ["Ana", "=Ben"] {
            players.push(Person::guest(&server, way, &room.join_code, name).await);
        }
        game::play(&mut host, &mut players, &room.id, 3, |player, _| player == 0).await;

        let export = |format: ResultsFileFormat| ExportResultsRequest {
            room_id: room.id.clone(),
            format: format.into(),
        };
        let files = || host.client.quiz_files();
        let json = outcome(files().export_results(export(ResultsFileFormat::Json)))
            .await
            .expect("a host");
        let results: GetResultsResponse = serde_json::from_slice(&json.file).expect("the canonical mapping");
        assert_eq!(
            (results.questions.len(), results.standings[0].name.as_str()),
            (3, "Ana")
        );
        let csv = outcome(files().export_results(export(ResultsFileFormat::Csv)))
            .await
            .expect("a host");
        let csv = String::from_utf8(csv.file.to_vec()).expect("text");
        assert_eq!(csv.lines().count(), 1 + 3 * 2, "{csv}");
        assert!(
            csv.contains(",Ana,right,correct,1,") && csv.contains(",'=Ben,wrong,incorrect,0,"),
            "{csv}"
        );
        let sheet = outcome(files().export_results(export(ResultsFileFormat::Unspecified)))
            .await
            .expect("a host");
        assert!(sheet.file_name.ends_with("-results.xlsx") && sheet.file.starts_with(b"PK"));

        let own = refusal(
            players[0]
                .client
                .quiz_files()
                .export_results(export(ResultsFileFormat::Csv)),
        )
        .await;
        assert_eq!(why(&own), (Code::PermissionDenied, "NOT_PERMITTED"));
        server.stop().await;
    })
    .await;
}
