// An open question, and the moment after it: the way of answering, and how far the own answer got.
//
// The parts stay where they are from the opening to the reveal; only the foot tells what has happened.

import { create } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { type QuizView, type RoomState, reason } from "@trivium/client";
import { type AnswerForm, AnswerSchema, QuizPhase } from "@trivium/client/proto";
import { useCountdown, useQuizActions } from "@trivium/client/react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useSound } from "../../../lib/sound";
import { AnswerInput } from "../answers/AnswerInput";
import type { AnswerValue } from "../answers/types";
import { cameTooLate } from "../model/late";
import { useAnswerStatus } from "./AnswerStatus";
import classes from "./Question.module.css";
import { Stem } from "./Stem";
import { useDrawn } from "./useDrawn";

/** Longer than any lead: the step ends exactly with the deadline. */
const WHOLE = { stepMs: 3_600_000 };

export function Question({ room, quiz }: { room: RoomState; quiz: QuizView }) {
  const { state, own } = quiz;
  const { prompt, form, paused } = state;
  const isOpen = state.phase === QuizPhase.OPEN;
  const begun = useCountdown(state.openTimeMs, WHOLE) === 0 || !isOpen;
  const left = useCountdown(state.closeTimeMs, { heldMs: paused ? state.remainingMs : undefined });
  const timeUp = !isOpen || left === 0;
  const { submit } = useQuizActions(room.roomId);
  useSounds(isOpen, left, own?.status);
  useDrawn(room.roomId, prompt?.index, begun && isOpen && form !== undefined);
  const mine = own?.questionIndex === prompt?.index ? own : undefined;
  const late = mine === undefined && cameTooLate(room.me, state);
  const status = useAnswerStatus({ quiz, timeUp, late });
  if (prompt === undefined) return null;

  const sent = mine?.status === "sending" || mine?.status === "locked" || state.answered;
  const given = mine?.answer?.value;
  const send = (value: AnswerValue) => {
    // The view says what became of it.
    submit(create(AnswerSchema, { value })).catch((error: unknown) => {
      if (reason(error) === undefined) console.warn("an answer was not taken", ConnectError.from(error));
    });
  };
  return (
    <>
      <Stem roomId={room.roomId} prompt={prompt} />
      {begun && form !== undefined ? (
        <AnswerInput
          kind={prompt.kind}
          form={form}
          hidden={state.hiddenOptions}
          given={given?.case === undefined ? undefined : given}
          disabled={sent || timeUp || late || paused || room.me === undefined}
          status={status}
          submit={send}
        />
      ) : (
        <Pending form={form} />
      )}
    </>
  );
}

/** The options' places before they may be drawn. */
function Pending({ form }: { form: AnswerForm | undefined }) {
  const { t } = useTranslation("player");
  return (
    <div className={classes.pending} role="status">
      <span className="visually-hidden">{t("question.pending")}</span>
      {form?.options.map((option) => (
        <span key={option} className={classes.ghost} />
      ))}
    </div>
  );
}

function useSounds(isOpen: boolean, left: number | undefined, status: string | undefined): void {
  const { play } = useSound();
  useEffect(() => {
    if (isOpen && left !== undefined && left > 0 && left <= 5) play("tick");
  }, [isOpen, left, play]);
  useEffect(() => {
    if (!isOpen) play("gong");
  }, [isOpen, play]);
  useEffect(() => {
    if (status !== "locked") return;
    play("locked");
    if ("vibrate" in navigator) navigator.vibrate(30);
  }, [status, play]);
}
