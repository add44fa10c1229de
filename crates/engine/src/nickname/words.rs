//! Words for made-up nicknames: short, friendly, and harmless in every pairing.
//!
//! Neighbours: [`nickname`](super) puts them together.

/// How somebody may be.
pub(super) const ADJECTIVES: [&str; 48] = [
    "Agile", "Amber", "Bold", "Brave", "Breezy", "Bright", "Calm", "Cheerful", "Clever", "Cosmic", "Cozy", "Curious",
    "Daring", "Dazzling", "Eager", "Fearless", "Friendly", "Gentle", "Glad", "Golden", "Happy", "Honest", "Humble",
    "Jolly", "Keen", "Kind", "Lively", "Lucky", "Mellow", "Merry", "Mighty", "Modest", "Nimble", "Noble", "Patient",
    "Playful", "Polite", "Proud", "Quick", "Quiet", "Silver", "Smiling", "Snug", "Sunny", "Swift", "Tidy", "Witty",
    "Zesty",
];

/// Who somebody may be.
pub(super) const ANIMALS: [&str; 48] = [
    "Alpaca", "Badger", "Beaver", "Bison", "Camel", "Cheetah", "Condor", "Crane", "Deer", "Dolphin", "Eagle", "Falcon",
    "Ferret", "Finch", "Fox", "Gazelle", "Gecko", "Hamster", "Hare", "Hedgehog", "Heron", "Ibex", "Jaguar", "Kiwi",
    "Koala", "Lemur", "Lion", "Llama", "Lynx", "Marmot", "Meerkat", "Moose", "Narwhal", "Ocelot", "Otter", "Owl",
    "Panda", "Parrot", "Penguin", "Puffin", "Quokka", "Rabbit", "Raven", "Robin", "Seal", "Tiger", "Walrus", "Zebra",
];
