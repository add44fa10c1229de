//! Words and expressions against what people write to get past them.

use super::*;

fn rule(pattern: &str, syntax: Syntax, action: Action) -> Rule {
    Rule {
        pattern: pattern.to_owned(),
        syntax,
        action,
        nicknames: false,
    }
}

fn words(patterns: &[&str]) -> Rules {
    let rules = patterns.iter().map(|word| rule(word, Syntax::Word, Action::Mask));
    Rules::new(rules.collect()).expect("words")
}

fn regexes(patterns: &[&str]) -> Rules {
    let rules = patterns.iter().map(|regex| rule(regex, Syntax::Regex, Action::Mask));
    Rules::new(rules.collect()).expect("expressions")
}

#[test]
fn a_word_is_found_in_every_disguise_and_masked_one_for_one() {
    for (word, text, shown) in [
        ("bad", "that is bad.", "that is ***."),
        ("bad", "BAD!", "***!"),
        ("bad", "a badger", "a badger"),
        ("bad", "b\u{200b}a\u{ad}d", "*****"),
        ("bad", "b\u{301}ad\u{301}\u{302} x", "****** x"),
        ("bad", "b4d b@d 8ad", "*** *** ***"),
        ("bad", "@bad", "@***"),
        ("bad", "bad!!bad", "***!!***"),
        ("bad", "Ｂａｄ 𝐛𝐚𝐝 ⓑⓐⓓ", "*** *** ***"),
        ("bad", "bаd", "***"),
        ("bad", "🅱🅰🅳", "***"),
        ("ass", "@ss @$$ class", "*** *** class"),
        ("shit", "$h!t!! sh1t SHÍT", "****!! **** ****"),
        ("bad*", "badly bad b", "***** *** b"),
        ("*bad*", "forbade", "*******"),
        ("b*d", "bird bd bids", "**** ** bids"),
        ("go away", "GO,\naway now", "***\n**** now"),
        ("ёлка", "елка Ёлка", "**** ****"),
        ("straße", "STRASSE", "*******"),
        ("💩", "so💩💩", "so**"),
        ("*笨蛋*", "你是笨蛋", "****"),
        ("한국", "한국 한국어", "** 한국어"),
        ("الله", "ﷲ", "*"),
        ("ﷺ", "قالﷺ!", "قال*!"),
        ("bad", "ﷺbad㌖", "ﷺ***㌖"),
    ] {
        assert_eq!(words(&[word]).masked(text), shown, "{word} in {text:?}");
    }
}

#[test]
fn the_first_rule_that_matches_decides() {
    let rules = Rules::new(vec![
        rule("one", Syntax::Word, Action::Mask),
        rule("t[wv]o", Syntax::Regex, Action::Block),
        rule("three", Syntax::Word, Action::Hold),
    ])
    .expect("rules");
    for (text, expected, shown) in [
        ("none", None, "none"),
        ("three two one", Some((0, Action::Mask)), "three two ***"),
        ("three two", Some((1, Action::Block)), ""),
        ("Three", Some((2, Action::Hold)), "Three"),
    ] {
        let hit = rules.hit(text).map(|hit| (hit.rule, hit.action));
        assert_eq!(hit, expected, "{text}");
        let trial = rules.trial(text);
        assert_eq!(
            (trial.action, trial.shown.as_str()),
            (expected.map(|(_, action)| action), shown)
        );
    }
    let found = rules.trial("ä three tvo").matches;
    let places: Vec<_> = found.iter().map(|found| (found.rule, found.start, found.end)).collect();
    assert_eq!(
        places,
        [(2, 2, 7), (1, 8, 11)],
        "in characters, in the order of the text"
    );
}

#[test]
fn only_rules_for_nicknames_look_at_nicknames() {
    let mut list = vec![
        rule("bad", Syntax::Word, Action::Block),
        rule("worse", Syntax::Word, Action::Mask),
    ];
    list[1].nicknames = true;
    let rules = Rules::new(list).expect("rules");
    assert_eq!(rules.hit_nickname("bad"), None);
    assert_eq!(rules.hit_nickname("W0rse 7").map(|hit| hit.rule), Some(1));
}

#[test]
fn bad_patterns_are_named() {
    for (pattern, syntax) in [
        ("(", Syntax::Regex),
        ("a**{2", Syntax::Regex),
        (r"(?=x)", Syntax::Regex),
        (r"(a)\1", Syntax::Regex),
        (r"\w{200}", Syntax::Regex),
        ("((((((((((a{30}){30}){30}){30}))))))))", Syntax::Regex),
        ("a*", Syntax::Regex),
        ("", Syntax::Regex),
        (&"(".repeat(100), Syntax::Regex),
        ("*", Syntax::Word),
        (" . ", Syntax::Word),
        (&"x".repeat(MAX_PATTERN + 1), Syntax::Word),
    ] {
        let rules = vec![
            rule("fine", Syntax::Word, Action::Block),
            rule(pattern, syntax, Action::Block),
        ];
        let refused = Rules::new(rules).expect_err(pattern);
        assert!(
            matches!(&refused, RuleError::Bad { rule: 1, why } if !why.is_empty()),
            "{pattern}: {refused:?}"
        );
    }
    let many = vec![rule("x", Syntax::Word, Action::Block); MAX_RULES + 1];
    assert_eq!(Rules::new(many).err(), Some(RuleError::TooMany));
}

#[test]
fn rules_come_back_from_storage_and_one_that_is_no_longer_good_matches_nothing() {
    let json =
        r#"[{"pattern":"(","syntax":"regex","action":"block"},{"pattern":"bad","syntax":"word","action":"block"}]"#;
    let rules: Rules = serde_json::from_str(json).expect("rules load");
    assert_eq!(rules.hit("( bad").map(|hit| hit.rule), Some(1));
    assert_eq!(serde_json::to_string(&rules).expect("rules serialise"), json);
}

#[test]
fn a_text_with_very_many_matches_is_masked_whole() {
    let text = "bad ".repeat(MAX_MATCHES + 1) + "and good";
    assert_eq!(words(&["bad"]).masked(&text), "*".repeat(text.len()));
    assert_eq!(regexes(&["b.d"]).trial(&text).matches.len(), MAX_MATCHES);
}

/// 200 rules of the kind that hangs an engine which tries one way after the other.
fn nested() -> Rules {
    let shapes = [
        "(a+)+X",
        "(a|aa)+X",
        "(a|a?)+X",
        "(.*a){10}X",
        "a*a*a*a*a*X",
        "(aX?)*XX",
        "([a-z]+)*X",
        "(?i)(b|a+)*XY",
    ];
    let expressions = (0..100).map(|n| rule(&format!("{}{n}", shapes[n % shapes.len()]), Syntax::Regex, Action::Mask));
    let words = (0..100).map(|n| rule(&format!("*a*a*x{n}*y*"), Syntax::Word, Action::Mask));
    Rules::new(expressions.chain(words).collect()).expect("rules")
}

#[test]
fn no_text_grows_by_more_than_it_may() {
    let comes_apart = |c: &char| {
        let mut parts = 0;
        unicode_normalization::char::decompose_compatible(*c, |_| parts += 1);
        parts > 1
    };
    let all = (0..=0x10_ffff).filter_map(char::from_u32).filter(comes_apart);
    for c in all.chain(['a', '@', '日', '🅱']) {
        for between in ["", "@", "a", " "] {
            let text = format!("{c}{between}").repeat(5);
            let folded = fold::bytes(&text).len();
            assert!(folded <= fold::MAX_GROWTH * text.len(), "{text}: {folded}");
        }
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "how long looking takes is what is tested, as a ratio within one run"
)]
fn twice_the_text_takes_about_twice_the_time() {
    let rules = nested();
    let texts: [(&str, &dyn Fn(usize) -> String); 5] = [
        ("letters", &|bytes| "a".repeat(bytes)),
        ("marks", &|bytes| format!("a{}", "\u{301}".repeat(bytes / 2))),
        ("signs", &|bytes| "@!".repeat(bytes / 2)),
        ("what would grow most", &|bytes| "\u{fdfa}".repeat(bytes / 3)),
        ("what grows most", &|bytes| "한@".repeat(bytes / 4)),
    ];
    for (name, text) in texts {
        let time = |bytes: usize| {
            let text = text(bytes);
            let runs = (0..5).map(|_| {
                let begun = std::time::Instant::now();
                assert_eq!(rules.hit(&text), None);
                begun.elapsed().as_secs_f64()
            });
            runs.fold(f64::INFINITY, f64::min)
        };
        // A shape that is quadratic takes 64 times as long for 8 times the text; linear ones take 8 times as long. On a
        // machine that does other things too one of some tries is undisturbed.
        let mut tries = (0..25).map(|_| (time(8 * 1024), time(64 * 1024)));
        assert!(tries.any(|(short, long)| long < 25.0 * short.max(0.000_1)), "{name}");
    }
}
