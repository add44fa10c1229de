"""gRPC's interoperability cases, as its documents describe them, by grpcio: one function for each, and a table of them.

Run with the URL of `trivium-test-service`. Prints one JSON object for each case, and fails if one did. Where a case is
about something that the client alone could make true, a deadline or a cancellation, the server is asked whether it saw
it. `interop_cases.mjs` is the same for Node.
"""

import json
import queue
import ssl
import sys
import traceback
import uuid
from urllib.parse import urlsplit

import grpc
import stubs  # noqa: F401  makes test_pb2 importable
from test_pb2 import (
    BoolValue,
    EchoStatus,
    Empty,
    Payload,
    ResponseParameters,
    SimpleRequest,
    StreamingInputCallRequest,
    StreamingOutputCallRequest,
)
from test_pb2_grpc import TestServiceStub, UnimplementedServiceStub
from trivium.test.v1.probe_service_pb2 import AwaitRequest
from trivium.test.v1.probe_service_pb2_grpc import ProbeServiceStub

PATIENCE = 20  # seconds; nothing here is measured
SENT = [27182, 8, 1828, 45904]
ASKED = [31415, 9, 2653, 58979]


def empty_unary(test, _):
    assert test.EmptyCall(Empty(), timeout=PATIENCE) == Empty()


def large_unary(test, _, **options):
    request = SimpleRequest(response_size=314159, payload=zeros(271828))
    response = test.UnaryCall(request, timeout=PATIENCE, **options)
    assert response.payload.body == bytes(314159)


def client_streaming(test, _, **options):
    requests = (StreamingInputCallRequest(payload=zeros(size)) for size in SENT)
    response = test.StreamingInputCall(requests, timeout=PATIENCE, **options)
    assert response.aggregated_payload_size == sum(SENT) == 74922


def server_streaming(test, _, **options):
    responses = test.StreamingOutputCall(asking(ASKED), timeout=PATIENCE, **options)
    assert [len(response.payload.body) for response in responses] == ASKED


def ping_pong(test, _):
    outbox = Outbox()
    responses = test.FullDuplexCall(outbox, timeout=PATIENCE)
    for sent, asked in zip(SENT, ASKED, strict=True):
        outbox.send(asking([asked], zeros(sent)))
        assert len(next(responses).payload.body) == asked
    outbox.end()
    assert list(responses) == []
    assert responses.code() == grpc.StatusCode.OK


def empty_stream(test, _):
    assert list(test.FullDuplexCall(iter([]), timeout=PATIENCE)) == []


def timeout_on_sleeping_server(test, probe):
    name, metadata = named()
    outbox = Outbox()
    outbox.send(asking([31415], zeros(27182), interval_us=1800 * 1_000_000))
    responses = test.FullDuplexCall(outbox, timeout=0.5, metadata=metadata)
    fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: next(responses))
    outbox.end()
    # The client gives up by itself. So does the handler, which would have slept for half an hour, if the call reached it at all.
    assert probe.Await(AwaitRequest(name=name, idle=True), timeout=PATIENCE).active == 0


def cancel_after_begin(test, probe):
    name, metadata = named()
    outbox = Outbox()
    call = test.StreamingInputCall.future(outbox, metadata=metadata)
    probe.Await(AwaitRequest(name=name, started=1), timeout=PATIENCE)
    assert call.cancel()
    assert call.cancelled() and call.code() == grpc.StatusCode.CANCELLED
    outbox.end()
    probe.Await(AwaitRequest(name=name, started=1, idle=True), timeout=PATIENCE)


def cancel_after_first_response(test, probe):
    name, metadata = named()
    outbox = Outbox()
    responses = test.FullDuplexCall(outbox, timeout=PATIENCE, metadata=metadata)
    outbox.send(asking([31415], zeros(27182)))
    assert len(next(responses).payload.body) == 31415
    responses.cancel()
    fails(grpc.StatusCode.CANCELLED, lambda: next(responses))
    outbox.end()
    probe.Await(AwaitRequest(name=name, started=1, idle=True), timeout=PATIENCE)


def custom_metadata(test, _):
    initial = ("x-grpc-test-echo-initial", "test_initial_metadata_value")
    trailing = ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab")
    echoed = [initial, trailing]
    _, unary = test.UnaryCall.with_call(
        SimpleRequest(response_size=314159, payload=zeros(271828)), timeout=PATIENCE, metadata=echoed
    )
    duplex = test.FullDuplexCall(iter([asking([314159], zeros(271828))]), timeout=PATIENCE, metadata=echoed)
    assert len(list(duplex)) == 1
    for call in (unary, duplex):
        assert initial in pairs(call.initial_metadata()), call.initial_metadata()
        assert trailing in pairs(call.trailing_metadata()), call.trailing_metadata()


def status_code_and_message(test, _):
    echoes_status(test, "test status message", duplex=True)


def special_status_message(test, _):
    echoes_status(test, "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n", duplex=False)


def unimplemented_method(test, _):
    fails(grpc.StatusCode.UNIMPLEMENTED, lambda: test.UnimplementedCall(Empty(), timeout=PATIENCE))


def unimplemented_service(_, __, channel):
    stub = UnimplementedServiceStub(channel)
    fails(grpc.StatusCode.UNIMPLEMENTED, lambda: stub.UnimplementedCall(Empty(), timeout=PATIENCE))


def client_compressed_unary(test, probe):
    large_unary(test, probe, compression=grpc.Compression.Gzip)


def client_compressed_streaming(test, probe):
    client_streaming(test, probe, compression=grpc.Compression.Gzip)


def server_compressed_unary(test, _):
    # The server compresses for whoever takes gzip. grpcio decodes without a word, so this shows that it can be decoded.
    request = SimpleRequest(response_size=314159, payload=zeros(271828), response_compressed=BoolValue(value=True))
    assert test.UnaryCall(request, timeout=PATIENCE).payload.body == bytes(314159)


def server_compressed_streaming(test, _):
    parameters = [ResponseParameters(size=size, compressed=BoolValue(value=True)) for size in (31415, 92653)]
    request = StreamingOutputCallRequest(response_parameters=parameters)
    responses = test.StreamingOutputCall(request, timeout=PATIENCE)
    assert [len(response.payload.body) for response in responses] == [31415, 92653]


CASES = [
    empty_unary,
    large_unary,
    client_streaming,
    server_streaming,
    ping_pong,
    empty_stream,
    timeout_on_sleeping_server,
    cancel_after_begin,
    cancel_after_first_response,
    custom_metadata,
    status_code_and_message,
    special_status_message,
    unimplemented_method,
    unimplemented_service,
    client_compressed_unary,
    client_compressed_streaming,
    server_compressed_unary,
    server_compressed_streaming,
]


class Outbox:
    """Requests that are sent one by one, as an iterator for grpcio."""

    def __init__(self):
        self.waiting = queue.SimpleQueue()

    def send(self, request):
        self.waiting.put(request)

    def end(self):
        self.waiting.put(None)

    def __iter__(self):
        return self

    def __next__(self):
        if (request := self.waiting.get()) is None:
            raise StopIteration
        return request


def zeros(size):
    return Payload(body=bytes(size))


def asking(sizes, payload=None, interval_us=0):
    parameters = [ResponseParameters(size=size, interval_us=interval_us) for size in sizes]
    return StreamingOutputCallRequest(response_parameters=parameters, payload=payload)


def named():
    name = str(uuid.uuid4())
    return name, [("x-probe", name)]


def pairs(metadata):
    return [(key, value) for key, value in metadata]


def echoes_status(test, message, duplex):
    status = EchoStatus(code=2, message=message)
    calls = [lambda: test.UnaryCall(SimpleRequest(response_status=status), timeout=PATIENCE)]
    if duplex:
        request = StreamingOutputCallRequest(response_status=status)
        calls.append(lambda: list(test.FullDuplexCall(iter([request]), timeout=PATIENCE)))
    for call in calls:
        assert fails(grpc.StatusCode.UNKNOWN, call).details() == message


def fails(code, call):
    try:
        call()
    except grpc.RpcError as error:
        assert error.code() == code, error
        return error
    raise AssertionError(f"it does not fail with {code}")


def connect(url):
    """A channel; a certificate is trusted as it is shown, for who has signed it is not what is tested."""
    server = urlsplit(url)
    if server.scheme == "http":
        return grpc.insecure_channel(server.netloc)
    certificate = ssl.get_server_certificate((server.hostname, server.port))
    return grpc.secure_channel(server.netloc, grpc.ssl_channel_credentials(certificate.encode()))


def main():
    failed = False
    with connect(sys.argv[1]) as channel:
        test, probe = TestServiceStub(channel), ProbeServiceStub(channel)
        for case in CASES:
            more = {"channel": channel} if case is unimplemented_service else {}
            told = {"case": case.__name__, "passed": True}
            try:
                case(test, probe, **more)
            except Exception:  # what a case raises is its result
                told |= {"passed": False, "why": traceback.format_exc()}
                failed = True
            print(json.dumps(told), flush=True)
    sys.exit(failed)


main()
