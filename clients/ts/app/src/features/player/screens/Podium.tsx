// The end: the own place, the three steps, everybody, and a line to share.
import { Button, Group } from "@mantine/core";
import { IconShare } from "@tabler/icons-react";
import type { QuizView } from "@trivium/client";
import type { Member, Standing } from "@trivium/client/proto";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/Avatar";
import { FocusHeading } from "../../../components/FocusHeading";
import { celebrate } from "../../../lib/confetti";
import { notifySuccess } from "../../../lib/notify";
import { useSound } from "../../../lib/sound";
import { showTenths } from "../model/numbers";
import classes from "./Podium.module.css";
import { Ranking } from "./Ranking";

/** Places with a step. */
const STEPS = 3;

export function Podium({ quiz, me }: { quiz: QuizView; me: Member | undefined }) {
  const { t } = useTranslation("player");
  const { play } = useSound();
  const { standings, own, teamStandings } = quiz.state;
  const onPodium = own !== undefined && own.rank > 0 && own.rank <= STEPS;
  useEffect(() => {
    play("fanfare");
    if (onPodium) void celebrate("big");
  }, [onPodium, play]);
  const isOwn = (row: Standing) => me !== undefined && row.userId === me.userId;
  return (
    <div className={classes.podium}>
      <section className={classes.own} data-medal={onPodium ? own.rank : undefined}>
        {me !== undefined && <Avatar seed={me.avatar || me.userId} size={96} />}
        <FocusHeading className={classes.title}>
          {own !== undefined && own.rank > 0 ? t("podium.title", { rank: own.rank }) : t("podium.titleNone")}
        </FocusHeading>
        {own === undefined ? <p>{t("podium.watched")}</p> : <Sum own={own} />}
        {own !== undefined && <Share own={own} title={quiz.state.title} count={standings.length} />}
      </section>
      <Steps standings={standings} />
      <h2 className={classes.all}>{t("podium.list")}</h2>
      <Ranking caption={t("podium.list")} rows={standings} own={own} isOwn={isOwn} moves={false} />
      {teamStandings.length > 0 && (
        <>
          <h2 className={classes.all}>{t("board.teams")}</h2>
          <Ranking
            caption={t("board.teams")}
            rows={teamStandings}
            isOwn={(row) => me !== undefined && me.team !== "" && row.name === me.team}
            faces={false}
            moves={false}
          />
        </>
      )}
    </div>
  );
}

function Sum({ own }: { own: Standing }) {
  const { t } = useTranslation("player");
  return (
    <p className={classes.sum}>
      <span>{t("podium.points", { points: showTenths(own.pointsTenths) })}</span>
      <span>{t("podium.correct", { count: own.correct })}</span>
      {own.bestStreak > 1 && <span>{t("podium.streak", { count: own.bestStreak })}</span>}
    </p>
  );
}

/** The system's sheet where there is one, else the clipboard. */
function Share({ own, title, count }: { own: Standing; title: string; count: number }) {
  const { t } = useTranslation("player");
  const text = t("podium.shareText", {
    rank: own.rank,
    count: Math.max(count, own.rank),
    points: showTenths(own.pointsTenths),
    title,
  });
  const share = async () => {
    try {
      if ("share" in navigator) await navigator.share({ text, url: location.origin });
      else {
        await (navigator as Navigator).clipboard.writeText(text);
        await notifySuccess(t("podium.copied"));
      }
    } catch {
      // Closed without sharing.
    }
  };
  return (
    <Group justify="center">
      <Button variant="default" leftSection={<IconShare size={20} />} onClick={() => void share()}>
        {t("podium.share")}
      </Button>
    </Group>
  );
}

/** Two, one, three; who shares a rank shares a step. Decoration: the table below says the same. */
function Steps({ standings }: { standings: readonly Standing[] }) {
  const steps = [2, 1, 3].map((rank) => ({ rank, rows: standings.filter((row) => row.rank === rank) }));
  return (
    <div className={classes.steps} aria-hidden="true">
      {steps.map(({ rank, rows }) => (
        <div key={rank} className={classes.step} data-rank={rank}>
          <div className={classes.faces}>
            {rows.slice(0, STEPS).map((row) => (
              <Avatar key={row.userId} seed={row.avatar || row.userId} size={rank === 1 ? 56 : 46} />
            ))}
          </div>
          <span className={classes.names}>{rows.map((row) => row.name).join(", ")}</span>
          <span className={classes.block}>{rows.length > 0 ? rank : ""}</span>
        </div>
      ))}
    </div>
  );
}
