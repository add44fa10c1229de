//! One `assessmentItem`: what it asks, and which answers are right.

use std::collections::{BTreeMap, BTreeSet};

use trivium_proto::v1::{self, question::Kind};

use crate::{
    fields,
    harvest::Harvest,
    text::{self, tidy},
    xml::{Element, Node},
};

/// Elements that ask for something.
const INTERACTIONS: [&str; 17] = [
    "choiceInteraction",
    "orderInteraction",
    "matchInteraction",
    "textEntryInteraction",
    "associateInteraction",
    "gapMatchInteraction",
    "inlineChoiceInteraction",
    "extendedTextInteraction",
    "hottextInteraction",
    "hotspotInteraction",
    "selectPointInteraction",
    "graphicOrderInteraction",
    "graphicAssociateInteraction",
    "graphicGapMatchInteraction",
    "sliderInteraction",
    "uploadInteraction",
    "customInteraction",
];

/// Which answers a response declaration says to be right.
struct Response<'a> {
    base: &'a str,
    cardinality: &'a str,
    correct: Vec<String>,
    /// Points by answer.
    mapping: BTreeMap<String, f64>,
}

pub(super) fn read(root: &Element, line: u32, column: &str, harvest: &mut Harvest) {
    let Some(body) = root.first("itemBody") else {
        return harvest.reject(line, column, "there is no itemBody");
    };
    let found: Vec<&Element> = INTERACTIONS.iter().flat_map(|name| body.all(name)).collect();
    let interaction = match found.as_slice() {
        [one] => *one,
        [] => return harvest.reject(line, column, "nothing is asked for"),
        [..] => return harvest.reject(line, column, "items that ask for several things cannot be taken"),
    };
    let stem = stem(body, interaction);
    let text = if stem.is_empty() {
        tidy(root.attribute("title"))
    } else {
        stem
    };
    let response = response(root, interaction.attribute("responseIdentifier"));
    let kind = match kind(interaction, &response, root) {
        Ok(kind) => kind,
        Err(why) => return harvest.reject(line, column, why),
    };
    if body.first("img").is_some() || body.first("object").is_some() {
        harvest.warn(line, "media", "images of the item were left out");
    }
    let feedback = root.all("modalFeedback");
    let mut explanations: Vec<String> = feedback.into_iter().map(plain).collect();
    explanations.dedup();
    if explanations.len() > 1 {
        harvest.info(line, "explanation", "several feedbacks were joined");
    }
    harvest.add(
        line,
        v1::Question {
            explanation: explanations.join("\n"),
            ..fields::question(text, kind)
        },
    );
}

fn kind(interaction: &Element, response: &Response<'_>, root: &Element) -> Result<Kind, String> {
    let shuffle = interaction.attribute("shuffle") == "true";
    // The standard template that gives points by the mapping; all others want the whole answer.
    let partial = root
        .first("responseProcessing")
        .is_some_and(|processing| processing.attribute("template").contains("map_response"));
    match interaction.name.as_str() {
        "choiceInteraction" => {
            let correct: BTreeSet<&str> = response.correct.iter().map(String::as_str).collect();
            let options = interaction.all("simpleChoice").into_iter().map(|choice| {
                let id = choice.attribute("identifier");
                let right = correct.contains(id) || response.mapping.get(id).is_some_and(|points| *points > 0.0);
                fields::option(plain(choice), right)
            });
            let options: Vec<v1::Option> = options.collect();
            Ok(match response.cardinality {
                "multiple" => Kind::MultipleChoice(v1::MultipleChoice {
                    options,
                    shuffle,
                    all_or_nothing: !partial,
                }),
                _ => fields::single(options, shuffle),
            })
        }
        "orderInteraction" => {
            let texts = by_id(&interaction.all("simpleChoice"));
            let items = response
                .correct
                .iter()
                .map(|id| texts.get(id.as_str()).cloned().ok_or(id));
            let items: Result<Vec<String>, &String> = items.collect();
            Ok(Kind::Ordering(v1::Ordering {
                items: items.map_err(|id| format!("{id} is none of the choices"))?,
                partial_credit: partial,
            }))
        }
        "matchInteraction" | "associateInteraction" => {
            let mut choices = interaction.all("simpleAssociableChoice");
            // A pair may name its sides in either order; what is in the first set is the left one.
            let left = interaction
                .first("simpleMatchSet")
                .map(|set| by_id(&set.all("simpleAssociableChoice")));
            let texts = by_id(&choices);
            choices.clear();
            let pairs = response.correct.iter().map(|pair| {
                let (a, b) = pair.split_once(char::is_whitespace)?;
                let (a, b) = (a.trim(), b.trim());
                let swapped = left
                    .as_ref()
                    .is_some_and(|left| !left.contains_key(a) && left.contains_key(b));
                let (a, b) = if swapped { (b, a) } else { (a, b) };
                Some(v1::MatchingPair {
                    left: texts.get(a)?.clone(),
                    right: texts.get(b)?.clone(),
                })
            });
            let pairs: Option<Vec<v1::MatchingPair>> = pairs.collect();
            Ok(Kind::Matching(v1::Matching {
                pairs: pairs.ok_or("a pair names something that is none of the choices")?,
                partial_credit: partial,
            }))
        }
        "textEntryInteraction" => text_entry(response),
        "extendedTextInteraction" => Err("long answers cannot be marked in a quiz".to_owned()),
        other => Err(format!("{other} cannot be taken")),
    }
}

fn text_entry(response: &Response<'_>) -> Result<Kind, String> {
    let mapped = response
        .mapping
        .iter()
        .filter(|(_, points)| **points > 0.0)
        .map(|(text, _)| text);
    let correct: BTreeSet<&String> = response.correct.iter().collect();
    let others = mapped.filter(|text| !correct.contains(text)).cloned();
    let accepted: Vec<String> = response.correct.iter().cloned().chain(others).collect();
    if matches!(response.base, "float" | "integer") {
        let number = accepted.first().and_then(|text| text::number(text));
        return Ok(Kind::NumberEntry(v1::NumberEntry {
            target: number.ok_or("the right answer is no number")?,
            tolerance: 0.0,
            unit: String::new(),
        }));
    }
    Ok(Kind::TextEntry(v1::TextEntry {
        accepted,
        ..v1::TextEntry::default()
    }))
}

fn response<'a>(root: &'a Element, id: &str) -> Response<'a> {
    let declarations = root.all("responseDeclaration");
    let named = declarations
        .iter()
        .find(|declaration| declaration.attribute("identifier") == id);
    let Some(declaration) = named.or(declarations.first()) else {
        return Response {
            base: "",
            cardinality: "",
            correct: Vec::new(),
            mapping: BTreeMap::new(),
        };
    };
    let correct = declaration
        .first("correctResponse")
        .map(|correct| correct.all("value"))
        .unwrap_or_default();
    let mapped = declaration.all("mapEntry").into_iter().filter_map(|entry| {
        let points = text::number(entry.attribute("mappedValue"))?;
        Some((entry.attribute("mapKey").to_owned(), points))
    });
    Response {
        base: declaration.attribute("baseType"),
        cardinality: declaration.attribute("cardinality"),
        correct: correct.into_iter().map(plain).collect(),
        mapping: mapped.collect(),
    }
}

fn by_id<'a>(choices: &[&'a Element]) -> BTreeMap<&'a str, String> {
    choices
        .iter()
        .map(|choice| (choice.attribute("identifier"), plain(choice)))
        .collect()
}

/// What is said before the interaction, around it, and as its prompt.
fn stem(body: &Element, interaction: &Element) -> String {
    let mut text = String::new();
    gather(body, Some(interaction), &mut text);
    if let Some(prompt) = interaction.first("prompt") {
        if !text.trim().is_empty() {
            text.push('\n');
        }
        gather(prompt, None, &mut text);
    }
    lines(&text)
}

/// The text of an element, without tags.
pub(super) fn plain(element: &Element) -> String {
    let mut text = String::new();
    gather(element, None, &mut text);
    lines(&text)
}

fn gather(element: &Element, without: Option<&Element>, text: &mut String) {
    for node in &element.children {
        match node {
            Node::Text(piece) => text.push_str(piece),
            Node::Element(inner) if without == Some(inner) => {
                if inner.name == "textEntryInteraction" {
                    text.push_str("_____");
                }
            }
            Node::Element(inner) => {
                let block = matches!(
                    inner.name.as_str(),
                    "p" | "div" | "br" | "li" | "ul" | "ol" | "tr" | "pre"
                );
                if block && !text.is_empty() && !text.ends_with('\n') {
                    text.push('\n');
                }
                gather(inner, without, text);
                if block && inner.name != "br" {
                    text.push('\n');
                }
            }
        }
    }
}

/// Without the indentation of the file: lines are trimmed, and empty ones at the ends are left out.
fn lines(text: &str) -> String {
    let trimmed: Vec<&str> = text.lines().map(str::trim).collect();
    tidy(&trimmed.join("\n"))
}
