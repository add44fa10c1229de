// `@trivium/client`: live sessions of rooms, quizzes, chat and presence, over WebTransport with gRPC-Web behind it.
//
// `@trivium/client/proto` has the messages and services, `@trivium/client/react` the hooks, `@trivium/client/transport` gRPC over
// WebTransport by itself.

export {
  connectTrivium,
  currentDevices,
  type FieldViolation,
  fieldViolations,
  forgetSeat,
  reason,
  reasonMetadata,
  retryAfterMs,
  savedSeat,
} from "./session/index.js";
export * from "./types.js";
