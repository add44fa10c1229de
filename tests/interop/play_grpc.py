"""Plays a quiz over gRPC: grpcio, generated stubs, nothing else."""

import asyncio
from urllib.parse import urlsplit

import bot
import grpc
from trivium.v1.quiz_service_pb2_grpc import QuizServiceStub
from trivium.v1.room_service_pb2_grpc import RoomServiceStub


async def main():
    arguments = bot.arguments(__doc__)
    async with grpc.aio.insecure_channel(urlsplit(arguments.server).netloc) as channel:
        # Nobody is signed in: the code and a nickname buy a seat, and a token for it.
        seat = await RoomServiceStub(channel).JoinRoom(bot.join_request(arguments))
        bot.say("joined", user_id=seat.member.user_id, nickname=seat.member.nickname)

        # One stream for the whole game. What is said on it comes as replies, what happens in the room as events.
        outbox = asyncio.Queue()
        authorization = [("authorization", f"Bearer {seat.seat_token}")]
        stream = QuizServiceStub(channel).Play(all_of(outbox), metadata=authorization)
        await bot.play(seat.room_id, outbox.put, stream)


async def all_of(outbox):
    """An answer and a pong may be due at once, and grpcio writes one message at a time."""
    while True:
        yield await outbox.get()


asyncio.run(main())
