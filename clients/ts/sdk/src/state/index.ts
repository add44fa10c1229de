// The state of a room as pure functions: what the server says, and what this client does itself, taken in one after another.

export { MAX_LOADED_MESSAGES, MAX_MESSAGES } from "./chat.js";
export { emptyRoom } from "./empty.js";
export { applyLocal } from "./local.js";
export { firstUnread, isInexact } from "./receipts.js";
export { reduceRoom } from "./reduce.js";
export { isHost, plays } from "./roles.js";
export { nextTickMs, TYPING_FOR_MS, tick } from "./signals.js";
export { createStore, type Store } from "./store.js";
export { find, firstSeq } from "./timeline.js";
