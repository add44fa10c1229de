// Cases: calls and sessions that end early, late or not at all.

import { Code } from "@connectrpc/connect";
import { datagrams, MAX_DATAGRAM_BYTES, openWebTransport } from "@trivium/client/transport";
import { all, cancellable, check, fails, Outbox, open, payload, type Stage, same } from "./stage.js";

type Asked = { responseParameters: { size: number; intervalUs?: number }[] };

const HOUR_US = 2_000_000_000;
const CHUNK = 65_536;
/** Far more than flow control of either browser lets through; Firefox takes 13 MiB for a reader that pauses. */
const OFFERED_CHUNKS = 512;

/** By name. */
export const endings: Record<string, (stage: Stage) => Promise<void>> = {
  async "cancelling a unary call ends its handler"({ tests, probe, named }) {
    const { name, headers } = named("x-probe-hold");
    const { options, cancel } = cancellable(headers);
    const call = fails(Code.Canceled, tests.unaryCall({}, options));
    await probe.await({ name, started: 1 });
    cancel();
    await call;
    same((await probe.await({ name, idle: true })).sent, 0, "answers");
  },

  async "cancelling a server stream ends its handler"({ tests, probe, named }) {
    const { name, headers } = named();
    const { options, cancel } = cancellable(headers);
    const responseParameters = [{ size: 1 }, { size: 1, intervalUs: HOUR_US }];
    const answers = tests.streamingOutputCall({ responseParameters }, options)[Symbol.asyncIterator]();
    same((await answers.next()).done, false);
    const next = fails(Code.Canceled, answers.next());
    cancel();
    await next;
    await probe.await({ name, started: 1, idle: true });
  },

  async "cancelling a client stream ends its handler"({ tests, probe, named }) {
    const { name, headers } = named();
    const { options, cancel } = cancellable(headers);
    const outbox = new Outbox<{ payload: ReturnType<typeof payload> }>();
    outbox.push({ payload: payload(10) });
    const call = fails(Code.Canceled, tests.streamingInputCall(outbox, options));
    await probe.await({ name, received: 1 });
    cancel();
    await call;
    await probe.await({ name, started: 1, idle: true });
  },

  async "cancelling a stream in both directions ends its handler"({ tests, probe, named }) {
    const { name, headers } = named();
    const { options, cancel } = cancellable(headers);
    const outbox = new Outbox<Asked>();
    outbox.push({ responseParameters: [{ size: 1 }] });
    const answers = tests.fullDuplexCall(outbox, options)[Symbol.asyncIterator]();
    same((await answers.next()).done, false);
    const next = fails(Code.Canceled, answers.next());
    cancel();
    await next;
    await probe.await({ name, started: 1, idle: true });
  },

  async "cancelling after half-close ends the handler"({ tests, probe, named }) {
    const { name, headers } = named();
    const { options, cancel } = cancellable(headers);
    const outbox = new Outbox<Asked>();
    outbox.push({ responseParameters: [{ size: 1 }, { size: 1, intervalUs: HOUR_US }] });
    outbox.end();
    const answers = tests.halfDuplexCall(outbox, options)[Symbol.asyncIterator]();
    await answers.next();
    cancel();
    await fails(Code.Canceled, answers.next());
    await probe.await({ name, started: 1, idle: true });
  },

  async "a call that was cancelled before it began is never made"({ tests, probe, named }) {
    const { name, headers } = named();
    const { options, cancel } = cancellable(headers);
    cancel();
    await fails(Code.Canceled, tests.unaryCall({}, options));
    await tests.emptyCall({});
    same((await probe.await({ name })).started, 0);
  },

  async "calls above the limit wait, and can be cancelled while they do"({ client, probe, named }) {
    const { name, headers } = named("x-probe-hold");
    const tests = client({ maxConcurrentStreams: 2, maxQueuedCalls: 2 });
    const holding = [tests.unaryCall({}, { headers }), tests.unaryCall({}, { headers })];
    await probe.await({ name, started: 2 });
    const { options, cancel } = cancellable(headers);
    const waiting = tests.unaryCall({}, { headers });
    const cancelled = fails(Code.Canceled, tests.unaryCall({}, options));
    await fails(Code.ResourceExhausted, tests.unaryCall({}, { headers }));
    cancel();
    await cancelled;
    await probe.release({ name });
    await Promise.all([...holding, waiting]);
    same((await probe.await({ name, idle: true })).started, 3);
  },

  async "more calls than the server has streams for"({ url, client, named }) {
    const { name, headers } = named("x-probe-hold");
    const tests = client({ maxConcurrentStreams: 1_000 });
    const held = Array.from({ length: 200 }, () => tests.unaryCall({}, { headers }));
    // This session has no stream to spare.
    const other = await open(url);
    await other.probe.await({ name, started: 100 });
    await other.probe.release({ name });
    await Promise.all(held);
    same((await other.probe.await({ name, idle: true })).started, 200);
    other.opened.webTransport.close();
  },

  async "a deadline that the client keeps"({ tests, probe, named }) {
    const { name, headers } = named("x-probe-hold");
    await fails(Code.DeadlineExceeded, tests.unaryCall({}, { headers, timeoutMs: 200.5 }));
    await probe.await({ name, idle: true });
  },

  async "a deadline that the server keeps"({ tests, probe, named }) {
    const { name, headers } = named();
    // Without one that Connect keeps itself.
    const options = { headers: { ...headers, "grpc-timeout": "300m" }, timeoutMs: 0 };
    const responseParameters = [{ size: 1 }, { size: 2 }, { size: 3, intervalUs: HOUR_US }];
    const answers = tests.streamingOutputCall({ responseParameters }, options)[Symbol.asyncIterator]();
    await answers.next();
    await answers.next();
    await fails(Code.DeadlineExceeded, answers.next());
    await probe.await({ name, started: 1, idle: true });
  },

  async "an early answer ends a request that goes on and on"({ tests, probe, named }) {
    const { name, headers } = named("x-probe-early");
    let ended = false;
    const chunk = { payload: payload(CHUNK) };
    async function* endless() {
      try {
        for (;;) yield chunk;
      } finally {
        ended = true;
      }
    }
    same((await tests.streamingInputCall(endless(), { headers })).aggregatedPayloadSize, CHUNK);
    await probe.await({ name, started: 1, idle: true });
    for (let round = 0; round < 1_000 && !ended; round += 1) await tests.emptyCall({});
    check(ended, "the request goes on");
  },

  async "an early answer to a quiet request is complete"({ tests }) {
    const outbox = new Outbox<{ payload?: ReturnType<typeof payload>; responseStatus?: { code: number } }>();
    outbox.push({ responseStatus: { code: 7 } });
    await fails(Code.PermissionDenied, all(tests.fullDuplexCall(outbox)));
  },

  async "a request that fails cancels its call"({ tests, probe, named }) {
    const { name, headers } = named();
    async function* broken() {
      yield { payload: payload(1) };
      await probe.await({ name, received: 1 });
      throw new Error("no more");
    }
    same((await fails(Code.Unknown, tests.streamingInputCall(broken(), { headers }))).rawMessage, "no more");
    await probe.await({ name, started: 1, idle: true });
  },

  async "a reader that pauses stops the handler, and loses nothing"({ tests, probe, named }) {
    const { name, headers } = named();
    const responseParameters = Array.from({ length: OFFERED_CHUNKS }, () => ({ size: CHUNK }));
    const answers = tests.streamingOutputCall({ responseParameters }, { headers })[Symbol.asyncIterator]();
    await answers.next();
    const sent = await standing(tests, async () => (await probe.await({ name })).sent);
    check(sent < OFFERED_CHUNKS, `${sent} chunks were sent to a reader that took one`);
    let taken = 1;
    while (!(await answers.next()).done) taken += 1;
    same(taken, OFFERED_CHUNKS);
  },

  async "a handler that pauses stops the request, and loses nothing"({ tests, probe, named }) {
    const { name, headers } = named("x-probe-hold");
    let offered = 0;
    const chunk = { payload: payload(CHUNK) };
    async function* chunks() {
      for (; offered < OFFERED_CHUNKS; offered += 1) yield chunk;
    }
    const call = tests.streamingInputCall(chunks(), { headers });
    await probe.await({ name, started: 1 });
    await standing(tests, async () => offered);
    check(offered < OFFERED_CHUNKS, `${offered} chunks were taken for a handler that took none`);
    await probe.release({ name });
    same((await call).aggregatedPayloadSize, OFFERED_CHUNKS * CHUNK);
  },

  async "pings are answered, and long datagrams are not sent"({ opened }) {
    const road = datagrams(opened.webTransport);
    check(road.maxBytes >= 1_000 && road.maxBytes <= MAX_DATAGRAM_BYTES, `${road.maxBytes} bytes`);
    const received = road[Symbol.asyncIterator]();
    // One may be lost, so ask until an answer is there.
    let seq = 0;
    const asking = setInterval(() => {
      seq += 1;
      road.ping(seq, 12_345);
    }, 20);
    const pong = (await received.next()).value;
    clearInterval(asking);
    check(pong?.kind === "pong", "no pong");
    check(pong.seq >= 1 && pong.seq <= seq, `sequence ${pong.seq}`);
    same(pong.clientTimeUs, 12_345);
    const apart = Math.abs(pong.serverTimeUs / 1_000 - Date.now());
    check(apart < 60_000, `the clocks are ${apart} ms apart on one machine`);
    let refused = false;
    try {
      road.send(new Uint8Array(MAX_DATAGRAM_BYTES + 1));
    } catch (error) {
      refused = error instanceof RangeError;
    }
    check(refused, "a datagram that is too long was taken");
  },

  async "a lost session ends every call with UNAVAILABLE"({ url, tests, probe, named }) {
    const { name, headers } = named("x-probe-hold");
    const stuck = new Outbox<Asked>();
    const pending = [
      fails(Code.Unavailable, tests.unaryCall({}, { headers })),
      fails(Code.Unavailable, all(tests.fullDuplexCall(stuck, { headers }))),
      fails(Code.Unavailable, tests.streamingInputCall(new Outbox<{ payload: undefined }>(), { headers })),
    ];
    const began = all(
      tests.streamingOutputCall({ responseParameters: [{ size: 1 }, { size: 1, intervalUs: HOUR_US }] }),
    );
    pending.push(fails(Code.Unavailable, began));
    await probe.await({ name, started: 3 });
    await probe.endSessions({});
    await Promise.all(pending);
    await fails(Code.Unavailable, tests.emptyCall({}));
    const again = await open(url);
    await again.probe.await({ name, started: 3, idle: true });
    again.opened.webTransport.close();
  },

  async "closing the session ends every call with UNAVAILABLE"({ url, opened, tests, probe, named }) {
    const { name, headers } = named("x-probe-hold");
    const call = fails(Code.Unavailable, tests.unaryCall({}, { headers }));
    const stream = fails(Code.Unavailable, all(tests.fullDuplexCall(new Outbox<Asked>(), { headers })));
    await probe.await({ name, started: 2 });
    opened.webTransport.close();
    await Promise.all([call, stream]);
    await fails(Code.Unavailable, tests.emptyCall({}));
    const again = await open(url);
    await again.probe.await({ name, started: 2, idle: true });
    again.opened.webTransport.close();
  },

  async "sessions that cannot be opened"({ opened, url }) {
    const { wellKnown } = opened;
    const known = wellKnown.webtransport;
    check(known !== undefined, "there is a road");
    const others = [new Uint8Array(32)];
    const untrusted = { ...wellKnown, webtransport: { url: known.url, certificateHashes: others } };
    await fails(Code.Unavailable, openWebTransport({ url, wellKnown: untrusted, timeoutMs: 10_000 }));
    // Nobody answers at the discard port.
    const nobody = { ...wellKnown, webtransport: { ...known, url: "https://127.0.0.1:9/wt/v1" } };
    const begun = performance.now();
    const code = await openWebTransport({ url, wellKnown: nobody, timeoutMs: 300 }).then(
      () => 0,
      (error) => error.code,
    );
    check(code === Code.DeadlineExceeded || code === Code.Unavailable, `status ${code}`);
    check(performance.now() - begun < 10_000, "it took its time");
    const signal = AbortSignal.abort();
    await fails(Code.Canceled, openWebTransport({ url, signal }));
    const { webtransport: _, ...without } = wellKnown;
    await fails(Code.Unimplemented, openWebTransport({ url, wellKnown: without }));
    await fails(Code.Unavailable, openWebTransport({ url: "http://127.0.0.1:9" }));
  },
};

/** Reads a counter until it stands still over many calls on the same session, which nothing holds up. */
async function standing(tests: Stage["tests"], read: () => Promise<number>): Promise<number> {
  for (let before = -1; ; ) {
    const now = await read();
    if (now === before) return now;
    before = now;
    for (let round = 0; round < 50; round += 1) await tests.emptyCall({});
  }
}
