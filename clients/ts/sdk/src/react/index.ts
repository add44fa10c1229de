// Hooks of React over a session.

export { type FileHook, useBroadcast, useFile, useRoomEvents } from "./broadcast.js";
export { type ChatActions, type ChatHook, type SendOptions, useChat, useChatActions } from "./chat.js";
export { TriviumProvider, useSession } from "./context.js";
export { type ConversationRow, type ConversationsHook, useConversations } from "./conversations.js";
export { type CountdownOptions, useCountdown } from "./countdown.js";
export { useDraft, useTypingNames } from "./drafts.js";
export type { ListActions, ListHook } from "./list.js";
export { type MessagesActions, type MessagesHook, useMessages } from "./messages.js";
export {
  type ModerationActions,
  type ModerationHook,
  useActivity,
  useAudit,
  useHeld,
  useModeration,
  useReports,
} from "./moderation.js";
export {
  type NotificationsHook,
  useAnnouncements,
  useNotifications,
  useOnAnnouncement,
  useOnNotification,
} from "./notifications.js";
export { type PresenceHook, type RosterRow, usePresence } from "./presence.js";
export { type QuizActions, type QuizHook, type QuizHostActions, useQuiz, useQuizActions } from "./quiz.js";
export {
  type ReceiptsHook,
  type SeenByHook,
  type UnreadHook,
  useReadOnShow,
  useReceipts,
  useSeenBy,
  useUnread,
} from "./receipts.js";
export { useClock, useConnection, useRoom } from "./room.js";
export { type HandRow, type HandsHook, type RosterHook, useHands, useRoster } from "./roster.js";
export { type SearchOptions, useSearch } from "./search.js";
export { type Equal, shallowEqual, useSelected } from "./select.js";
export { type PinsHook, type ThreadHook, usePins, useThread } from "./thread.js";
