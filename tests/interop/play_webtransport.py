"""Plays a quiz over WebTransport: aioquic for QUIC and HTTP/3, and the envelopes of docs/webtransport.md."""

import asyncio
import hashlib
import json
import ssl
import struct
import time
import urllib.request
from base64 import b64decode
from urllib.parse import unquote, urlsplit

import bot
from aioquic.asyncio import QuicConnectionProtocol, connect
from aioquic.buffer import encode_uint_var
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import DatagramReceived, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import ConnectionTerminated, StreamDataReceived, StreamReset
from cryptography.hazmat.primitives.serialization import Encoding
from trivium.v1.quiz_service_pb2 import PlayResponse
from trivium.v1.room_pb2 import JoinRoomResponse

HEADERS, MESSAGE, LAST = 0x40, 0x00, 0x80
PING, PONG = 1, 2


async def main():
    arguments = bot.arguments(__doc__)
    with urllib.request.urlopen(f"{arguments.server}/.well-known/trivium") as answer:
        offer = json.load(answer)["webtransport"]
    url = urlsplit(offer["url"])
    hashes = [b64decode(value) for value in offer["certificate_hashes"]]
    quic = QuicConfiguration(alpn_protocols=H3_ALPN, max_datagram_frame_size=65536)
    if hashes:  # The certificate is self-made: its hash is checked instead of who signed it.
        quic.verify_mode = ssl.CERT_NONE
    async with connect(url.hostname, url.port, configuration=quic, create_protocol=Session) as session:
        if hashes:
            session.check_certificate(hashes)
        await session.open(url.netloc, url.path)
        bot.say("pong", round_trip_us=await session.ping())

        # Nobody is signed in: the code and a nickname buy a seat, and a token for it.
        join = await session.call("/trivium.v1.RoomService/JoinRoom", JoinRoomResponse)
        await join.send(bot.join_request(arguments))
        join.half_close()
        [seat] = [message async for message in join]
        bot.say("joined", user_id=seat.member.user_id, nickname=seat.member.nickname)

        # One stream for the whole game. What is said on it comes as replies, what happens in the room as events.
        authorization = {"authorization": f"Bearer {seat.seat_token}"}
        stream = await session.call("/trivium.v1.QuizService/Play", PlayResponse, authorization)
        await bot.play(seat.room_id, stream.send, stream)


class Call:
    """One gRPC call: send messages, iterate over what comes back. Sections 2 to 4 of the document."""

    def __init__(self, reader, writer, session_id, path, response, metadata):
        self.reader, self.writer, self.response = reader, writer, response
        block = "".join(f"{name}: {value}\r\n" for name, value in {":path": path, **metadata}.items())
        preamble = encode_uint_var(0x41) + encode_uint_var(session_id)  # "this stream is of that session"
        writer.write(preamble + self.envelope(HEADERS, block.encode()))

    async def send(self, message):
        self.writer.write(self.envelope(MESSAGE, message.SerializeToString()))

    def half_close(self):
        self.writer.write(self.envelope(LAST))

    async def __aiter__(self):
        status = None
        while status is None:
            flags, length = struct.unpack("!BI", await self.reader.readexactly(5))
            payload = await self.reader.readexactly(length)
            if flags == MESSAGE:
                yield self.response.FromString(payload)
            else:  # HEADERS tell the status too when there is nothing else to tell
                lines = dict(line.split(":", 1) for line in payload.decode().splitlines())
                status = lines.get("grpc-status")
        self.writer.write_eof()
        if int(status) != 0:
            raise SystemExit(f"gRPC status {int(status)}: {unquote(lines.get('grpc-message', '').strip())}")

    @staticmethod
    def envelope(flags, payload=b""):
        return struct.pack("!BI", flags, len(payload)) + payload


class Session(QuicConnectionProtocol):
    """One WebTransport session on one QUIC connection. Sections 1 and 9 of the document."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.http = H3Connection(self._quic, enable_webtransport=True)
        self.session_id = None
        self.waiting = {}  # for "open" and "pong"

    def check_certificate(self, hashes):
        der = self._quic.tls._peer_certificate.public_bytes(Encoding.DER)
        if hashlib.sha256(der).digest() not in hashes:
            raise SystemExit("the server shows a certificate that it did not announce")

    async def open(self, authority, path):
        self.session_id = self._quic.get_next_available_stream_id()
        request = {":method": "CONNECT", ":scheme": "https", ":authority": authority, ":path": path}
        request |= {":protocol": "webtransport"}
        headers = [(name.encode(), value.encode()) for name, value in request.items()]
        self.http.send_headers(self.session_id, headers)
        status = await self.answer("open")
        if status != b"200":
            raise SystemExit(f"no session: {status}")

    async def call(self, path, response, metadata={}):
        reader, writer = await self.create_stream()
        return Call(reader, writer, self.session_id, path, response, metadata)

    async def ping(self):
        sent = time.monotonic_ns() // 1000
        self.http.send_datagram(self.session_id, struct.pack("!BQQ", PING, 1, sent))
        kind, seq, echoed, _server_time = struct.unpack("!BQQQ", await self.answer("pong"))
        assert (kind, seq, echoed) == (PONG, 1, sent)
        return time.monotonic_ns() // 1000 - sent

    async def answer(self, to):
        self.waiting[to] = self._loop.create_future()
        self.transmit()
        return await asyncio.wait_for(self.waiting[to], timeout=10)

    def quic_event_received(self, event):
        reader = self._stream_readers.get(getattr(event, "stream_id", None))
        if isinstance(event, ConnectionTerminated) or (reader and isinstance(event, StreamDataReceived)):
            super().quic_event_received(event)  # feeds the readers
        elif reader and isinstance(event, StreamReset):
            reader.set_exception(ConnectionError(f"the server reset a call: {event.error_code:#x}"))
        else:
            for happened in self.http.handle_event(event):
                if isinstance(happened, HeadersReceived):
                    self.waiting["open"].set_result(dict(happened.headers)[b":status"])
                elif isinstance(happened, DatagramReceived) and happened.data[0] == PONG:
                    self.waiting["pong"].set_result(happened.data)


asyncio.run(main())
