//! Inputs made from other inputs. The same seed makes the same ones.

use rand::{Rng, RngExt, seq::IndexedRandom};

/// Longest input that is made.
const MAX_LEN: usize = 64 * 1024;
/// Bytes at which decoders change their minds.
const NOTABLE: &[u8] = &[
    0x00, 0x01, 0x05, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x3a, 0x40, 0x7b, 0x7d, 0x7f, 0x80, 0xbf, 0xc0, 0xef, 0xfe, 0xff,
];

/// One more input, by a few changes to one of `inputs` or to two of them joined.
pub fn mutated(inputs: &[Vec<u8>], rng: &mut impl Rng) -> Vec<u8> {
    let mut input = inputs.choose(rng).cloned().unwrap_or_default();
    for _ in 0..rng.random_range(1..=6) {
        change(&mut input, inputs, rng);
    }
    input.truncate(MAX_LEN);
    input
}

fn change(input: &mut Vec<u8>, inputs: &[Vec<u8>], rng: &mut impl Rng) {
    let at = rng.random_range(0..=input.len());
    let to = rng.random_range(at..=input.len().min(at + 64));
    match rng.random_range(0..9) {
        0 => drop(input.drain(at..to)),
        1 => input.truncate(at),
        2 => input.insert(at, *NOTABLE.choose(rng).expect("there are some")),
        3 => {
            let again = input[at..to].to_vec();
            input.splice(at..at, again);
        }
        4 => {
            let other = inputs.choose(rng).map(Vec::as_slice).unwrap_or_default();
            let from = rng.random_range(0..=other.len());
            let part = other[from..].iter().take(256).copied();
            input.splice(at..at, part);
        }
        5 => {
            // A number that is one off is a length that is wrong.
            if let Some(byte) = input.get_mut(at) {
                *byte = byte.wrapping_add(if rng.random() { 1 } else { u8::MAX });
            }
        }
        6 => {
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << rng.random_range(0..8);
            }
        }
        7 => {
            if let Some(byte) = input.get_mut(at) {
                *byte = *NOTABLE.choose(rng).expect("there are some");
            }
        }
        _ => {
            if let Some(four) = input.get_mut(at..at + 4) {
                four.copy_from_slice(&rng.random::<u32>().to_be_bytes());
            }
        }
    }
}
