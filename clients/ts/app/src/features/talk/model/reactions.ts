// The reactions that are offered: a fixed set, so that no emoji picker has to be loaded from anywhere.

/** Each with the key of its name. */
export const REACTIONS = [
  { emoji: "👍", name: "reaction.thumb" },
  { emoji: "❤️", name: "reaction.heart" },
  { emoji: "😂", name: "reaction.laugh" },
  { emoji: "🎉", name: "reaction.party" },
  { emoji: "😮", name: "reaction.wow" },
  { emoji: "😢", name: "reaction.sad" },
  { emoji: "🙏", name: "reaction.thanks" },
  { emoji: "✅", name: "reaction.done" },
] as const;
