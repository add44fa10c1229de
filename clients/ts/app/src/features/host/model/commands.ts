// What the host's keys do beside the actions of the game.

/** A command of the screen. */
export type Command = "mute" | "fullScreen" | "chat" | "people" | "help";

/** Its keys. Letters are compared in lower case. */
export const COMMAND_KEYS: Readonly<Record<Command, string>> = {
  mute: "m",
  fullScreen: "f",
  chat: "c",
  people: "u",
  help: "?",
};
