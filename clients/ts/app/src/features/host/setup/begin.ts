// Makes a room with a quiz in it.
//
// Neighbours: `../model/options` is what the form has collected; `examples` are quizzes for an empty catalogue.

import type { TriviumSession } from "@trivium/client";
import { QuizService, type Room, RoomKind, RoomService } from "@trivium/client/proto";
import { type GameOptions, withOptions } from "../model/options";

/** Makes a room, puts the quiz into it, and tells where it is. Settings that differ make a new revision of the quiz. */
export async function begin(session: TriviumSession, quizId: string, options: GameOptions): Promise<string> {
  const quizzes = session.client(QuizService);
  const rooms = session.client(RoomService);
  const { quiz } = await quizzes.getQuiz({ quizId });
  if (!quiz) throw new Error("the answer has no quiz");
  const settings = withOptions(quiz.settings, options);
  let revision = quiz.revision;
  if (settings !== quiz.settings && quiz.settings !== undefined) {
    const updated = await quizzes.updateQuiz({ quiz: { ...quiz, settings } });
    revision = updated.quiz?.revision ?? 0;
  }
  const { room } = await rooms.createRoom({ kind: RoomKind.QUIZ, title: quiz.title, teams: [...options.teams] });
  if (!room) throw new Error("the answer has no room");
  if (room.lateJoin !== options.lateJoin) {
    await rooms.updateRoom({ roomId: room.id, lateJoin: options.lateJoin });
  }
  await quizzes.loadQuiz({ roomId: room.id, quizId, revision });
  return room.id;
}

/** Most open rooms that are offered. */
export const MAX_OPEN_ROOMS = 6;

/** Most pages that are read to find the newest rooms: the list has the oldest first. */
const MAX_PAGES = 20;

/** The newest of the caller's quiz rooms that are not closed, newest first. */
export async function openRooms(session: TriviumSession): Promise<Room[]> {
  const rooms: Room[] = [];
  let pageToken = "";
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await session.client(RoomService).listRooms({ pageSize: 200, pageToken });
    rooms.push(...answer.rooms.filter((room) => room.kind === RoomKind.QUIZ && room.closeTimeMs === 0n));
    pageToken = answer.nextPageToken;
    if (pageToken === "") break;
  }
  return rooms.slice(-MAX_OPEN_ROOMS).reverse();
}
