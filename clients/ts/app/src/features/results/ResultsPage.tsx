// The results of one game: ranking, questions, players, and why each score is what it is. Everything comes from `GetResults`.
import { Button, Tabs } from "@mantine/core";
import { IconArrowLeft, IconDownload, IconPrinter, IconRefresh } from "@tabler/icons-react";
import { QuizPhase } from "@trivium/client/proto";
import { useConnection, useSession } from "@trivium/client/react";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";
import { FocusHeading } from "../../components/FocusHeading";
import { PageFrame } from "../../components/PageFrame";
import { PageLoading } from "../../components/PageLoading";
import { notifyError } from "../../lib/notify";
import { downloadResults, FORMATS } from "./export";
import { arrange, type Game } from "./model/results";
import { showDate } from "./model/text";
import { Matrix } from "./parts/Matrix";
import { Paper } from "./parts/Paper";
import { Questions } from "./parts/Questions";
import { Ranking } from "./parts/Ranking";
import classes from "./parts/results.module.css";
import { Why } from "./parts/Why";
import { usePrinting } from "./usePrinting";
import { useResults } from "./useResults";

const TABS = ["ranking", "questions", "players", "why"] as const;
type Tab = (typeof TABS)[number];

/** Needs a session above it. `back` leads to where the room is. */
export function ResultsPage({ roomId, back }: { roomId: string; back: string }) {
  const { t } = useTranslation("results");
  const { data, failure, again } = useResults(roomId);
  const userId = useConnection((connection) => connection.userId);
  const game = useMemo(() => (data === undefined ? undefined : arrange(data, t("unnamed"), userId)), [data, t, userId]);
  if (failure !== undefined) {
    return (
      <PageFrame width="text">
        <div className={classes.stack}>
          <FocusHeading>{t("failed.title")}</FocusHeading>
          <p role="alert">{failure.rawMessage}</p>
          <Button onClick={again} className={classes.start}>
            {t("failed.retry")}
          </Button>
        </div>
      </PageFrame>
    );
  }
  if (game === undefined) return <PageLoading />;
  return <Loaded game={game} roomId={roomId} back={back} again={again} />;
}

interface LoadedProps {
  readonly game: Game;
  readonly roomId: string;
  readonly back: string;
  readonly again: () => void;
}

function Loaded({ game, roomId, back, again }: LoadedProps) {
  const { t } = useTranslation("results");
  const printing = usePrinting();
  const { data } = game;
  const ended = data.phase === QuizPhase.ENDED;
  if (printing) return <Paper game={game} />;
  const opened = data.questions[0]?.openTimeMs;
  const facts = [
    t("facts.players", { count: game.players.length }),
    t("facts.questions", { n: data.questions.length, count: data.questionCount }),
    opened !== undefined && showDate(opened),
  ].filter((fact) => fact !== false);
  return (
    <PageFrame>
      <div className={classes.stack}>
        <Link href={back} className={classes.back}>
          <IconArrowLeft size={18} aria-hidden /> {t("back")}
        </Link>
        <header className={classes.head}>
          <div>
            <FocusHeading>{data.title || t("untitled")}</FocusHeading>
            <ul className={classes.facts}>
              {facts.map((fact) => (
                <li key={fact}>{fact}</li>
              ))}
            </ul>
          </div>
          <Actions roomId={roomId} />
        </header>
        {!ended && (
          <p className={classes.running} role="status">
            {t("running")}
            <Button variant="default" size="sm" leftSection={<IconRefresh size={18} aria-hidden />} onClick={again}>
              {t("refresh")}
            </Button>
          </p>
        )}
        <Sections game={game} />
      </div>
    </PageFrame>
  );
}

function Actions({ roomId }: { roomId: string }) {
  const { t } = useTranslation("results");
  const session = useSession();
  const [busy, setBusy] = useState<number>();
  const download = async (format: (typeof FORMATS)[number]["format"]) => {
    setBusy(format);
    await downloadResults(session, roomId, format).catch(notifyError);
    setBusy(undefined);
  };
  return (
    <section className={classes.actions} aria-label={t("export.label")}>
      {FORMATS.map(({ format, name }) => (
        <Button
          key={format}
          variant="default"
          loading={busy === format}
          leftSection={<IconDownload size={18} aria-hidden />}
          aria-label={t("export.as", { name })}
          onClick={() => void download(format)}
        >
          {name}
        </Button>
      ))}
      <Button variant="default" leftSection={<IconPrinter size={18} aria-hidden />} onClick={() => window.print()}>
        {t("export.print")}
      </Button>
    </section>
  );
}

/** The tabs. Which one, and whose answer, is in the address, so that it can be sent to somebody. */
function Sections({ game }: { game: Game }) {
  const { t } = useTranslation("results");
  const [search, setSearch] = useSearchParams();
  const tab: Tab = TABS.find((each) => each === search.get("tab")) ?? "ranking";
  const show = (to: Tab, more: Record<string, string> = {}) => {
    setSearch({ ...(to === "ranking" ? {} : { tab: to }), ...more }, { replace: true });
  };
  const why = (userId: string, index: number) => show("why", { player: userId, question: String(index + 1) });
  const asked = Number(search.get("question") ?? 0);
  if (game.players.length === 0 && game.data.questions.length === 0)
    return <p className={classes.note}>{t("empty")}</p>;
  const panels: Record<Tab, () => ReactNode> = {
    ranking: () => <Ranking game={game} />,
    questions: () => <Questions game={game} onWhy={why} />,
    players: () => <Matrix game={game} onWhy={why} />,
    why: () => (
      <Why
        game={game}
        userId={search.get("player") ?? undefined}
        index={asked > 0 ? asked - 1 : undefined}
        onPick={why}
      />
    ),
  };
  return (
    <Tabs
      value={tab}
      onChange={(value) => show(TABS.find((each) => each === value) ?? "ranking")}
      keepMounted={false}
      classNames={{ list: classes.tabs, tab: classes.tab }}
    >
      <Tabs.List aria-label={t("tabs.label")}>
        {TABS.map((each) => (
          <Tabs.Tab key={each} value={each}>
            {t(`tabs.${each}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {TABS.map((each) => (
        <Tabs.Panel key={each} value={each} pt="lg">
          {each === tab && panels[each]()}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
