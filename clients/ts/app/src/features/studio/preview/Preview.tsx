// A question as a player gets it, on a phone that can be touched: made of the player's own parts.
import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Picture } from "../../../components/Picture";
import { RichText } from "../../../components/RichText";
import { AnswerInput } from "../../player/answers/AnswerInput";
import type { AnswerValue } from "../../player/answers/types";
import { useEditorState } from "../editor/context";
import type { Item } from "../model/draft";
import { formOf, promptOf } from "../model/prompt";
import classes from "./preview.module.css";

export function Preview({ item }: { item: Item }) {
  const { t, i18n } = useTranslation("studio");
  const { question } = item;
  const settings = useEditorState((state) => state.draft.settings);
  const at = useEditorState((state) => state.draft.items.indexOf(item));
  const count = useEditorState((state) => state.draft.items.length);
  const prompt = useMemo(() => promptOf(question, settings, at, count), [question, settings, at, count]);
  const form = useMemo(() => formOf(question), [question]);
  const [given, setGiven] = useState<AnswerValue>();
  // Drafts in the parts belong to one form: another one begins anew.
  const [shownForm, setShownForm] = useState(form);
  const [round, setRound] = useState(0);
  if (shownForm !== form) {
    setShownForm(form);
    setGiven(undefined);
    setRound(round + 1);
  }
  const again = () => {
    setGiven(undefined);
    setRound(round + 1);
  };
  return (
    <div className={classes.preview}>
      <div className={classes.phone}>
        <div className={classes.meta}>
          <span>
            {prompt.index + 1} / {prompt.count}
          </span>
          <span>{t("preview.seconds", { count: prompt.timeLimitMs / 1000 })}</span>
          <span>
            {t("preview.points", { count: prompt.points, shown: prompt.points.toLocaleString(i18n.language) })}
          </span>
        </div>
        <div className={classes.stem} data-long={prompt.text.length > 120 || undefined}>
          {prompt.text.trim() === "" ? <em>{t("editor.noText")}</em> : <RichText text={prompt.text} />}
        </div>
        {prompt.mediaUrl !== "" && <Picture className={classes.picture} url={prompt.mediaUrl} alt={prompt.mediaAlt} />}
        <AnswerInput
          key={`${prompt.kind}-${round}`}
          kind={prompt.kind}
          form={form}
          hidden={[]}
          given={given}
          disabled={given !== undefined}
          status={
            given === undefined ? null : (
              <span className={classes.given}>
                {t("preview.given")}{" "}
                <Button variant="default" size="sm" onClick={again}>
                  {t("preview.again")}
                </Button>
              </span>
            )
          }
          submit={setGiven}
        />
      </div>
      {question.explanation.trim() !== "" && (
        <div className={classes.explanation}>
          <h3>{t("preview.explanation")}</h3>
          <RichText text={question.explanation} />
        </div>
      )}
    </div>
  );
}
