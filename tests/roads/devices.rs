//! Random people with random devices, which come, go, renew their keys, speak and read in random order: each device reads what
//! was said while it was there and nothing else, whatever the sender knew of it.
//!
//! `TRIVIUM_SEED` repeats a run, `TRIVIUM_CASES` makes it longer; what fails is told with its seed and as few steps as will do.

use std::collections::BTreeMap;

use proptest::{
    collection::vec,
    prelude::*,
    sample::Index,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use trivium_client::{
    Error, Session,
    proto::v1::{
        KeyEvent, ListDevicesRequest, ListKeyEventsRequest, Message, SealedContent, SendSealedMessageRequest,
        SendSealedMessageResponse,
    },
    seal::{Context, DeviceKeys, Directory, KeyLog, SealError, Sealer, Unreadable, envelope},
};
use trivium_tests::{Options, Person, Server, Way, game::id};

use crate::{common::rejected, talker::conversation};

/// Keys that a device keeps.
const KEPT: usize = 3;
/// Present devices that a user may have.
const MAX_DEVICES: usize = 16;

/// Who does what. Devices are picked among those that the person ever had.
#[derive(Debug, Clone)]
enum Step {
    Add(usize),
    Revoke(usize, Index, Index),
    Rotate(usize, Index),
    Say(usize, Index),
    /// Says it to the devices that this one has heard of, without looking first.
    SayBlindly(usize, Index),
    Read(usize, Index),
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..3_usize;
    let device = any::<Index>;
    prop_oneof![
        3 => who.clone().prop_map(Step::Add),
        2 => (who.clone(), device(), device()).prop_map(|(who, by, which)| Step::Revoke(who, by, which)),
        3 => (who.clone(), device()).prop_map(|(who, device)| Step::Rotate(who, device)),
        4 => (who.clone(), device()).prop_map(|(who, device)| Step::Say(who, device)),
        4 => (who.clone(), device()).prop_map(|(who, device)| Step::SayBlindly(who, device)),
        2 => (who, device()).prop_map(|(who, device)| Step::Read(who, device)),
    ]
}

/// A device of the model beside the one that it is of.
struct Device {
    sealer: Sealer,
    present: bool,
    /// By which entries its keys came, oldest first; 0 for one that was refused.
    keys: Vec<u64>,
}

/// A user with whatever devices it ever had.
struct User {
    name: String,
    session: Session,
    devices: Vec<Device>,
    /// What an onlooker has seen of the log.
    log: KeyLog,
    events: Vec<KeyEvent>,
    _person: Person,
}

/// Something that was said, and for which devices by which of their keys.
struct Said {
    message: Message,
    text: String,
    to: BTreeMap<(String, String), u64>,
}

struct World {
    room: String,
    users: Vec<User>,
    said: Vec<Said>,
}

impl World {
    async fn new(server: &Server) -> Self {
        let suffix = id();
        let names = ["ana", "ben", "cleo"].map(|name| format!("{name}-{suffix}"));
        let room = conversation(server, &names.each_ref().map(String::as_str), true).await;
        let mut users = Vec::new();
        for name in names {
            let person = Person::account(server, Way::Memory, &name).await;
            users.push(User {
                name,
                session: person.session.clone(),
                devices: Vec::new(),
                log: KeyLog::default(),
                events: Vec::new(),
                _person: person,
            });
        }
        Self {
            room,
            users,
            said: Vec::new(),
        }
    }

    async fn take(&mut self, step: &Step) {
        match step {
            Step::Add(who) => self.users[*who].add().await,
            Step::Revoke(who, by, which) => self.users[*who].revoke(by, which).await,
            Step::Rotate(who, device) => self.users[*who].rotate(device).await,
            Step::Say(who, device) => self.say(*who, device).await,
            Step::SayBlindly(who, device) => self.say_blindly(*who, device).await,
            Step::Read(who, device) => {
                if let Some(at) = self.users[*who].pick(*device) {
                    self.read(*who, at).await;
                }
            }
        }
    }

    /// The devices that there are, with the keys that they have.
    fn present(&self) -> BTreeMap<(String, String), u64> {
        let devices = self.users.iter().flat_map(|user| user.devices.iter());
        let present = devices.filter(|device| device.present);
        present.map(|device| (device.name(), device.key())).collect()
    }

    /// Why a device cannot say anything; none if it can.
    fn barred(&self, who: usize, at: usize) -> Option<&'static str> {
        let others = self.users.iter().enumerate().filter(|(other, _)| *other != who);
        let heard = others.flat_map(|(_, user)| &user.devices).any(|device| device.present);
        match (self.users[who].devices[at].present, heard) {
            (false, _) => Some("DEVICE_UNKNOWN"),
            (true, false) => Some("NO_DEVICES"),
            (true, true) => None,
        }
    }

    async fn say(&mut self, who: usize, device: &Index) {
        let Some(at) = self.users[who].pick(*device) else {
            return;
        };
        let text = format!("message {}", self.said.len());
        let barred = self.barred(who, at);
        let sent = self.users[who].devices[at].sealer.send(&self.room, &text, 0).await;
        match (sent, barred) {
            (Ok(sent), None) => {
                let silent = self
                    .users
                    .iter()
                    .filter(|user| !user.devices.iter().any(|device| device.present));
                let silent: Vec<&String> = silent.map(|user| &user.name).collect();
                assert_eq!(sent.without_device.iter().collect::<Vec<_>>(), silent);
                self.heard(sent.message, text);
            }
            (Err(SealError::NotRegistered), Some("DEVICE_UNKNOWN")) => {}
            (Err(SealError::Server(error)), Some(reason @ "NO_DEVICES")) => assert_eq!(error.reason(), reason),
            (sent, barred) => panic!("{sent:?} where {barred:?} bars it"),
        }
    }

    /// As a client does that has not heard of what changed: the server says what there is, and then it can be said.
    async fn say_blindly(&mut self, who: usize, device: &Index) {
        let Some(at) = self.users[who].pick(*device) else {
            return;
        };
        let text = format!("message {}", self.said.len());
        let (barred, present) = (self.barred(who, at), self.present());
        let sealer = &self.users[who].devices[at].sealer;
        let known = self.users.iter().flat_map(|user| {
            let recipients = sealer.directory().recipients(&user.name);
            recipients.expect("nothing was rewritten")
        });
        let known: Vec<_> = known.collect();
        let names = known
            .iter()
            .map(|known| ((known.user_id.clone(), known.device_id.clone()), known.key_seq));
        let is_fresh = names.collect::<BTreeMap<_, _>>() == present;
        if known.is_empty() {
            return;
        }
        match (send(sealer, &self.room, &text, &known).await, barred) {
            (Ok(sent), None) => {
                assert!(is_fresh, "taken, and not for all");
                self.heard(sent.message.expect("with the message"), text);
            }
            (Err(error), Some(reason)) => assert_eq!(error.reason(), reason),
            (refused @ Err(_), None) => {
                assert!(!is_fresh, "{refused:?}");
                let refused = rejected(refused);
                assert_eq!(refused.reason, "STALE_DEVICES");
                let told = refused.current_devices.iter();
                let told = told.map(|device| ((device.user_id.clone(), device.device_id.clone()), device.key_seq));
                assert_eq!(
                    told.collect::<BTreeMap<_, _>>(),
                    present,
                    "the list that is told is fresh"
                );
                self.say(who, device).await;
            }
            (sent, barred) => panic!("{sent:?} where {barred:?} bars it"),
        }
    }

    fn heard(&mut self, message: Message, text: String) {
        let to = self.present();
        let sealed = message.sealed.as_ref().expect("it is sealed");
        let made = sealed.envelopes.iter();
        let made = made.map(|made| ((made.user_id.clone(), made.device_id.clone()), made.key_seq));
        assert_eq!(
            made.collect::<BTreeMap<_, _>>(),
            to,
            "for each present device, and no other"
        );
        assert_eq!(message.text, "");
        self.said.push(Said { message, text, to });
    }

    /// A device reads all that was ever said.
    async fn read(&mut self, who: usize, at: usize) {
        let device = &mut self.users[who].devices[at];
        let kept = device.keys.len().saturating_sub(KEPT);
        for said in &self.said {
            let read = device.sealer.read(&self.room, &said.message).await;
            let expected = match said.to.get(&device.name()) {
                None => Err(Unreadable::NoEnvelope),
                Some(key) if device.keys[kept..].contains(key) => Ok(&said.text),
                Some(_) => Err(Unreadable::KeyChanged),
            };
            match (read, expected) {
                (Ok(opened), Ok(text)) => assert_eq!(opened.text, *text),
                (Err(SealError::Unreadable(why)), Err(expected)) => assert_eq!(why, expected, "{}", said.text),
                (read, expected) => panic!("{read:?} where it is {expected:?}"),
            }
        }
    }
}

impl User {
    /// One of the devices that there ever were.
    fn pick(&self, device: Index) -> Option<usize> {
        (!self.devices.is_empty()).then(|| device.index(self.devices.len()))
    }

    /// What the next entry of the log will be numbered.
    fn next(&self) -> u64 {
        self.events.len() as u64 + 1
    }

    async fn add(&mut self) {
        if self.devices.iter().filter(|device| device.present).count() == MAX_DEVICES {
            return;
        }
        let keys = DeviceKeys::generate(self.name.as_str(), "a device");
        let mut sealer = Sealer::new(self.session.clone(), keys, Directory::default());
        sealer.register().await.expect("registered");
        let keys = vec![self.next()];
        self.devices.push(Device {
            sealer,
            present: true,
            keys,
        });
        self.look().await;
    }

    async fn revoke(&mut self, by: &Index, which: &Index) {
        let (Some(by), Some(which)) = (self.pick(*by), self.pick(*which)) else {
            return;
        };
        let (_, device_id) = self.devices[which].name();
        let revoked = self.devices[by].sealer.revoke(device_id).await;
        match revoked {
            Ok(()) => assert!(std::mem::replace(&mut self.devices[which].present, false), "twice"),
            Err(SealError::Server(error)) => {
                assert!(!self.devices[which].present, "{error}");
                assert_eq!(error.reason(), "DEVICE_UNKNOWN");
            }
            Err(error) => panic!("{error}"),
        }
        self.look().await;
    }

    async fn rotate(&mut self, device: &Index) {
        let Some(at) = self.pick(*device) else { return };
        let next = self.next();
        let device = &mut self.devices[at];
        match (device.sealer.rotate().await, device.present) {
            (Ok(()), true) => device.keys.push(next),
            (Err(SealError::NotRegistered), false) => device.keys.push(0),
            (rotated, present) => panic!("{rotated:?} where its presence is {present}"),
        }
        self.look().await;
    }

    /// An onlooker reads on: every entry follows from those before, and together they say what the list says.
    async fn look(&mut self) {
        let request = ListKeyEventsRequest {
            user_id: self.name.clone(),
            after_seq: self.log.head_seq(),
        };
        let read = self.session.execute(request).await.expect("read");
        for event in read.events {
            self.log.take(&self.name, &event).expect("it follows");
            self.events.push(event);
        }
        let request = ListDevicesRequest {
            user_ids: vec![self.name.clone()],
        };
        let listed = self.session.execute(request).await.expect("listed").users.remove(0);
        assert_eq!(listed.head_seq, self.events.len() as u64);
        if listed.head_seq > 0 {
            assert_eq!(listed.head_hash.as_ref(), self.log.head_hash());
        }
        assert!(self.log.agrees(&listed.devices));
        let there = self
            .log
            .present()
            .map(|(device, known)| (device.to_owned(), known.key_seq));
        let model = self.devices.iter().filter(|device| device.present);
        let model = model.map(|device| (device.name().1, device.key()));
        assert_eq!(there.collect::<BTreeMap<_, _>>(), model.collect::<BTreeMap<_, _>>());
    }
}

impl Device {
    fn name(&self) -> (String, String) {
        let keys = self.sealer.keys();
        (keys.user_id().to_owned(), keys.device_id().to_owned())
    }

    fn key(&self) -> u64 {
        *self.keys.last().expect("it came with one")
    }
}

async fn send(
    device: &Sealer,
    room: &str,
    text: &str,
    recipients: &[envelope::Recipient],
) -> Result<SendSealedMessageResponse, Error> {
    let request_id = id();
    let context = Context {
        room_id: room,
        author_id: device.keys().user_id(),
        reply_to: 0,
    };
    let said = SealedContent {
        text: text.to_owned(),
        ..SealedContent::default()
    };
    let sealed = envelope::seal(device.keys(), context, &request_id, &said, recipients, &mut rand::rng());
    let request = SendSealedMessageRequest {
        request_id,
        room_id: room.to_owned(),
        sealed: Some(sealed.expect("good keys")),
        reply_to: 0,
    };
    device.session().execute(request).await
}

async fn play(server: &Server, steps: &[Step]) {
    let mut world = World::new(server).await;
    for step in steps {
        world.take(step).await;
    }
    for who in 0..world.users.len() {
        for at in 0..world.users[who].devices.len() {
            world.read(who, at).await;
        }
        // The log only ever grew: from its beginning it is what was seen of it bit by bit.
        let user = &mut world.users[who];
        let seen = std::mem::take(&mut user.events);
        user.log = KeyLog::default();
        user.look().await;
        assert_eq!(user.events, seen);
    }
}

#[test]
fn each_device_reads_what_was_said_while_it_was_there_and_nothing_else() {
    let given = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seed = given("TRIVIUM_SEED").unwrap_or_else(rand::random);
    let cases = given("TRIVIUM_CASES")
        .and_then(|cases| u32::try_from(cases).ok())
        .unwrap_or(24);
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let server = runtime.block_on(Server::without_sockets(Options::default()));
    let config = Config {
        cases,
        max_shrink_iters: 256,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed.to_be_bytes().repeat(4));
    let played = TestRunner::new_with_rng(config, rng).run(&vec(step(), 1..40), |steps| {
        runtime.block_on(play(&server, &steps));
        Ok(())
    });
    runtime.block_on(server.stop());
    if let Err(failure) = played {
        panic!("TRIVIUM_SEED={seed}: {failure}");
    }
}
