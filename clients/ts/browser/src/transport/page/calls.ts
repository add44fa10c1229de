// Cases: the four kinds of calls, metadata, statuses, sizes, compression, many at once.

import { Code, createContextKey } from "@connectrpc/connect";
import { gzip } from "@trivium/client/transport";
import { all, check, fails, Outbox, payload, type Stage, same } from "./stage.js";

type Sizes = { responseParameters: { size: number }[]; payload?: ReturnType<typeof payload> };

const size = (size: number): Sizes => ({ responseParameters: [{ size }] });
const bodySize = (message: { payload?: { body: Uint8Array } | undefined }) => message.payload?.body.length;

/** By name. */
export const calls: Record<string, (stage: Stage) => Promise<void>> = {
  async "an empty call"({ tests }) {
    await tests.emptyCall({});
  },

  async "unary calls of several sizes"({ tests }) {
    for (const [there, back] of [
      [0, 0],
      [1, 2],
      [16_384, 16_379],
      [271_828, 314_159],
    ] as const) {
      same(bodySize(await tests.unaryCall({ payload: payload(there), responseSize: back })), back);
    }
  },

  async "a message of 1 MiB in both directions"({ tests }) {
    const mib = 1_048_576;
    same(bodySize(await tests.unaryCall({ payload: payload(mib), responseSize: mib })), mib);
    const outbox = new Outbox<Sizes>();
    outbox.push({ ...size(mib), payload: payload(mib) });
    outbox.end();
    same((await all(tests.fullDuplexCall(outbox))).map(bodySize), [mib]);
  },

  async "a server stream"({ tests }) {
    const sizes = [31_415, 9, 2_653, 58_979];
    const answers = await all(tests.streamingOutputCall({ responseParameters: sizes.map((size) => ({ size })) }));
    same(answers.map(bodySize), sizes);
  },

  async "a client stream"({ tests }) {
    const outbox = new Outbox<{ payload: ReturnType<typeof payload> }>();
    const sum = tests.streamingInputCall(outbox);
    for (const size of [27_182, 8, 1_828, 45_904]) outbox.push({ payload: payload(size) });
    outbox.end();
    same((await sum).aggregatedPayloadSize, 74_922);
  },

  async "both sides take turns on a stream that stays open"({ tests }) {
    const outbox = new Outbox<Sizes>();
    const answers = tests.fullDuplexCall(outbox)[Symbol.asyncIterator]();
    for (const [there, back] of [
      [27_182, 31_415],
      [8, 9],
      [1_828, 2_653],
      [45_904, 58_979],
    ] as const) {
      outbox.push({ ...size(back), payload: payload(there) });
      const answer = await answers.next();
      same(answer.done ? undefined : bodySize(answer.value), back);
    }
    outbox.end();
    same((await answers.next()).done, true);
  },

  async "a stream without a message"({ tests }) {
    const outbox = new Outbox<Sizes>();
    outbox.end();
    same((await all(tests.fullDuplexCall(outbox))).length, 0);
  },

  async "answers begin after half-close"({ tests }) {
    const outbox = new Outbox<Sizes>();
    for (const asked of [3, 2, 1]) outbox.push(size(asked));
    outbox.end();
    same((await all(tests.halfDuplexCall(outbox))).map(bodySize), [3, 2, 1]);
  },

  async "metadata comes back in headers and trailers"({ tests }) {
    const headers = { "x-grpc-test-echo-initial": "first, second", "x-grpc-test-echo-trailing-bin": "q6ur" };
    const seen: Record<string, string | null> = {};
    const options = {
      headers,
      onHeader: (header: Headers) => {
        seen.initial = header.get("x-grpc-test-echo-initial");
      },
      onTrailer: (trailer: Headers) => {
        seen.trailing = trailer.get("x-grpc-test-echo-trailing-bin");
      },
    };
    const wanted = { initial: "first, second", trailing: "q6ur" };
    await tests.unaryCall({ responseSize: 1 }, options);
    same(seen, wanted, "unary");
    for (const key of Object.keys(seen)) delete seen[key];
    const outbox = new Outbox<Sizes>();
    outbox.push(size(1));
    outbox.end();
    await all(tests.fullDuplexCall(outbox, options));
    same(seen, wanted, "duplex");
  },

  async "interceptors see the call"({ client }) {
    const key = createContextKey(0);
    const seen: string[] = [];
    const tests = client({
      interceptors: [
        (next) => async (request) => {
          seen.push(`${request.url} ${request.stream} ${request.contextValues.get(key)}`);
          request.header.set("x-grpc-test-echo-initial", "intercepted");
          const response = await next(request);
          seen.push(response.header.get("x-grpc-test-echo-initial") ?? "");
          return response;
        },
      ],
    });
    await tests.unaryCall({});
    same(seen, ["/grpc.testing.TestService/UnaryCall false 0", "intercepted"]);
  },

  async "statuses with their messages"({ tests }) {
    const message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
    const responseStatus = { code: 2, message };
    same((await fails(Code.Unknown, tests.unaryCall({ responseStatus }))).rawMessage, message);
    const outbox = new Outbox<Sizes | { responseStatus: typeof responseStatus }>();
    outbox.push(size(5));
    outbox.push({ responseStatus });
    const answers = tests.fullDuplexCall(outbox)[Symbol.asyncIterator]();
    same((await answers.next()).done, false, "a message in front of the status");
    same((await fails(Code.Unknown, answers.next())).rawMessage, message);
  },

  async "every status"({ tests }) {
    for (let code = 1; code <= 16; code += 1) {
      await fails(code, tests.unaryCall({ responseStatus: { code, message: "asked" } }));
    }
  },

  async "details of a status"({ probe }) {
    const error = await fails(Code.FailedPrecondition, probe.fail({ code: 9, message: "not so", reason: "QUIZ_OVER" }));
    same(error.rawMessage, "not so");
    const [detail] = error.details;
    check(detail !== undefined && "type" in detail, "there is no detail");
    same(detail.type, "google.rpc.ErrorInfo");
    check(new TextDecoder().decode(detail.value).includes("QUIZ_OVER"), "the detail says nothing");
  },

  async "methods that nobody has"({ tests }) {
    await fails(Code.Unimplemented, tests.unimplementedCall({}));
  },

  async "messages that are too large"({ tests, client }) {
    // tonic's word for it.
    await fails(Code.OutOfRange, tests.unaryCall({ payload: payload(17 * 1_048_576) }));
    await fails(Code.ResourceExhausted, client({ readMaxBytes: 1_000 }).unaryCall({ responseSize: 1_001 }));
    await fails(Code.ResourceExhausted, client({ writeMaxBytes: 1_000 }).unaryCall({ payload: payload(1_001) }));
    await tests.unaryCall({ responseSize: 1_001 });
  },

  async "headers that cannot be sent"({ tests }) {
    await fails(Code.InvalidArgument, tests.emptyCall({}, { headers: { "x-name": "Zoë" } }));
    await fails(Code.ResourceExhausted, tests.emptyCall({}, { headers: { "x-long": "y".repeat(16_384) } }));
    await tests.emptyCall({}, { headers: { "x-long": "y".repeat(16_000) } });
  },

  async "gzip in both directions"({ client }) {
    const tests = client({ acceptCompression: [gzip], sendCompression: gzip });
    let encoding: string | null = null;
    const options = {
      onHeader: (header: Headers) => {
        encoding = header.get("grpc-encoding");
      },
    };
    same(bodySize(await tests.unaryCall({ payload: payload(100_000), responseSize: 200_000 }, options)), 200_000);
    same(encoding, "gzip");
    const outbox = new Outbox<Sizes>();
    for (const asked of [10_000, 1, 20_000]) outbox.push({ ...size(asked), payload: payload(5_000) });
    outbox.end();
    same((await all(tests.fullDuplexCall(outbox))).map(bodySize), [10_000, 1, 20_000]);
    const bounded = client({ acceptCompression: [gzip], readMaxBytes: 50_000 });
    await fails(Code.ResourceExhausted, bounded.unaryCall({ responseSize: 60_000 }));
  },

  async "300 calls at once"({ tests }) {
    const numbers = Array.from({ length: 300 }, (_, number) => number);
    const answers = await Promise.all(numbers.map((responseSize) => tests.unaryCall({ responseSize })));
    same(answers.map(bodySize), numbers);
  },
};
