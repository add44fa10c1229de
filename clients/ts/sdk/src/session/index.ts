// Sessions: `connectTrivium`, kept seats, and what errors say.

export { connectTrivium } from "./connect.js";
export {
  currentDevices,
  type FieldViolation,
  fieldViolations,
  reason,
  reasonMetadata,
  retryAfterMs,
} from "./errors.js";
export { forgetSeat, savedSeat } from "./guest.js";
