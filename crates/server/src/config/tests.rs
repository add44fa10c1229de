//! Configuration as files, variables and flags give it.

use std::time::Duration;

use super::{
    auth::Algorithm,
    value::{AllowedOrigins, Origin},
    *,
};

/// Loads a file with this text, these variables and these flags.
fn load(toml: &str, env: &[(&str, &str)], flags: &[(&'static str, &str)]) -> Result<Config> {
    let folder = tempfile::tempdir().expect("a directory");
    for name in ["cert.pem", "key.pem"] {
        std::fs::write(folder.path().join(name), "").expect("written");
    }
    let toml = toml.replace('$', &folder.path().display().to_string());
    let file = folder.path().join("trivium.toml");
    std::fs::write(&file, toml).expect("written");
    let text = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Config::load(Sources {
        file: Some(file),
        env: env.iter().map(text).collect(),
        flags: flags.iter().map(|(key, value)| (*key, (*value).to_owned())).collect(),
    })
}

fn origin(text: &str) -> Origin {
    text.parse().expect("an origin")
}

#[test]
fn nothing_configured_is_a_local_server() {
    let config = load("", &[], &[]).expect("defaults");
    assert_eq!(config.data, Path::new(DEFAULT_DATA));
    assert_eq!(config.http.bind.to_string(), "127.0.0.1:8080");
    assert!(config.webtransport.enabled && config.webtransport.bind.is_none());
    assert!(config.auth.operator_tokens() && config.local_operator());
    assert_eq!(config.rooms.code_length, 8);
    assert_eq!(
        (config.drain.grace, config.drain.hard),
        (Duration::from_secs(5), Duration::from_secs(15))
    );
    assert_eq!(config.http.allowed_origins, AllowedOrigins::Own);
}

#[test]
fn a_full_file_is_understood() {
    let config = load(
        r#"
        data = "/var/lib/trivium"
        store = "memory"
        [http]
        bind = "[::]:443"
        public_url = "https://Quiz.Example/"
        tls = { certificate = "$/cert.pem", key = "$/key.pem" }
        allowed_origins = ["https://app.example", "http://localhost:5173"]
        [webtransport]
        bind = "0.0.0.0:4433"
        public_url = "https://quiz.example:4433/wt/v1"
        names = ["quiz.local"]
        allowed_origins = ["*"]
        [auth]
        issuers = ["https://id.example"]
        audiences = ["trivium"]
        jwks = { url = "https://id.example/keys", refresh = "1m" }
        [[auth.keys]]
        alg = "ES256"
        kid = "one"
        public_key = "$/key.pem"
        [[auth.keys]]
        alg = "HS256"
        secret = "$/key.pem"
        [limits]
        connections = 50
        commands_per_second = 7
        writes_per_second = 3
        [rooms]
        code_length = 6
        idle_unload = "90s"
        [log]
        format = "json"
        filter = "warn,trivium_api=debug"
        [drain]
        grace = "250ms"
        hard = "2m"
        "#,
        &[],
        &[],
    )
    .expect("a good file");
    assert_eq!(config.store, StoreKind::Memory);
    assert_eq!(config.http.public_url, Some(origin("https://quiz.example")));
    let listed = vec![origin("https://app.example"), origin("http://localhost:5173")];
    assert_eq!(config.http.allowed_origins, AllowedOrigins::Listed(listed));
    assert_eq!(config.webtransport.allowed_origins, Some(AllowedOrigins::Any));
    assert_eq!(
        config.auth.keys.iter().map(|key| key.alg).collect::<Vec<_>>(),
        [Algorithm::ES256, Algorithm::HS256]
    );
    assert!(
        !config.auth.operator_tokens() && !config.local_operator(),
        "others sign tokens"
    );
    assert_eq!(config.limits.of_service().command.burst, 28);
    assert_eq!(config.limits.of_service().quiz_write.burst, 60);
    assert_eq!(config.rooms.idle_unload, Duration::from_secs(90));
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.drain.grace, Duration::from_millis(250));
}

#[test]
fn the_example_names_every_key_and_its_default() {
    let example = include_str!("../../trivium.example.toml");
    let commented = load(example, &[], &[]).expect("as it stands");
    assert_eq!(format!("{commented:?}"), format!("{:?}", Config::default()));
    // With the comment signs before keys taken away, it still is a configuration.
    let uncommented: Vec<&str> = example
        .lines()
        .map(|line| line.strip_prefix("#= ").unwrap_or(line))
        .collect();
    let uncommented = uncommented
        .join("\n")
        .replace("issuers = []", "issuers = ['i']")
        .replace("audiences = []", "audiences = ['a']");
    let full = load(&uncommented, &[], &[]).expect("every key");
    assert_eq!(full.auth.keys.len(), 2);
    assert!(full.auth.jwks.is_some() && full.auth.operator_token == Some(false));
    assert!(full.http.tls.is_some() && full.http.public_url.is_some() && full.http.app_dir.is_some());
    let webtransport = full.webtransport;
    assert!(webtransport.bind.is_some() && webtransport.public_url.is_some() && webtransport.tls.is_some());
    assert!(webtransport.allowed_origins.is_some());
}

#[test]
fn a_browser_hosts_without_an_account_only_on_a_server_of_its_own() {
    for (toml, expected) in [
        ("", true),
        ("[auth]\noperator = false", false),
        ("[auth]\noperator_token = false", true),
        ("[http]\npublic_url = \"https://quiz.example\"", false),
        ("[http]\nbind = \"0.0.0.0:8080\"", false),
        ("[http]\nbind = \"[::1]:8080\"", true),
        ("[http]\nbind = \"0.0.0.0:8080\"\n[auth]\noperator = true", true),
        (
            "[auth]\noperator = true\nissuers = [\"i\"]\naudiences = [\"a\"]\njwks = { file = \"$/key.pem\" }",
            false,
        ),
    ] {
        assert_eq!(load(toml, &[], &[]).expect(toml).local_operator(), expected, "{toml}");
    }
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let file = "[http]\nbind = \"127.0.0.1:1\"\n[rooms]\ncode_length = 7\n";
    let env = [
        ("TRIVIUM_HTTP__BIND", "127.0.0.1:2"),
        ("TRIVIUM_ROOMS__CODE_LENGTH", "9"),
        ("HTTP__BIND", "nonsense"),
    ];
    let port = |config: &Config| config.http.bind.port();
    assert_eq!(port(&load(file, &[], &[]).expect("file")), 1);
    let with_env = load(file, &env, &[]).expect("file and environment");
    assert_eq!((port(&with_env), with_env.rooms.code_length), (2, 9));
    assert_eq!(
        port(&load(file, &env, &[("http.bind", "127.0.0.1:3")]).expect("all")),
        3
    );
}

#[test]
fn the_environment_can_say_all_that_a_file_can() {
    let env = [
        ("TRIVIUM_WEBTRANSPORT__ENABLED", "false"),
        ("TRIVIUM_HTTP__ALLOWED_ORIGINS", "https://a.example, https://b.example"),
        ("TRIVIUM_AUTH__OPERATOR_TOKEN", "true"),
        ("TRIVIUM_DRAIN__GRACE", "1s"),
        ("TRIVIUM_DATA", "elsewhere"),
        // The command line's own.
        ("TRIVIUM_TOKEN", "x"),
        ("TRIVIUM_SERVER", "y"),
        ("TRIVIUM_CONFIG", "z"),
    ];
    let config = load("", &env, &[]).expect("good values");
    assert!(!config.webtransport.enabled);
    let listed = vec![origin("https://a.example"), origin("https://b.example")];
    assert_eq!(config.http.allowed_origins, AllowedOrigins::Listed(listed));
    assert_eq!(config.auth.operator_token, Some(true));
    assert_eq!(
        (config.drain.grace, config.data),
        (Duration::from_secs(1), PathBuf::from("elsewhere"))
    );
}

#[test]
fn what_is_wrong_is_named() {
    let jwks = "issuers = [\"i\"]\naudiences = [\"a\"]\n[auth.jwks]\n";
    for (toml, named) in [
        ("prot = 1", "prot"),
        ("[http]\nprot = 1", "prot"),
        ("[[auth.keys]]\nalg = \"ES256\"\nkit = \"x\"", "kit"),
        ("[http]\nbind = \"nowhere\"", "http.bind"),
        ("[http]\nbind = 8080", "http.bind"),
        ("[http]\nbind =", "2"),
        ("[http]\npublic_url = \"quiz.example\"", "http.public_url"),
        (
            "[http]\nallowed_origins = [\"https://a.example/path\"]",
            "http.allowed_origins",
        ),
        (
            "[http]\ntls = { certificate = \"$/none.pem\", key = \"$/key.pem\" }",
            "http.tls.certificate",
        ),
        (
            "[webtransport]\npublic_url = \"http://a.example\"",
            "webtransport.public_url",
        ),
        ("[webtransport]\nenabled = \"perhaps\"", "webtransport.enabled"),
        ("[[auth.keys]]\nalg = \"none\"", "alg"),
        ("[[auth.keys]]\nalg = \"ES256\"", "auth.keys[0]"),
        ("[[auth.keys]]\nalg = \"ES256\"\nsecret = \"$/key.pem\"", "auth.keys[0]"),
        (
            "[[auth.keys]]\nalg = \"HS256\"\npublic_key = \"$/key.pem\"",
            "auth.keys[0]",
        ),
        ("[[auth.keys]]\nalg = \"HS256\"\nsecret = \"$/none\"", "auth.keys[0]"),
        ("[[auth.keys]]\nalg = \"HS256\"\nsecret = \"$/key.pem\"", "auth.issuers"),
        (&format!("[auth]\n{jwks}"), "auth.jwks"),
        (&format!("[auth]\n{jwks}url = \"id.example\""), "auth.jwks.url"),
        (&format!("[auth]\n{jwks}file = \"$/none\""), "auth.jwks.file"),
        (
            &format!("[auth]\n{jwks}file = \"$/key.pem\"\nrefresh = \"1ms\""),
            "auth.jwks.refresh",
        ),
        ("[limits]\nrooms = 0", "limits.rooms"),
        ("[limits]\nrooms = -1", "limits.rooms"),
        ("[limits]\nimage_bytes = 0", "limits.image_bytes"),
        ("[limits]\nimage_bytes = 16777217", "limits.image_bytes"),
        ("[http]\napp_dir = \"$/cert.pem\"", "http.app_dir"),
        ("[rooms]\ncode_length = 5", "rooms.code_length"),
        ("[rooms]\nidle_unload = \"60\"", "rooms.idle_unload"),
        ("[log]\nformat = \"xml\"", "format"),
        ("[log]\nfilter = \"a=b=c\"", "log.filter"),
        ("[drain]\ngrace = \"20s\"", "drain.hard"),
    ] {
        let error = load(toml, &[], &[]).err().map(|error| format!("{error:#}"));
        assert!(
            error.as_ref().is_some_and(|error| error.contains(named)),
            "{toml}: {error:?}"
        );
    }
    for variable in ["TRIVIUM_HTTP__PROT", "TRIVIUM_PROT"] {
        let error = load("", &[(variable, "1")], &[])
            .err()
            .map(|error| format!("{error:#}"));
        assert!(
            error.as_ref().is_some_and(|error| error.contains("prot")),
            "{variable}: {error:?}"
        );
    }
    let missing = Config::load(Sources {
        file: Some("/no/such/file.toml".into()),
        ..Sources::default()
    });
    assert!(missing.is_err_and(|error| format!("{error:#}").contains("/no/such/file.toml")));
}
