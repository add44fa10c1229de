// Plays a quiz over gRPC-Web: Connect for Node, generated code, nothing else. What happens is printed, one JSON object a line.
//
// gRPC-Web cannot stream upwards. So the room is heard over Watch, and everything that a player does is a unary call.

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-node";
import { QuestionKind } from "./gen/trivium/v1/quiz_pb.js";
import { QuizService } from "./gen/trivium/v1/quiz_service_pb.js";
import { RoomService } from "./gen/trivium/v1/room_service_pb.js";
import { SessionService } from "./gen/trivium/v1/session_pb.js";

const [baseUrl, joinCode, nickname] = process.argv.slice(2);
if (!nickname) {
  throw new Error("usage: node play_grpc_web.mjs http://127.0.0.1:8080 CODE NAME");
}

// Nobody is signed in: the code and a nickname buy a seat, and a token for it.
let seat;
const authorize = (next) => (request) => {
  if (seat) request.header.set("authorization", `Bearer ${seat.seatToken}`);
  return next(request);
};
const transport = createGrpcWebTransport({ baseUrl, httpVersion: "1.1", interceptors: [authorize] });
const [rooms, quizzes, sessions] = [RoomService, QuizService, SessionService].map((it) => createClient(it, transport));
seat = await rooms.joinRoom({ requestId: randomUUID(), joinCode, nickname });
const { roomId } = seat;
say("joined", { user_id: seat.member.userId, nickname: seat.member.nickname });

let sessionId;
let kind;
const hello = { client: "trivium-interop/1", subscriptions: [{ roomId }] };
for await (const { response } of sessions.watch({ hello })) {
  switch (response.case) {
    case "welcome":
      sessionId = response.value.sessionId;
      break;
    case "reset": // The room as it is; everything after it comes as events.
      kind = response.value.snapshot.quiz?.prompt?.kind;
      say("hearing", { room_id: roomId, seq: Number(response.value.snapshot.cursor.seq) });
      break;
    case "ping": // Lets the server measure the round trip, and so give credit for it.
      concurrently(sessions.syncClock({ pingId: response.value.pingId, sessionId }));
      break;
    case "event":
      happened(response.value);
      break;
    case "goAway":
    case "subscriptionEnded":
      throw new Error(`the server says: ${response.case}`);
  }
}
throw new Error("the stream ended before the game");

function happened({ event, timeMs }) {
  switch (event.case) {
    case "questionShown":
      kind = event.value.prompt.kind;
      say("question", { text: event.value.prompt.text });
      break;
    case "questionOpened":
      concurrently(answerWhenOpen(event.value, timeMs, kind));
      break;
    case "questionRevealed": {
      const { index, own } = event.value;
      say("result", { index, points: own.points, total: own.total });
      break;
    }
    case "quizEnded": {
      const ranking = event.value.standings.map(({ rank, name, pointsTenths }) => ({ rank, name, points_tenths: pointsTenths }));
      say("final", { ranking });
      process.exit();
    }
  }
}

// Options arrive a little before they count, so that every screen turns at one instant of the server's clock.
async function answerWhenOpen({ index, form, openTimeMs }, timeMs, kind) {
  const early = 1; // by as much a timer of Node may fire too soon
  await sleep(Number(openTimeMs - timeMs) + early);
  const answer = { value: someAnswer(kind, form) };
  const accepted = await quizzes.submitAnswer({ requestId: randomUUID(), roomId, questionIndex: index, answer });
  say("answered", { response_ms: accepted.responseMs });
}

// The first option, the middle of the slider, everything in the order shown.
function someAnswer(kind, { options, matches, min, max }) {
  const positions = (list) => ({ positions: [...list.keys()] });
  switch (kind) {
    case QuestionKind.SINGLE_CHOICE:
    case QuestionKind.POLL:
      return { case: "choice", value: 0 };
    case QuestionKind.MULTIPLE_CHOICE:
    case QuestionKind.MULTIPLE_POLL:
      return { case: "choices", value: { positions: [0] } };
    case QuestionKind.TRUE_FALSE:
      return { case: "truth", value: true };
    case QuestionKind.TEXT_ENTRY:
      return { case: "text", value: "no idea" };
    case QuestionKind.NUMBER_ENTRY:
    case QuestionKind.RANGE_ENTRY:
      return { case: "number", value: (min + max) / 2 };
    case QuestionKind.ORDERING:
      return { case: "order", value: positions(options) };
    case QuestionKind.MATCHING:
      return { case: "matches", value: positions(matches) };
    case QuestionKind.RATING:
      return { case: "rating", value: 1 };
    case QuestionKind.WORD_CLOUD:
      return { case: "words", value: { words: ["trivium"] } };
  }
  throw new Error(`a kind of question from the future: ${kind}`);
}

// Does not hold up the stream; a call that fails ends the program.
function concurrently(call) {
  call.catch((error) => {
    throw error;
  });
}

function say(saw, what) {
  console.log(JSON.stringify({ saw, ...what }));
}
