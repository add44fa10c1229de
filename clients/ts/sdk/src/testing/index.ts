// For tests of applications: a session without a server, and rooms and quizzes in every state.

export * from "./builders.js";
export * from "./key-server.js";
export * from "./phases.js";
export * from "./questions.js";
export * from "./session.js";
export * from "./talk.js";
