// What the peers send: the fields of Trivium's event, as JSON clients would have them.

let seq = 70_000;

export function event() {
  seq += 1;
  return {
    roomId: "019a5b2c-7c11-7e02-8b6a",
    seq,
    timeMs: Date.now(),
    actorId: "operator",
    messageSent: {
      seq,
      authorId: "operator",
      authorNickname: "Host",
      text: "Which planet is largest?",
      sendTimeMs: Date.now(),
    },
  };
}
