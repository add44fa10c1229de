// Hooks of React over a session.

export { type ChatActions, type ChatHook, useChat, useChatActions } from "./chat.js";
export { TriviumProvider, useSession } from "./context.js";
export { type CountdownOptions, useCountdown } from "./countdown.js";
export { type PresenceHook, type RosterRow, usePresence } from "./presence.js";
export { type QuizActions, type QuizHook, type QuizHostActions, useQuiz, useQuizActions } from "./quiz.js";
export { useClock, useConnection, useRoom } from "./room.js";
export { type Equal, shallowEqual, useSelected } from "./select.js";
