//! Private conversations: two people and a third device at pipes, what they are told about keys, and how it ends if something
//! is wrong with those.

use std::{fs, path::PathBuf};

use trivium_api::auth::Roles;
use trivium_client::{
    Client, Road,
    proto::v1::{ListDevicesRequest, OpenConversationRequest, RevokeDeviceRequest},
};
use trivium_server::{secrets, tokens};

use super::stage::{PATIENCE, Stage, Talk};

impl Stage {
    fn token(&self, user: &str) -> String {
        let secret = secrets::read_secret(&secrets::secret_file(&self.data.path().join("data"))).expect("it made one");
        let principal = tokens::principal(user.parse().expect("an id"), user, Roles::default(), [].into());
        let now = trivium_runtime::Clock::start().now();
        let authenticator = tokens::local(secret).expect("a local key");
        authenticator.mint(&principal, PATIENCE * 10, now, &mut rand::rng()).0
    }

    /// Where a user's keys are, if it was told to keep them in `keys`.
    fn shelf(&self, keys: &str, user: &str) -> PathBuf {
        let url = self.running.url();
        let server = url.trim_start_matches("http://").replace(':', "%3A");
        self.data.path().join(keys).join(server).join(user)
    }

    /// A terminal of somebody's that keeps its keys in the folder `keys`.
    fn private(&self, user: &str, keys: &str, arguments: &[&str]) -> Talk {
        let token = self.token(user);
        let whole = [arguments, &["--token", &token, "--keys", keys, "--follow"]].concat();
        Talk::begin(self.chat_anywhere(&whole))
    }

    /// The private conversation of Ana and Ben.
    async fn conversation(&self) -> String {
        let client = Client::builder(self.running.url())
            .token(self.token("ben"))
            .road(Road::Grpc);
        let client = client.build().expect("a client");
        let request = OpenConversationRequest {
            request_id: "open".to_owned(),
            user_ids: vec!["ana".to_owned()],
            title: String::new(),
            end_to_end: true,
        };
        let opened = client.rooms().open_conversation(request).await.expect("opened");
        opened.into_inner().room.expect("there is one").id
    }

    /// Ends the only device of somebody's, from elsewhere.
    async fn revoke(&self, user: &str) {
        let client = Client::builder(self.running.url())
            .token(self.token(user))
            .road(Road::Grpc);
        let client = client.build().expect("a client");
        let list = ListDevicesRequest {
            user_ids: vec![user.to_owned()],
        };
        let listed = client.keys().list_devices(list).await.expect("listed").into_inner();
        let request = RevokeDeviceRequest {
            request_id: "revoke".to_owned(),
            device_id: listed.users[0].devices[0].device_id.clone(),
        };
        client.keys().revoke_device(request).await.expect("revoked");
    }
}

/// The safety number that comes next, and how well it is known.
async fn number(talk: &mut Talk) -> (String, String) {
    let heading = talk.shows("Safety number with").await;
    let (first, second) = (talk.shows("    ").await, talk.shows("    ").await);
    let number = format!("{} {}", first.trim(), second.trim());
    assert_eq!(
        number.split(' ').filter(|group| group.len() == 5).count(),
        12,
        "{number}"
    );
    (heading, number)
}

/// The number of the message in a line such as `#3 ana: hello`.
fn seq(line: &str) -> String {
    let (seq, _) = line.split_once(' ').expect("a number and more");
    seq.trim_start_matches('#').to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_talk_in_private_and_are_told_of_keys() {
    let stage = Stage::set().await;
    let mut ana = stage.private("ana", "anas", &["--sealed", "ben"]);
    let none = ana.shows("No safety number with ben").await;
    assert!(none.ends_with("ben has no device"), "{none}");
    ana.types("is anybody there?").await;

    // The same conversation by its name. It was made private, and is so for whoever comes.
    let room = stage.conversation().await;
    let mut ben = stage.private("ben", "bens", &[&room]);
    let (heading, bens) = number(&mut ben).await;
    assert_eq!(heading, "Safety number with ana (not compared yet):");
    ana.types("/safety").await;
    let (heading, anas) = number(&mut ana).await;
    assert_eq!(
        (heading.as_str(), &anas),
        ("Safety number with ben (not compared yet):", &bens)
    );

    ana.types("hello ben").await;
    let hello = ben.shows("hello ben").await;
    assert!(hello.ends_with(" ana: hello ben"), "{hello}");
    assert_eq!(ana.shows("hello ben").await, hello, "both see the same");
    ben.types(&format!("/reply {} hello ana", seq(&hello))).await;
    ana.shows(&format!("ben > #{}: hello ana", seq(&hello))).await;
    ben.types(&format!("/react {} 👍", seq(&hello))).await;
    ana.shows("+👍 ben").await;
    ana.types(&format!("/edit {} hello, all of you", seq(&hello))).await;
    ana.types("/verify ben").await;
    let (heading, same) = number(&mut ana).await;
    assert_eq!((heading.as_str(), &same), ("Safety number with ben (compared):", &anas));

    // A device that Ana has not seen: nothing is sealed for it before she says so, having seen the new number.
    let mut laptop = stage.private("ben", "bens-laptop", &["--sealed", "ana"]);
    number(&mut laptop).await;
    laptop
        .shows("[the message was not sealed for this device; /again")
        .await;
    ana.types("for whom?").await;
    ana.shows("! ben has a new device, \"terminal\".").await;
    ana.types("/verify ben").await;
    ana.shows("Not verified, for the number has changed.").await;
    let (heading, other) = number(&mut ana).await;
    assert_eq!(heading, "Safety number with ben (not compared yet):");
    assert_ne!(other, anas);
    ana.types("/verify ben").await;
    ana.shows("Safety number with ben (compared):").await;
    ana.types("to all of you").await;
    // Ben's own terminal sees that it was sealed for a device that it has not heard of.
    ben.shows("! ben has a new device, \"terminal\".").await;
    for reader in [&mut ben, &mut laptop, &mut ana] {
        reader.shows("ana: to all of you").await;
    }
    ben.types("from the old one").await;
    laptop.shows("ben: from the old one").await;

    // What was said before can be had by asking its author.
    laptop.types(&format!("/again {}", seq(&hello))).await;
    let asked = ana.shows("! ben asks for").await;
    assert!(
        asked.contains("on the device \"terminal\"") && asked.contains(&format!("/resend {}", seq(&hello))),
        "{asked}"
    );
    ana.types(&format!("/resend {}", seq(&hello))).await;
    laptop.shows(&format!("(#{} again) hello ben", seq(&hello))).await;

    ana.types("/quit").await;
    let (code, complaints) = ana.ends().await;
    assert_eq!(code, Some(1), "{complaints}");
    for complaint in [
        "nobody else has a device",
        "not in a private conversation",
        "not sent: ben has a new device",
    ] {
        assert!(complaints.contains(complaint), "{complaint:?} in {complaints}");
    }
    for mut talk in [ben, laptop] {
        talk.types("/quit").await;
        let (code, complaints) = talk.ends().await;
        assert_eq!((code, complaints.as_str()), (Some(0), ""));
    }
    stage.running.shutdown().await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_were_swapped_or_revoked_are_told_and_stop_everything() {
    let stage = Stage::set().await;
    let room = stage.conversation().await;
    let mut ben = stage.private("ben", "bens", &[&room, "--sealed"]);
    ben.shows("No safety number with ana").await;
    let mut ana = stage.private("ana", "anas", &["--sealed", "ben"]);
    number(&mut ana).await;
    ana.types("before").await;
    ben.shows("ana: before").await;
    ana.types("/quit").await;
    assert_eq!(ana.ends().await, (Some(0), String::new()));

    // As if the server had shown other keys of Ben's before.
    let known = stage.shelf("anas", "ana").join("known.json");
    let mut file: serde_json::Value = serde_json::from_slice(&fs::read(&known).expect("there")).expect("JSON");
    let hash = &mut file["users"]["ben"]["log"]["head_hash"];
    assert!(hash.is_string(), "{hash}");
    *hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into();
    fs::write(&known, file.to_string()).expect("written");
    let mut ana = stage.private("ana", "anas", &[&room]);
    ana.shows("!!! The keys of ben are not those that were seen before")
        .await;
    ana.types("do you hear me?").await;
    ana.types("/verify ben").await;
    ana.types("/forget ben").await;
    ana.shows("What was known of ben is given up.").await;
    number(&mut ana).await;
    ana.types("and now?").await;
    ben.shows("ana: and now?").await;
    ana.types("/quit").await;
    let (code, complaints) = ana.ends().await;
    assert_eq!(code, Some(1));
    let refused = complaints
        .matches("the keys of ben are not those that were seen before")
        .count();
    assert!(refused >= 2, "neither sent nor verified: {complaints}");

    // Who was revoked hears so, and does not come back as if nothing had happened.
    ben.types("/quit").await;
    assert_eq!(ben.ends().await, (Some(0), String::new()));
    stage.revoke("ben").await;
    let (code, complaints) = stage.private("ben", "bens", &[&room]).ends().await;
    assert_eq!(code, Some(1));
    let file = stage.shelf("bens", "ben").join("device.json");
    assert!(file.is_file(), "{}", file.display());
    assert!(complaints.contains("this device was revoked"), "{complaints}");
    stage.running.shutdown().await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_private_is_not_entered() {
    let stage = Stage::set().await;
    let (room, operator) = (stage.room.id.clone(), stage.running.operator_token.clone());
    let operator = operator.expect("there is one");
    for (arguments, complaint) in [
        (
            vec!["--token", &operator, room.as_str(), "--sealed"],
            "--sealed is for conversations",
        ),
        (vec!["--sealed"], "give a room, or users after --sealed"),
        (
            vec![room.as_str(), "--sealed", "ben"],
            "give a room, or users after --sealed",
        ),
        (vec!["--sealed", "ben", "--guest"], "cannot be used with"),
        (vec![], "required"),
    ] {
        let (code, complaints) = Talk::begin(stage.chat_anywhere(&arguments)).ends().await;
        assert_eq!(code, Some(2), "{arguments:?}: {complaints}");
        assert!(complaints.contains(complaint), "{arguments:?}: {complaints}");
    }
    let (code, complaints) = stage.private("ana", "anas", &[&room, "--sealed"]).ends().await;
    assert_eq!(code, Some(3), "not her room: {complaints}");
    assert!(
        !stage.data.path().join("anas").exists(),
        "no keys for what was never entered"
    );
    stage.running.shutdown().await.expect("it stops");
}
