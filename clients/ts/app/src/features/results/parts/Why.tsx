// "Why this score": the times of one answer, the formula with its numbers, and the same points computed anew in this page.
import { Select } from "@mantine/core";
import type { PlayerResult, QuestionResults } from "@trivium/client/proto";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { RichText } from "../../../components/RichText";
import { explain, recheck } from "../model/explain";
import type { Game } from "../model/results";
import { answerText, showMoment, showNumber, showSeconds } from "../model/text";
import { Formula } from "./Formula";
import classes from "./results.module.css";
import { VerdictMark } from "./Verdict";

/** Most names offered at once; typing finds the others. */
const OFFERED = 50;

interface Props {
  readonly game: Game;
  readonly userId: string | undefined;
  readonly index: number | undefined;
  readonly onPick: (userId: string, index: number) => void;
}

export function Why({ game, userId, index, onPick }: Props) {
  const { t } = useTranslation("results");
  const { data } = game;
  const people = game.own === undefined ? game.players : [game.own];
  const player = (userId === undefined ? undefined : game.playerById.get(userId)) ?? game.own ?? people[0];
  const question = data.questions.find(({ prompt }) => prompt?.index === index) ?? data.questions[0];
  const at = question?.prompt?.index ?? 0;
  const result = player?.results.get(at);
  const checked = useMemo(() => recheck(data), [data]);
  const fits = checked.same === checked.all;
  return (
    <div className={classes.stack}>
      {checked.all > 0 && (
        <p className={classes.checked} data-good={fits || undefined} role="status">
          {fits
            ? t("why.allSame", { count: checked.all })
            : t("why.someDiffer", { same: checked.same, count: checked.all })}
        </p>
      )}
      <div className={classes.pickers}>
        {game.own === undefined && (
          <Select
            label={t("column.player")}
            size="md"
            searchable
            limit={OFFERED}
            allowDeselect={false}
            data={people.map((each) => ({ value: each.userId, label: each.name }))}
            value={player?.userId ?? null}
            onChange={(value) => value !== null && onPick(value, at)}
          />
        )}
        <Select
          label={t("why.question")}
          size="md"
          allowDeselect={false}
          data={data.questions.map(({ prompt }) => ({
            value: String(prompt?.index ?? 0),
            label: `${(prompt?.index ?? 0) + 1}. ${prompt?.text ?? ""}`.slice(0, 80),
          }))}
          value={String(at)}
          onChange={(value) => value !== null && player && onPick(player.userId, Number(value))}
        />
      </div>
      {question !== undefined && result !== undefined ? (
        <Explained question={question} result={result} game={game} />
      ) : (
        <p className={classes.note}>{t("why.noResult")}</p>
      )}
    </div>
  );
}

function Explained({ question, result, game }: { question: QuestionResults; result: PlayerResult; game: Game }) {
  const { t } = useTranslation("results");
  const why = explain(result, question, game.data.settings);
  const ms = (value: number) => t("milliseconds", { value: showNumber(value, 0) });
  const answered = result.answer !== undefined;
  const rows: [string, string][] = [
    [t("why.opened"), showMoment(question.openTimeMs)],
    ...(answered
      ? ([
          [t("why.received"), result.receiveTimeMs > 0n ? showMoment(result.receiveTimeMs) : "–"],
          [t("why.credit"), `− ${ms(result.creditMs)}`],
          [t("why.response"), ms(result.responseMs)],
        ] as [string, string][])
      : []),
    [t("why.limit"), result.timeLimitMs > 0 ? ms(result.timeLimitMs) : t("why.untimed")],
    [t("why.points"), showNumber(question.prompt?.points ?? 0)],
    [
      t("why.mode"),
      why.scoring.kind === "kahoot"
        ? t("why.kahoot")
        : t("why.linear", { k: showNumber(why.scoring.permille / 1000, 3) }),
    ],
  ];
  return (
    <article className={classes.card}>
      <h2 className={classes.stem}>
        <RichText text={question.prompt?.text ?? ""} inline />
      </h2>
      <p className={classes.own}>
        <b>
          <bdi>{game.playerById.get(result.userId)?.name}</bdi>
        </b>
        <bdi>{answerText(t, result.answer, question.form)}</bdi>
        <VerdictMark verdict={result.verdict} />
      </p>
      <dl className={classes.times}>
        {rows.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {answered && <ClockLine question={question} result={result} kind={why.clock} />}
      <Formula why={why} question={question} result={result} />
      <p className={classes.verdict} data-good={why.agrees || undefined}>
        {why.agrees
          ? t("why.same", { points: showNumber(result.points + result.streakBonus) })
          : t("why.differs", {
              here: showNumber(why.points + why.streakBonus),
              there: showNumber(result.points + result.streakBonus),
            })}
      </p>
    </article>
  );
}

interface ClockProps {
  readonly question: QuestionResults;
  readonly result: PlayerResult;
  readonly kind: "exact" | "grace" | "paused" | "none";
}

/** How receipt, opening, credit and response time hang together. */
function ClockLine({ question, result, kind }: ClockProps) {
  const { t } = useTranslation("results");
  if (kind === "none") return null;
  if (kind !== "exact") return <p className={classes.note}>{t(kind === "grace" ? "why.grace" : "why.paused")}</p>;
  return (
    <p className={classes.note}>
      {t("why.clock", {
        elapsed: showNumber(Number(result.receiveTimeMs - question.openTimeMs), 0),
        credit: showNumber(result.creditMs, 0),
        response: showSeconds(result.responseMs, 3),
      })}
    </p>
  );
}
