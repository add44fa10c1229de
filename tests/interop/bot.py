"""Plays a quiz over any stream of PlayRequest and PlayResponse: what the Python clients share.

The road is the caller's affair: it brings `send`, and `responses` to iterate over. What happens is printed, one JSON
object a line.
"""

import argparse
import asyncio
import json
import uuid

import stubs  # noqa: F401  makes trivium.v1 importable
from trivium.v1 import quiz_pb2 as quiz
from trivium.v1.quiz_service_pb2 import PlayRequest
from trivium.v1.room_pb2 import JoinRoomRequest
from trivium.v1.session_pb2 import Hello, Pong, Subscribe


async def play(room_id, send, responses):
    """Hears the room, answers every question, and returns when the game has ended."""
    subscription = Subscribe(room_id=room_id)
    await send(PlayRequest(hello=Hello(client="trivium-interop/1", subscriptions=[subscription])))
    kind = None
    async with asyncio.TaskGroup() as answers:
        async for response in responses:
            match response.WhichOneof("response"):
                case "reset":
                    # The room as it is; everything after it comes as events.
                    kind = response.reset.snapshot.quiz.prompt.kind
                    say("hearing", room_id=room_id, seq=response.reset.snapshot.cursor.seq)
                case "event":
                    event = response.event
                    match event.WhichOneof("event"):
                        case "question_shown":
                            kind = event.question_shown.prompt.kind
                            say("question", text=event.question_shown.prompt.text)
                        case "question_opened":
                            answers.create_task(answer_when_open(send, event, kind))
                        case "question_revealed":
                            own = event.question_revealed.own
                            say("result", index=event.question_revealed.index, points=own.points, total=own.total)
                        case "quiz_ended":
                            say("final", ranking=ranking(event.quiz_ended.standings))
                            return
                case "ping":
                    # Lets the server measure the round trip, and so give credit for it.
                    await send(PlayRequest(pong=Pong(ping_id=response.ping.ping_id)))
                case "reply" if response.reply.HasField("submit_answer"):
                    say("answered", response_ms=response.reply.submit_answer.response_ms)
                case "reply":
                    raise SystemExit(f"refused: {response.reply.error}")
                case "go_away" | "subscription_ended":
                    raise SystemExit(f"the server says: {response}")
    raise SystemExit("the stream ended before the game")


async def answer_when_open(send, event, kind):
    """Options arrive a little before they count, so that every screen turns at one instant of the server's clock."""
    opened = event.question_opened
    await asyncio.sleep((opened.open_time_ms - event.time_ms) / 1000)
    answer = quiz.SubmitAnswerRequest(
        request_id=request_id(), room_id=event.room_id, question_index=opened.index, answer=some_answer(kind, opened.form)
    )
    await send(PlayRequest(id=opened.index + 1, submit_answer=answer))


def some_answer(kind, form):
    """The first option, the middle of the slider, everything in the order shown."""
    match kind:
        case quiz.QUESTION_KIND_SINGLE_CHOICE | quiz.QUESTION_KIND_POLL:
            return quiz.Answer(choice=0)
        case quiz.QUESTION_KIND_MULTIPLE_CHOICE | quiz.QUESTION_KIND_MULTIPLE_POLL:
            return quiz.Answer(choices=quiz.Positions(positions=[0]))
        case quiz.QUESTION_KIND_TRUE_FALSE:
            return quiz.Answer(truth=True)
        case quiz.QUESTION_KIND_TEXT_ENTRY:
            return quiz.Answer(text="no idea")
        case quiz.QUESTION_KIND_NUMBER_ENTRY | quiz.QUESTION_KIND_RANGE_ENTRY:
            return quiz.Answer(number=(form.min + form.max) / 2)
        case quiz.QUESTION_KIND_ORDERING:
            return quiz.Answer(order=quiz.Positions(positions=range(len(form.options))))
        case quiz.QUESTION_KIND_MATCHING:
            return quiz.Answer(matches=quiz.Positions(positions=range(len(form.matches))))
        case quiz.QUESTION_KIND_RATING:
            return quiz.Answer(rating=1)
        case quiz.QUESTION_KIND_WORD_CLOUD:
            return quiz.Answer(words=quiz.Words(words=["trivium"]))
    raise ValueError(f"a kind of question from the future: {kind}")


def ranking(standings):
    return [{"rank": row.rank, "name": row.name, "points_tenths": row.points_tenths} for row in standings]


def join_request(arguments):
    return JoinRoomRequest(request_id=request_id(), join_code=arguments.code, nickname=arguments.name)


def request_id():
    """A request that is sent again with the same id happens once."""
    return uuid.uuid4().hex


def say(saw, **what):
    print(json.dumps({"saw": saw, **what}, ensure_ascii=False), flush=True)


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("server", help="such as http://127.0.0.1:8080")
    parser.add_argument("code", help="the room's join code")
    parser.add_argument("name", help="a nickname")
    return parser.parse_args()
