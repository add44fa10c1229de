// The line above a question: its number, what kind it is, what it is worth.

import {
  IconAdjustmentsHorizontal,
  IconArrowsSort,
  IconChecks,
  IconCircleCheck,
  IconCloud,
  IconContrast,
  IconHash,
  IconMessage2Question,
  IconPencil,
  IconPuzzle,
  IconStar,
  type TablerIcon,
} from "@tabler/icons-react";
import { QuestionKind, type QuestionPrompt } from "@trivium/client/proto";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isOpinion } from "../../../lib/kinds";
import classes from "./stage.module.css";

/** Name and picture of each kind; the name is a key of the texts `kind.*`. */
export const KINDS: Readonly<Record<QuestionKind, { name: string; Icon: TablerIcon }>> = {
  [QuestionKind.UNSPECIFIED]: { name: "singleChoice", Icon: IconMessage2Question },
  [QuestionKind.SINGLE_CHOICE]: { name: "singleChoice", Icon: IconCircleCheck },
  [QuestionKind.MULTIPLE_CHOICE]: { name: "multipleChoice", Icon: IconChecks },
  [QuestionKind.TRUE_FALSE]: { name: "trueFalse", Icon: IconContrast },
  [QuestionKind.TEXT_ENTRY]: { name: "textEntry", Icon: IconPencil },
  [QuestionKind.NUMBER_ENTRY]: { name: "numberEntry", Icon: IconHash },
  [QuestionKind.RANGE_ENTRY]: { name: "rangeEntry", Icon: IconAdjustmentsHorizontal },
  [QuestionKind.ORDERING]: { name: "ordering", Icon: IconArrowsSort },
  [QuestionKind.MATCHING]: { name: "matching", Icon: IconPuzzle },
  [QuestionKind.POLL]: { name: "poll", Icon: IconMessage2Question },
  [QuestionKind.MULTIPLE_POLL]: { name: "multiplePoll", Icon: IconMessage2Question },
  [QuestionKind.RATING]: { name: "rating", Icon: IconStar },
  [QuestionKind.WORD_CLOUD]: { name: "wordCloud", Icon: IconCloud },
};

/** The line; `end` stands at its end. */
export function QuestionHead({ prompt, end }: { prompt: QuestionPrompt; end?: ReactNode }) {
  const { t } = useTranslation("host");
  const { name, Icon } = KINDS[prompt.kind];
  return (
    <div className={classes.head}>
      <p className={classes.number}>{t("stage.question", { n: prompt.index + 1, count: prompt.count })}</p>
      <p className={classes.kind}>
        <Icon size="1.2em" stroke={2} aria-hidden /> {t(`kind.${name}`)}
      </p>
      <p className={classes.worth}>
        {isOpinion(prompt.kind) ? t("stage.opinion") : t("stage.worth", { count: prompt.points })}
      </p>
      <div className={classes.headEnd}>{end}</div>
    </div>
  );
}
