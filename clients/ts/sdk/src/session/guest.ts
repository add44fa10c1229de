// How the caller came in: with a token, by a code, or on a seat that was kept.
//
// A guest's seat outlives its token: the request that bought it, repeated, yields another one. That is why it is kept too.

import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, createContextValues } from "@connectrpc/connect";
import {
  type JoinRoomRequest,
  JoinRoomRequestSchema,
  type JoinRoomResponse,
  type Member,
  RoomService,
} from "../proto.js";
import type { ConnectOptions, Road, SavedSeat } from "../types.js";
import { isTemporary, ownError } from "./errors.js";
import { anonymous, type Roads } from "./link.js";
import { newRequestId } from "./request-id.js";
import { browserStore, normalizeCode, type Seat, SeatShelf } from "./storage.js";

/** How long somebody who comes in waits for a server. */
const PATIENCE_MS = 10_000;
const AGAIN_MS = 500;
/** The longest single attempt. */
const ATTEMPT_MS = 5_000;

/** A place in a room. */
export interface Place {
  readonly roomId: string;
  readonly member: Member;
}

/** Comes into one room by its code, and stays in. */
export class Guest {
  readonly #options: ConnectOptions;
  readonly #shelf: SeatShelf;
  readonly #road: Road;
  /** Whether the caller is nobody yet; else a token says who it is, and the code only opens the door. */
  readonly #anonymous: boolean;
  readonly #roads: () => Roads;
  #request: JoinRoomRequest;
  #place: Place | undefined;
  /** The token of a kept seat; empty if there is none. */
  readonly keptToken: string;

  constructor(code: string, options: ConnectOptions, origin: string, roads: () => Roads) {
    this.#options = options;
    this.#roads = roads;
    this.#road = options.road === "webtransport" ? "webtransport" : "grpc-web";
    this.#anonymous = options.token === undefined;
    this.#shelf = seatShelf(code, options, origin);
    const seat = this.#anonymous ? this.#shelf.read() : undefined;
    this.#place = seat && { roomId: seat.roomId, member: seat.member };
    this.#request = seat?.request ?? this.#newRequest(code);
    this.keptToken = seat?.token ?? "";
  }

  /** Where the caller sits. */
  get place(): Place | undefined {
    return this.#place;
  }

  /** Comes in, for the first time or again; returns the token of the seat, empty if the caller came with one. */
  async enter(): Promise<string> {
    const givenUpAt = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await this.#join();
      } catch (thrown) {
        const error = ConnectError.from(thrown, Code.Unavailable);
        const hopeless = error.isWireError && error.code !== Code.Unavailable;
        if (hopeless || performance.now() + AGAIN_MS > givenUpAt) throw error;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }

  /** Another token for the same seat; or another seat in the same room, if that one is gone. */
  async renew(): Promise<string> {
    const roomId = this.#place?.roomId;
    try {
      return await this.#join();
    } catch (thrown) {
      const error = ConnectError.from(thrown, Code.Unavailable);
      if (!error.isWireError || isTemporary(error)) throw error;
      this.#forget();
      const token = await this.#join();
      if (roomId === undefined || this.#place?.roomId === roomId) return token;
      throw ownError(Code.NotFound, "ROOM_NOT_FOUND", "the code is another room's now");
    }
  }

  /** Gives the seat up in the store. */
  forget(): void {
    this.#shelf.forget();
  }

  #forget(): void {
    this.#shelf.forget();
    this.#request = this.#newRequest(this.#request.joinCode);
  }

  async #join(): Promise<string> {
    const signal = AbortSignal.timeout(ATTEMPT_MS);
    const link = await this.#roads().open(this.#road, signal);
    try {
      const contextValues = createContextValues().set(anonymous, this.#anonymous);
      const joined = await createClient(RoomService, link.transport).joinRoom(this.#request, { signal, contextValues });
      return this.#sit(joined);
    } finally {
      link.close();
    }
  }

  #sit({ roomId, member, seatToken, seatTokenExpireTimeMs }: JoinRoomResponse): string {
    if (!member) throw ownError(Code.Internal, "PROTOCOL_ERROR", "the answer names no member");
    this.#place = { roomId, member };
    if (seatToken !== "") {
      const expireTimeMs = Number(seatTokenExpireTimeMs);
      this.#shelf.write({ roomId, member, token: seatToken, expireTimeMs, request: this.#request });
    }
    return seatToken;
  }

  #newRequest(code: string): JoinRoomRequest {
    const { nickname = "", avatar = "", team = "", observe = false } = this.#options;
    const joinCode = normalizeCode(code);
    return create(JoinRoomRequestSchema, { requestId: newRequestId(), joinCode, nickname, avatar, team, observe });
  }
}

/** The origin of the server: the one given, or the page's own. */
export function originOf(url: string | undefined): string {
  return new URL(url ?? globalThis.location?.origin ?? "").origin;
}

/**
 * The kept seat for a join code, if there is one that has not ended. `where` says which server and which store, as for
 * `connectTrivium`.
 */
export function savedSeat(code: string, where: Pick<ConnectOptions, "url" | "seats"> = {}): SavedSeat | undefined {
  const seat: Seat | undefined = seatShelf(code, where, originOf(where.url)).read();
  if (!seat) return undefined;
  const { roomId, member, expireTimeMs } = seat;
  return { roomId, userId: member.userId, nickname: member.nickname, expireTimeMs };
}

/** Forgets the kept seat for a join code. Sessions do this by themselves when the guest leaves or is removed. */
export function forgetSeat(code: string, where: Pick<ConnectOptions, "url" | "seats"> = {}): void {
  seatShelf(code, where, originOf(where.url)).forget();
}

function seatShelf(code: string, where: Pick<ConnectOptions, "seats">, origin: string): SeatShelf {
  return new SeatShelf(where.seats === undefined ? browserStore("localStorage") : where.seats, origin, code);
}
