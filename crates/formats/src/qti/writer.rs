//! Quizzes as QTI 2.1 packages: a manifest, and an item for each question.

use std::fmt::Write as _;

use trivium_proto::v1::{self, question::Kind};

use super::MANIFEST;
use crate::{
    WriteError, archive, fields,
    lost::{self, Holds, numbered},
    report::Report,
    xml::escape,
};

const ITEM_NAMESPACE: &str = "http://www.imsglobal.org/xsd/imsqti_v2p1";
const TEMPLATES: &str = "http://www.imsglobal.org/question/qti_v2p1/rptemplates";

/// An item between its declarations and its end.
struct Parts {
    cardinality: &'static str,
    base: &'static str,
    correct: Vec<String>,
    /// Answers with their points, of one in all.
    mapping: Vec<(String, f64)>,
    interaction: String,
}

pub(crate) fn write(quiz: &v1::Quiz, report: &mut Report) -> Result<Vec<u8>, WriteError> {
    lost::tell_frame(quiz, true, false, report);
    let mut items = Vec::new();
    for (number, question) in numbered(quiz) {
        let Some(parts) = parts(question) else {
            lost::left_out(question, number, report);
            continue;
        };
        let marking = !matches!(&question.kind, Some(Kind::Ordering(ordering)) if ordering.partial_credit);
        let holds = Holds {
            explanation: true,
            shuffle: true,
            marking,
            ..Holds::default()
        };
        lost::tell(question, number, holds, report);
        items.push((
            format!("items/q{number:03}.xml"),
            item(question, number, &parts).into_bytes(),
        ));
    }
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let manifest = manifest(quiz, &items).into_bytes();
    let files = [(MANIFEST.to_owned(), manifest.as_slice())];
    archive::pack(
        files
            .into_iter()
            .chain(items.iter().map(|(path, item)| (path.clone(), item.as_slice()))),
    )
}

fn manifest(quiz: &v1::Quiz, items: &[(String, Vec<u8>)]) -> String {
    let resources = items.iter().enumerate().map(|(n, (path, _))| {
        format!(
            "    <resource identifier=\"R{n}\" type=\"imsqti_item_xmlv2p1\" href=\"{path}\">\n      \
             <file href=\"{path}\"/>\n    </resource>\n"
        )
    });
    let resources = resources.collect::<Vec<_>>().concat();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <manifest xmlns=\"http://www.imsglobal.org/xsd/imscp_v1p1\" \
         xmlns:imsmd=\"http://www.imsglobal.org/xsd/imsmd_v1p2\" identifier=\"MANIFEST\">\n  \
         <metadata>\n    <schema>QTIv2.1 Package</schema>\n    <schemaversion>1.0.0</schemaversion>\n    \
         <imsmd:lom><imsmd:general><imsmd:title><imsmd:langstring>{}</imsmd:langstring></imsmd:title>\
         </imsmd:general></imsmd:lom>\n  </metadata>\n  <organizations/>\n  <resources>\n{resources}  \
         </resources>\n</manifest>\n",
        escape(&quiz.title)
    )
}

fn item(question: &v1::Question, number: u32, parts: &Parts) -> String {
    let mut item = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <assessmentItem xmlns=\"{ITEM_NAMESPACE}\" identifier=\"Q{number}\" title=\"Question {number}\" \
         adaptive=\"false\" timeDependent=\"false\">\n  \
         <responseDeclaration identifier=\"RESPONSE\" cardinality=\"{}\" baseType=\"{}\">\n    <correctResponse>\n",
        parts.cardinality, parts.base
    );
    for value in &parts.correct {
        push(&mut item, &format!("      <value>{}</value>\n", escape(value)));
    }
    push(&mut item, "    </correctResponse>\n");
    if !parts.mapping.is_empty() {
        push(
            &mut item,
            "    <mapping lowerBound=\"0\" upperBound=\"1\" defaultValue=\"0\">\n",
        );
        for (key, points) in &parts.mapping {
            let _infallible = writeln!(
                item,
                "      <mapEntry mapKey=\"{}\" mappedValue=\"{points}\"/>",
                escape(key)
            );
        }
        push(&mut item, "    </mapping>\n");
    }
    push(
        &mut item,
        "  </responseDeclaration>\n  <outcomeDeclaration identifier=\"SCORE\" cardinality=\"single\" \
         baseType=\"float\"/>\n",
    );
    if !question.explanation.is_empty() {
        push(
            &mut item,
            "  <outcomeDeclaration identifier=\"FEEDBACK\" cardinality=\"single\" baseType=\"identifier\">\n    \
             <defaultValue><value>explanation</value></defaultValue>\n  </outcomeDeclaration>\n",
        );
    }
    let template = if parts.mapping.is_empty() {
        "match_correct"
    } else {
        "map_response"
    };
    let _infallible = write!(
        item,
        "  <itemBody>\n{}  </itemBody>\n  <responseProcessing template=\"{TEMPLATES}/{template}\"/>\n",
        parts.interaction
    );
    if !question.explanation.is_empty() {
        let _infallible = writeln!(
            item,
            "  <modalFeedback outcomeIdentifier=\"FEEDBACK\" identifier=\"explanation\" showHide=\"show\">{}</modalFeedback>",
            escape(&question.explanation)
        );
    }
    push(&mut item, "</assessmentItem>\n");
    item
}

/// What is particular to a kind; none if it cannot be said.
fn parts(question: &v1::Question) -> Option<Parts> {
    let prompt = format!("      <prompt>{}</prompt>\n", escape(&question.text));
    if let Some((options, several)) = fields::options_of(question.kind.as_ref()) {
        let (shuffle, whole) = match &question.kind {
            Some(Kind::SingleChoice(single)) => (single.shuffle, false),
            Some(Kind::MultipleChoice(multiple)) => (multiple.shuffle, multiple.all_or_nothing),
            Some(_) | None => (false, false),
        };
        return Some(choice(&prompt, &options, several, shuffle, whole));
    }
    match &question.kind {
        Some(Kind::Ordering(ordering)) => {
            let ids = (1..=ordering.items.len()).map(|n| format!("C{n}"));
            let correct: Vec<String> = ids.collect();
            // Not in the right order, which a player without shuffling would show.
            let choices: String = correct
                .iter()
                .zip(&ordering.items)
                .rev()
                .map(|(id, text)| simple_choice(id, text))
                .collect();
            Some(Parts {
                cardinality: "ordered",
                base: "identifier",
                correct,
                mapping: Vec::new(),
                interaction: format!(
                    "    <orderInteraction responseIdentifier=\"RESPONSE\" shuffle=\"true\">\n{prompt}{choices}    \
                     </orderInteraction>\n"
                ),
            })
        }
        Some(Kind::Matching(matching)) => Some(pairs(&prompt, matching)),
        Some(_) | None => None,
    }
}

fn choice(prompt: &str, options: &[v1::Option], several: bool, shuffle: bool, whole: bool) -> Parts {
    let id = |n: usize| format!("C{}", n + 1);
    let right: Vec<String> = options
        .iter()
        .enumerate()
        .filter(|(_, option)| option.correct)
        .map(|(n, _)| id(n))
        .collect();
    let share = 1.0 / f64::from(u32::try_from(right.len().max(1)).unwrap_or(1));
    let mapping = match several {
        true if whole => Vec::new(),
        true => {
            let points = |option: &v1::Option| if option.correct { share } else { -share };
            options
                .iter()
                .enumerate()
                .map(|(n, option)| (id(n), points(option)))
                .collect()
        }
        // Any one of several right options counts.
        false if right.len() > 1 => right.iter().map(|id| (id.clone(), 1.0)).collect(),
        false => Vec::new(),
    };
    let choices: String = options
        .iter()
        .enumerate()
        .map(|(n, option)| simple_choice(&id(n), &option.text))
        .collect();
    let max = u8::from(!several);
    Parts {
        cardinality: if several { "multiple" } else { "single" },
        base: "identifier",
        correct: if several {
            right
        } else {
            right.into_iter().take(1).collect()
        },
        mapping,
        interaction: format!(
            "    <choiceInteraction responseIdentifier=\"RESPONSE\" shuffle=\"{shuffle}\" maxChoices=\"{max}\">\n\
             {prompt}{choices}    </choiceInteraction>\n"
        ),
    }
}

fn pairs(prompt: &str, matching: &v1::Matching) -> Parts {
    // Right sides that are the same are one choice.
    let mut rights: Vec<&str> = matching.pairs.iter().map(|pair| pair.right.as_str()).collect();
    rights.sort_unstable();
    rights.dedup();
    let right_id = |text: &str| {
        rights
            .binary_search(&text)
            .map_or_else(|n| format!("R{n}"), |n| format!("R{n}"))
    };
    let correct: Vec<String> = matching
        .pairs
        .iter()
        .enumerate()
        .map(|(n, pair)| format!("L{n} {}", right_id(&pair.right)))
        .collect();
    let associable = |id: &str, max: u32, text: &str| {
        format!(
            "        <simpleAssociableChoice identifier=\"{id}\" matchMax=\"{max}\">{}</simpleAssociableChoice>\n",
            escape(text)
        )
    };
    let lefts: String = matching
        .pairs
        .iter()
        .enumerate()
        .map(|(n, pair)| associable(&format!("L{n}"), 1, &pair.left))
        .collect();
    let rights: String = rights.iter().map(|text| associable(&right_id(text), 0, text)).collect();
    let share = 1.0 / f64::from(u32::try_from(correct.len().max(1)).unwrap_or(1));
    Parts {
        cardinality: "multiple",
        base: "directedPair",
        mapping: if matching.partial_credit {
            correct.iter().map(|pair| (pair.clone(), share)).collect()
        } else {
            Vec::new()
        },
        correct,
        interaction: format!(
            "    <matchInteraction responseIdentifier=\"RESPONSE\" shuffle=\"true\" maxAssociations=\"0\">\n{prompt}      \
             <simpleMatchSet>\n{lefts}      </simpleMatchSet>\n      <simpleMatchSet>\n{rights}      \
             </simpleMatchSet>\n    </matchInteraction>\n"
        ),
    }
}

fn simple_choice(id: &str, text: &str) -> String {
    format!(
        "      <simpleChoice identifier=\"{id}\">{}</simpleChoice>\n",
        escape(text)
    )
}

fn push(item: &mut String, text: &str) {
    item.push_str(text);
}
