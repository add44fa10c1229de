//! The safety number of two users: the same 60 digits on both sides, if both see the same devices.
//!
//! Neighbours: [`directory`](super::directory) knows the devices.

use sha2::{Digest as _, Sha512};

use super::bytes::Statement;

/// How often the hash is taken again, which makes looking for keys with the same digits as much dearer.
const ROUNDS: usize = 1_023;

/// 12 groups of 5 digits, for two users with the Ed25519 keys of their present devices in any order.
pub fn safety_number(one: (&str, &[[u8; 32]]), other: (&str, &[[u8; 32]])) -> String {
    let (first, second) = if one.0.as_bytes() <= other.0.as_bytes() {
        (one, other)
    } else {
        (other, one)
    };
    let groups: Vec<String> = groups(first).into_iter().chain(groups(second)).collect();
    groups.join(" ")
}

fn groups((user, keys): (&str, &[[u8; 32]])) -> Vec<String> {
    let mut sorted = keys.to_vec();
    sorted.sort_unstable();
    let start = Statement::new("trivium-safety-v1").text(user).count(sorted.len());
    let start = sorted.iter().fold(start, |statement, key| statement.raw(key));
    let mut hash: [u8; 64] = Sha512::digest(start.as_slice()).into();
    for _ in 0..ROUNDS {
        let next = Statement::default().raw(&hash).text(user);
        hash = Sha512::digest(next.as_slice()).into();
    }
    let group = |bytes: &[u8]| {
        let number = bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        format!("{:05}", number % 100_000)
    };
    hash.chunks_exact(5).take(6).map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_see_the_same_number_and_another_device_makes_another() {
        let (ana, ben) = ([[1; 32], [2; 32]], [[3; 32]]);
        let number = safety_number(("ana", &ana), ("ben", &ben));
        let turned = [[2; 32], [1; 32]];
        assert_eq!(number, safety_number(("ben", &ben), ("ana", &turned)));
        let groups: Vec<&str> = number.split(' ').collect();
        assert_eq!(groups.len(), 12);
        assert!(
            groups
                .iter()
                .all(|group| group.len() == 5 && group.bytes().all(|byte| byte.is_ascii_digit()))
        );
        for other in [
            safety_number(("ana", &ana[..1]), ("ben", &ben)),
            safety_number(("ana", &ana), ("bea", &ben)),
            safety_number(("ana", &ana), ("ben", &[[4; 32]])),
            safety_number(("ana", &ben), ("ben", &ana)),
        ] {
            assert_ne!(number, other);
        }
    }
}
