//! Key logs that somebody has tampered with, the server included: whatever was seen of one cannot be changed unnoticed, and
//! what is new in it is told.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*, sample::Index};
use trivium_client::{
    proto::v1::{Device, KeyChange, KeyEvent, UserDevices},
    seal::{DeviceKeys, Directory, News, Rewritten, SealError, log::entry_hash},
};

const START: i64 = 1_760_000_000_000;

#[derive(Debug, Clone)]
enum Step {
    Register,
    Rotate(Index),
    Revoke(Index),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => Just(Step::Register),
        3 => any::<Index>().prop_map(Step::Rotate),
        1 => any::<Index>().prop_map(Step::Revoke),
    ];
    // There is always a first device.
    vec(step, 0..7).prop_map(|steps| std::iter::once(Step::Register).chain(steps).collect())
}

/// What is changed in an entry.
#[derive(Debug, Clone, Copy)]
enum Field {
    Seq,
    Time,
    Change,
    User,
    DeviceId,
    Name,
    Agreement,
    Signing,
    KeySeq,
    RegisterTime,
    RevokeTime,
    Signature,
}

/// What a device has signed or what the rules tie to it, so that nobody can change it even before anybody has seen it.
const HELD: [Field; 6] = [
    Field::Seq,
    Field::User,
    Field::DeviceId,
    Field::Agreement,
    Field::Signing,
    Field::KeySeq,
];

fn field() -> impl Strategy<Value = Field> {
    let others = [
        Field::Time,
        Field::Change,
        Field::Name,
        Field::RegisterTime,
        Field::RevokeTime,
        Field::Signature,
    ];
    prop::sample::select([HELD, others].concat())
}

/// The log of Ana's that these steps make. Steps without a device to take are left out.
fn log_of(steps: &[Step]) -> Vec<KeyEvent> {
    let mut there: Vec<(DeviceKeys, Device)> = Vec::new();
    let mut events = Vec::new();
    for step in steps {
        let seq = events.len() as u64 + 1;
        let time_ms = START + i64::try_from(seq).expect("small") * 1_000;
        let change = match step {
            Step::Register => {
                let keys = DeviceKeys::generate("ana", format!("device {seq}"));
                let device = stated(&keys, &Device::default(), seq);
                there.push((
                    keys,
                    Device {
                        register_time_ms: time_ms,
                        ..device
                    },
                ));
                KeyChange::Registered
            }
            Step::Rotate(_) | Step::Revoke(_) if there.is_empty() => continue,
            Step::Rotate(which) => {
                let (mut keys, device) = there.remove(which.index(there.len()));
                keys.renew();
                let device = stated(&keys, &device, seq);
                there.push((keys, device));
                KeyChange::Rotated
            }
            Step::Revoke(which) => {
                let at = which.index(there.len());
                let (keys, mut device) = there.remove(at);
                device.revoke_time_ms = time_ms;
                there.push((keys, device));
                KeyChange::Revoked
            }
        };
        let device = there.last().map(|(_, device)| device.clone());
        there.retain(|(_, device)| device.revoke_time_ms == 0);
        events.push(KeyEvent {
            seq,
            time_ms,
            change: change.into(),
            device,
            hash: Vec::new().into(),
        });
    }
    chained(events)
}

/// A device with its newest keys.
fn stated(keys: &DeviceKeys, device: &Device, key_seq: u64) -> Device {
    Device {
        user_id: keys.user_id().to_owned(),
        device_id: keys.device_id().to_owned(),
        name: keys.name().to_owned(),
        agreement_key: keys.agreement_key().to_vec().into(),
        signing_key: keys.signing_key().to_vec().into(),
        key_seq,
        signature: keys.sign(&keys.statement()).to_vec().into(),
        ..device.clone()
    }
}

/// The entries with hashes that fit, as a server makes them that wants to be believed.
fn chained(mut events: Vec<KeyEvent>) -> Vec<KeyEvent> {
    let mut before = [0; 32];
    for event in &mut events {
        before = entry_hash(&before, event, event.device.as_ref().expect("each has one"));
        event.hash = before.to_vec().into();
    }
    events
}

/// What the server lists if that is the log.
fn listed(events: &[KeyEvent]) -> UserDevices {
    let devices = events.iter().filter_map(|event| event.device.clone());
    let newest: BTreeMap<String, Device> = devices.map(|device| (device.device_id.clone(), device)).collect();
    let last = events.last();
    UserDevices {
        user_id: "ana".to_owned(),
        devices: newest
            .into_values()
            .filter(|device| device.revoke_time_ms == 0)
            .collect(),
        head_seq: last.map_or(0, |last| last.seq),
        head_hash: last.map(|last| last.hash.clone()).unwrap_or_default(),
    }
}

fn tamper(event: &mut KeyEvent, field: Field) {
    let device = event.device.as_mut().expect("each has one");
    let flipped = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes[0] ^= 1;
        bytes.into()
    };
    match field {
        Field::Seq => event.seq += 1,
        Field::Time => event.time_ms += 1,
        Field::Change => event.change = event.change % 3 + 1,
        Field::User => device.user_id.push('x'),
        Field::DeviceId => device.device_id.push('x'),
        Field::Name => device.name.push('x'),
        Field::Agreement => device.agreement_key = flipped(&device.agreement_key),
        Field::Signing => device.signing_key = flipped(&device.signing_key),
        Field::KeySeq => device.key_seq += 1,
        Field::RegisterTime => device.register_time_ms += 1,
        Field::RevokeTime => device.revoke_time_ms += 1,
        Field::Signature => device.signature = flipped(&device.signature),
    }
}

/// Somebody who has seen this much.
fn reader(events: &[KeyEvent]) -> Directory {
    let mut directory = Directory::default();
    directory
        .take(&listed(events), events)
        .expect("nobody has tampered with it");
    directory
}

/// Whether it is refused, and from then on nothing is sealed; and what was known stays.
fn refuses(directory: &mut Directory, events: &[KeyEvent]) -> bool {
    let before = directory.log("ana").cloned();
    let refused = directory.take(&listed(events), events).is_err();
    if refused {
        assert_eq!(
            directory.log("ana").cloned().unwrap_or_default(),
            before.unwrap_or_default()
        );
        assert!(matches!(directory.recipients("ana"), Err(SealError::Rewritten { .. })));
        assert!(!directory.is_verified("ana"));
        let told = directory.take_news();
        assert!(matches!(told[..], [News::Rewritten { .. }]), "{told:?}");
    }
    refused
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_entry_is_changed_left_out_doubled_or_moved(steps in steps(), at: Index, field in field()) {
        let events = log_of(&steps);
        let at = at.index(events.len());
        let mut changed = events.clone();
        tamper(&mut changed[at], field);
        let mut shorter = events.clone();
        shorter.remove(at);
        let mut doubled = events.clone();
        doubled.insert(at, events[at].clone());
        let mut moved = events.clone();
        moved.rotate_left(1);
        // With the head as it was, as somebody between server and reader would have to.
        // The last one twice says nothing new, and what is beyond the head is not looked at.
        let doubled = (at + 1 < events.len()).then_some(doubled);
        for wrong in [changed, shorter].into_iter().chain(doubled) {
            let taken = Directory::default().take(&listed(&events), &wrong);
            prop_assert!(matches!(taken, Err(SealError::Rewritten { .. })), "{taken:?}");
        }
        if events.len() > 1 {
            Directory::default().take(&listed(&events), &moved).expect_err("in another order");
        }
    }

    #[test]
    fn a_server_that_rewrites_what_was_seen_is_told(steps in steps(), more in steps(), at: Index, field in field()) {
        let seen = log_of(&steps);
        let mut events = seen.clone();
        let at = at.index(events.len());
        tamper(&mut events[at], field);
        let events = chained(events);
        prop_assert!(refuses(&mut reader(&seen), &events), "as long as before");
        // A longer one is read on from the head that was kept, which it does not have.
        let longer: Vec<Step> = steps.iter().chain(&more).cloned().collect();
        prop_assert!(refuses(&mut reader(&seen), &log_of(&longer)), "other keys in the same places");
        let shorter = &seen[..seen.len() - 1];
        prop_assert!(refuses(&mut reader(&seen), shorter), "cut off");
    }

    #[test]
    fn nobody_is_believed_what_a_device_has_not_signed(steps in steps(), at: Index, field in prop::sample::select(HELD.to_vec())) {
        let mut events = log_of(&steps);
        let at = at.index(events.len());
        tamper(&mut events[at], field);
        let events = chained(events);
        // Not even by somebody who has never seen the log.
        prop_assert!(refuses(&mut Directory::default(), &events));
    }

    #[test]
    fn a_device_that_the_server_adds_is_told_and_not_sealed_for(steps in steps()) {
        let before = log_of(&steps);
        let mut directory = reader(&before);
        directory.verify("ana");
        let sealed_for = directory.recipients("ana").expect("all are accepted");
        let seq = before.len() as u64 + 1;
        let time_ms = START + 60_000;
        let spy = DeviceKeys::generate("ana", "Ana's phone");
        let device = Device { register_time_ms: time_ms, ..stated(&spy, &Device::default(), seq) };
        let mut events = before.clone();
        events.push(KeyEvent { seq, time_ms, change: KeyChange::Registered.into(), device: Some(device), hash: Vec::new().into() });
        let events = chained(events);
        directory.take(&listed(&events), &events[before.len()..]).expect("a server may do that");
        let told = News::DeviceAdded {
            user_id: "ana".to_owned(),
            device_id: spy.device_id().to_owned(),
            name: "Ana's phone".to_owned(),
        };
        prop_assert_eq!(directory.take_news(), [told]);
        let refused = directory.recipients("ana");
        prop_assert!(matches!(refused, Err(SealError::NotAccepted { .. })), "{:?}", refused);
        directory.accept("ana");
        prop_assert_eq!(directory.recipients("ana").expect("accepted").len(), sealed_for.len() + 1);
    }
}

#[test]
fn what_was_rewritten_stays_so_until_the_person_decides() {
    let seen = log_of(&[Step::Register]);
    let swapped = log_of(&[Step::Register]);
    let mut directory = reader(&seen);
    assert!(refuses(&mut directory, &swapped));
    for events in [&swapped, &seen] {
        let taken = directory.take(&listed(events), events);
        assert!(
            matches!(
                taken,
                Err(SealError::Rewritten {
                    why: Rewritten::Past,
                    ..
                })
            ),
            "{taken:?}"
        );
    }
    assert_eq!(directory.take_news(), [], "told once");
    directory.forget("ana");
    directory.take(&listed(&swapped), &swapped).expect("trusted anew");
}
