// `@trivium/client/seal`: messages that only the devices of their readers can open, as docs/end-to-end.md says. An entry of its
// own, so that pages without them need not load the algorithms. `@trivium/client/seal/react` has the hooks.

export type { Bytes } from "./bytes.js";
export { type ResendRequest, SealedConversation, type SealedSendOptions, type SealedView } from "./conversation.js";
export type { KnownUser } from "./directory.js";
export type { DeviceChange, KnownLog } from "./log.js";
export type { Opened, OpenFailure } from "./message.js";
export { isSupported } from "./primitives.js";
export { type SafetyParty, safetyNumber } from "./safety.js";
export { Sealing, type SealingOptions, type SealingState, sealingOf } from "./sealer.js";
export {
  browserSealStore,
  memorySealStore,
  type SealStore,
  type StoredAgreement,
  type StoredChange,
  type StoredDevice,
  type StoredUser,
} from "./store.js";
