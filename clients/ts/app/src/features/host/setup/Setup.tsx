// `/host`: pick a quiz, say how it is played, open the room.

import { create } from "@bufbuild/protobuf";
import { Button } from "@mantine/core";
import { IconPlayerPlayFilled } from "@tabler/icons-react";
import { QuizService, type QuizSummary, QuizSummarySchema } from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useSearch } from "wouter";
import { FocusHeading } from "../../../components/FocusHeading";
import { PageFrame } from "../../../components/PageFrame";
import { DEFAULTS, type GameOptions as Options, optionsOf } from "../model/options";
import { showFailure } from "../room/failure";
import { begin } from "./begin";
import { GameOptions } from "./GameOptions";
import { OpenRooms } from "./OpenRooms";
import { QuizPicker } from "./QuizPicker";
import classes from "./setup.module.css";

/** The page. */
export function Setup() {
  const { t } = useTranslation("host");
  const session = useSession();
  const [, go] = useLocation();
  const [quiz, setQuiz] = useState<QuizSummary>();
  const [options, setOptions] = useState<Options>(DEFAULTS);
  const [opening, setOpening] = useState(false);

  const latest = useRef("");
  const read = useCallback(
    async (quizId: string) => {
      latest.current = quizId;
      try {
        const { quiz: found } = await session.client(QuizService).getQuiz({ quizId });
        // Another one may have been picked meanwhile.
        if (latest.current !== quizId || found === undefined) return;
        const { id, revision, title, questions } = found;
        setQuiz(create(QuizSummarySchema, { id, revision, title, questionCount: questions.length }));
        // The form follows how the quiz was written; teams and late join stay as they were typed.
        setOptions((before) => optionsOf(found.settings, before));
      } catch (error) {
        showFailure(error);
      }
    },
    [session],
  );
  const choose = (chosen: QuizSummary) => {
    setQuiz(chosen);
    void read(chosen.id);
  };
  // The studio leads here with a quiz in the address.
  const wanted = new URLSearchParams(useSearch()).get("quiz");
  useEffect(() => {
    if (wanted !== null) void read(wanted);
  }, [read, wanted]);
  const host = async () => {
    if (!quiz) return;
    setOpening(true);
    try {
      go(`/host/${await begin(session, quiz.id, options)}`);
    } catch (error) {
      showFailure(error);
      setOpening(false);
    }
  };
  return (
    <PageFrame>
      <FocusHeading className={classes.heading}>{t("setup.heading")}</FocusHeading>
      <div className={classes.columns}>
        <div className={classes.column}>
          <section className={classes.card}>
            <h2>{t("setup.pick")}</h2>
            <QuizPicker chosen={quiz?.id} onChoose={choose} />
          </section>
          <OpenRooms />
        </div>
        <section className={classes.card}>
          <h2>{t("setup.how")}</h2>
          <GameOptions options={options} onChange={setOptions} />
          <p className={classes.hint}>{t("setup.savedWithQuiz")}</p>
          <Button
            size="lg"
            fullWidth
            disabled={!quiz}
            loading={opening}
            leftSection={<IconPlayerPlayFilled size={20} aria-hidden />}
            onClick={() => void host()}
          >
            {quiz ? t("setup.hostNow") : t("setup.pickFirst")}
          </Button>
        </section>
      </div>
    </PageFrame>
  );
}
