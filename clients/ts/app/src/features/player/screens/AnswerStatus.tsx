// What became of the own answer: nothing yet, on its way, locked, refused, too late. Never silent.
import { ConnectError } from "@connectrpc/connect";
import { IconAlertTriangle, IconCheck, IconClockOff, IconSend } from "@tabler/icons-react";
import { type QuizView, reason } from "@trivium/client";
import { QuestionKind, QuizPhase } from "@trivium/client/proto";
import { useConnection } from "@trivium/client/react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { kindKey } from "../../../lib/kinds";
import { showSeconds } from "../model/numbers";
import classes from "./Question.module.css";

interface Situation {
  readonly quiz: QuizView;
  readonly timeUp: boolean;
  /** Came into the room too late for this question. */
  readonly late: boolean;
}

/** Kinds that are answered by a tap; the others have a button where this stands. */
const TAPPED = [QuestionKind.SINGLE_CHOICE, QuestionKind.TRUE_FALSE, QuestionKind.POLL, QuestionKind.RATING];

/** The status, or `null` to leave the place to a button. */
export function useAnswerStatus({ quiz, timeUp, late }: Situation): ReactNode {
  const { t } = useTranslation("player");
  const live = useConnection((connection) => connection.status === "live");
  const { state, own, progress } = quiz;
  const mine = own?.questionIndex === state.prompt?.index ? own : undefined;
  const closed = state.phase === QuizPhase.CLOSED;
  if (mine?.status === "locked" || (mine === undefined && state.answered)) {
    const seconds = mine?.responseMs === undefined ? undefined : showSeconds(mine.responseMs);
    const waiting =
      progress === undefined
        ? t("answer.wait")
        : t("answer.waitCount", { answered: progress.answered, expected: progress.expected });
    return (
      <Line
        tone="good"
        icon={<IconCheck size={32} stroke={3} />}
        title={seconds === undefined ? t("answer.lockedPlain") : t("answer.locked", { seconds })}
        text={closed ? t("answer.lockedText") : waiting}
      />
    );
  }
  if (mine?.status === "sending") {
    return (
      <Line
        tone="busy"
        icon={<IconSend size={28} />}
        title={live ? t("answer.sending") : t("answer.kept")}
        text={timeUp && !live ? t("answer.onItsWay") : ""}
      />
    );
  }
  if (late) return <Line tone="bad" icon={<IconClockOff size={28} />} title={t("answer.late")} text="" />;
  if (mine?.status === "refused") {
    const tooLate = reason(mine.error) === "QUESTION_CLOSED";
    if (tooLate || timeUp) {
      return (
        <Line tone="bad" icon={<IconClockOff size={32} />} title={t("answer.tooLate")} text={t("answer.timeUpText")} />
      );
    }
    const message = ConnectError.from(mine.error).rawMessage;
    const refused = t("answer.refused", { message });
    return <Line tone="bad" icon={<IconAlertTriangle size={28} />} title={refused} text="" />;
  }
  if (timeUp) {
    return (
      <Line tone="bad" icon={<IconClockOff size={32} />} title={t("answer.timeUp")} text={t("answer.timeUpText")} />
    );
  }
  if (state.prompt === undefined || !TAPPED.includes(state.prompt.kind)) return null;
  return <Line tone="quiet" title={t(kindKey(state.prompt.kind))} text="" />;
}

interface LineProps {
  tone: "good" | "bad" | "busy" | "quiet";
  icon?: ReactNode;
  title: string;
  text: string;
}

function Line({ tone, icon, title, text }: LineProps) {
  return (
    <div className={classes.status} data-tone={tone}>
      {icon}
      <span>
        <strong>{title}</strong>
        {text !== "" && <small>{text}</small>}
      </span>
    </div>
  );
}
