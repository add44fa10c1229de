// gRPC's interoperability cases by @grpc/grpc-js, the same as in interop_cases.py; TLS is left to that.
//
// Run with the URL of `trivium-test-service`. Prints one JSON object for each case, and fails if one did.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const PATIENCE_MS = 20_000; // nothing here is measured
const SENT = [27182, 8, 1828, 45904];
const ASKED = [31415, 9, 2653, 58979];

const folder = fileURLToPath(new URL("../proto", import.meta.url));
const files = ["grpc/testing/test.proto", "trivium/test/v1/probe_service.proto"];
const services = grpc.loadPackageDefinition(loadSync(files, { includeDirs: [folder], keepCase: true }));
const address = new URL(process.argv[2]).host;
const stub = (Service, options) => new Service(address, grpc.credentials.createInsecure(), options);
const test = stub(services.grpc.testing.TestService);
const gzip = stub(services.grpc.testing.TestService, { "grpc.default_compression_algorithm": grpc.compressionAlgorithms.gzip });
const unimplemented = stub(services.grpc.testing.UnimplementedService);
const probe = stub(services.trivium.test.v1.ProbeService);

const CASES = {
  async empty_unary() {
    assert.deepEqual(await unary(test, "EmptyCall", {}), {});
  },

  large_unary: () => largeUnary(test),
  client_streaming: () => clientStreaming(test),

  async server_streaming() {
    const call = test.StreamingOutputCall(asking(ASKED), soon());
    const [sizes] = await Promise.all([all(call), code(call, grpc.status.OK)]);
    assert.deepEqual(sizes, ASKED);
  },

  async ping_pong() {
    const call = test.FullDuplexCall(soon());
    const ended = code(call, grpc.status.OK);
    const responses = call[Symbol.asyncIterator]();
    for (const [index, size] of SENT.entries()) {
      call.write(asking([ASKED[index]], zeros(size)));
      assert.equal(sizeOf((await responses.next()).value), ASKED[index]);
    }
    call.end();
    assert.equal((await responses.next()).done, true);
    await ended;
  },

  async empty_stream() {
    const call = test.FullDuplexCall(soon());
    call.end();
    const [sizes] = await Promise.all([all(call), code(call, grpc.status.OK)]);
    assert.deepEqual(sizes, []);
  },

  // The client gives up by itself. So does the handler, which would have slept for half an hour.
  async timeout_on_sleeping_server() {
    const { name, metadata } = named();
    const call = test.FullDuplexCall(metadata, { deadline: Date.now() + 500 });
    call.write(asking([31415], zeros(27182), 1_800_000_000));
    await Promise.all([failing(call), code(call, grpc.status.DEADLINE_EXCEEDED)]);
    await unary(probe, "Await", { name, idle: true });
  },

  async cancel_after_begin() {
    const { name, metadata } = named();
    const { call, answered } = clientStream(test, metadata);
    await unary(probe, "Await", { name, started: 1 });
    call.cancel();
    await assert.rejects(answered, { code: grpc.status.CANCELLED });
    await unary(probe, "Await", { name, started: 1, idle: true });
  },

  async cancel_after_first_response() {
    const { name, metadata } = named();
    const call = test.FullDuplexCall(metadata, soon());
    const ended = code(call, grpc.status.CANCELLED);
    call.write(asking([31415], zeros(27182)));
    const first = await new Promise((resolve, reject) => call.once("data", resolve).once("error", reject));
    assert.equal(sizeOf(first), 31415);
    call.once("error", () => {});
    call.cancel();
    await ended;
    await unary(probe, "Await", { name, started: 1, idle: true });
  },

  async custom_metadata() {
    const echoed = new grpc.Metadata();
    echoed.set("x-grpc-test-echo-initial", "test_initial_metadata_value");
    echoed.set("x-grpc-test-echo-trailing-bin", Buffer.from([0xab, 0xab, 0xab]));
    const single = test.UnaryCall({ response_size: 314159, payload: zeros(271828) }, echoed, soon(), () => {});
    await echoes(single);
    const duplex = test.FullDuplexCall(echoed, soon());
    duplex.end(asking([314159], zeros(271828)));
    const [sizes] = await Promise.all([all(duplex), echoes(duplex)]);
    assert.deepEqual(sizes, [314159]);
  },

  async status_code_and_message() {
    const response_status = { code: grpc.status.UNKNOWN, message: "test status message" };
    const expected = { code: grpc.status.UNKNOWN, details: response_status.message };
    await assert.rejects(unary(test, "UnaryCall", { response_status }), expected);
    const call = test.FullDuplexCall(soon());
    call.end({ response_status });
    await assert.rejects(all(call), expected);
  },

  async special_status_message() {
    const message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
    const response_status = { code: grpc.status.UNKNOWN, message };
    const expected = { code: grpc.status.UNKNOWN, details: message };
    await assert.rejects(unary(test, "UnaryCall", { response_status }), expected);
  },

  async unimplemented_method() {
    await assert.rejects(unary(test, "UnimplementedCall", {}), { code: grpc.status.UNIMPLEMENTED });
  },

  async unimplemented_service() {
    await assert.rejects(unary(unimplemented, "UnimplementedCall", {}), { code: grpc.status.UNIMPLEMENTED });
  },

  client_compressed_unary: () => largeUnary(gzip),
  client_compressed_streaming: () => clientStreaming(gzip),
  // The server compresses for whoever takes gzip, as this library does everywhere; these two ask for it by name.
  server_compressed_unary: () => largeUnary(test, { response_compressed: { value: true } }),

  async server_compressed_streaming() {
    const response_parameters = [31415, 92653].map((size) => ({ size, compressed: { value: true } }));
    assert.deepEqual(await all(test.StreamingOutputCall({ response_parameters }, soon())), [31415, 92653]);
  },
};

async function largeUnary(client, more = {}) {
  const response = await unary(client, "UnaryCall", { response_size: 314159, payload: zeros(271828), ...more });
  assert.deepEqual(response.payload.body, Buffer.alloc(314159));
}

async function clientStreaming(client) {
  const { call, answered } = clientStream(client);
  for (const size of SENT) call.write({ payload: zeros(size) });
  call.end();
  assert.equal((await answered).aggregated_payload_size, 74922);
}

function clientStream(client, metadata = new grpc.Metadata()) {
  let call;
  const answered = new Promise((resolve, reject) => {
    call = client.StreamingInputCall(metadata, soon(), (error, response) => (error ? reject(error) : resolve(response)));
  });
  return { call, answered };
}

function unary(client, method, request) {
  return new Promise((resolve, reject) => {
    client[method](request, soon(), (error, response) => (error ? reject(error) : resolve(response)));
  });
}

function soon() {
  return { deadline: Date.now() + PATIENCE_MS };
}

function named() {
  const name = randomUUID();
  const metadata = new grpc.Metadata();
  metadata.set("x-probe", name);
  return { name, metadata };
}

function zeros(size) {
  return { body: Buffer.alloc(size) };
}

function asking(sizes, payload, interval_us = 0) {
  return { response_parameters: sizes.map((size) => ({ size, interval_us })), payload };
}

function sizeOf(response) {
  return response.payload.body.length;
}

async function all(call) {
  const sizes = [];
  for await (const response of call) sizes.push(sizeOf(response));
  return sizes;
}

function code(call, expected) {
  return new Promise((resolve) => call.once("status", resolve)).then((status) => assert.equal(status.code, expected));
}

function failing(call) {
  return new Promise((resolve) => call.once("error", resolve));
}

async function echoes(call) {
  const initial = new Promise((resolve) => call.once("metadata", resolve));
  const status = new Promise((resolve) => call.once("status", resolve));
  assert.deepEqual((await initial).get("x-grpc-test-echo-initial"), ["test_initial_metadata_value"]);
  const { metadata } = await status;
  assert.deepEqual(metadata.get("x-grpc-test-echo-trailing-bin"), [Buffer.from([0xab, 0xab, 0xab])]);
}

let failed = false;
for (const [name, run] of Object.entries(CASES)) {
  const told = { case: name, passed: true };
  try {
    await run();
  } catch (error) {
    Object.assign(told, { passed: false, why: error.stack });
    failed = true;
  }
  console.log(JSON.stringify(told));
}
process.exit(failed ? 1 : 0);
