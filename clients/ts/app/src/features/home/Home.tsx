// The first page: the code in the middle, everything else around it.
import { SimpleGrid, Text } from "@mantine/core";
import { IconPresentation, IconRoute, IconWriting } from "@tabler/icons-react";
import type { SavedSeat } from "@trivium/client";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Avatar } from "../../components/Avatar";
import { CodeForm } from "../../components/CodeForm";
import { FocusHeading } from "../../components/FocusHeading";
import { PageFrame } from "../../components/PageFrame";
import { displayCode, recentCodes } from "../../lib/codes";
import { keptSeat } from "../../lib/guests";
import classes from "./Home.module.css";
import { Roads } from "./Roads";

export function Home() {
  const { t } = useTranslation("home");
  return (
    <PageFrame>
      <section className={classes.hero}>
        <Roads />
        <FocusHeading className={classes.title}>{t("title")}</FocusHeading>
        <Text className={classes.lead}>{t("lead")}</Text>
        <CodeForm />
        <Seats />
      </section>
      <nav aria-labelledby="more">
        <h2 id="more" className={classes.more}>
          {t("more")}
        </h2>
        <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md">
          <Door href="/host" icon={<IconPresentation />} title={t("host.title")} text={t("host.text")} />
          <Door href="/studio" icon={<IconWriting />} title={t("studio.title")} text={t("studio.text")} />
          <Door href="/demo-realtime" icon={<IconRoute />} title={t("demo.title")} text={t("demo.text")} />
        </SimpleGrid>
      </nav>
    </PageFrame>
  );
}

/** Seats that this device still has, so that a closed tab is no loss. */
function Seats() {
  const { t } = useTranslation("home");
  const [seats, setSeats] = useState<readonly { readonly code: string; readonly seat: SavedSeat }[]>([]);
  useEffect(() => {
    let gone = false;
    void Promise.all(recentCodes().map(async (code) => ({ code, seat: await keptSeat(code) }))).then((found) => {
      if (!gone) setSeats(found.flatMap(({ code, seat }) => (seat === undefined ? [] : [{ code, seat }])));
    });
    return () => {
      gone = true;
    };
  }, []);
  if (seats.length === 0) return null;
  return (
    <section aria-label={t("continue")} className={classes.seats}>
      {seats.map(({ code, seat }) => (
        <Link key={code} href={`/play/${code}`} className={classes.seat}>
          <Avatar seed={seat.userId} size={36} />
          <span>
            {t("continueAs", { name: seat.nickname })}
            <small className="tabular">{displayCode(code)}</small>
          </span>
        </Link>
      ))}
    </section>
  );
}

function Door({ href, icon, title, text }: { href: string; icon: ReactNode; title: string; text: string }) {
  return (
    <Link href={href} className={classes.door}>
      <span className={classes.icon}>{icon}</span>
      <strong>{title}</strong>
      <span>{text}</span>
    </Link>
  );
}
