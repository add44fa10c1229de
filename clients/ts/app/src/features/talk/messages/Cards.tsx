// What was shared with a message: a link, which nobody fetches, and a question without its solution.
import { IconHelpHexagon, IconLink } from "@tabler/icons-react";
import type { SharedLink, SharedQuestion } from "@trivium/client/proto";
import { useTranslation } from "react-i18next";
import { RichText } from "../../../components/RichText";
import { AWAY, webAddress } from "../model/links";
import classes from "./cards.module.css";

/** The title and the host, which is what tells a trick from a page. */
export function LinkCard({ link }: { link: SharedLink }) {
  const { t } = useTranslation("talk");
  const address = webAddress(link.url);
  if (address === undefined) return <p className={classes.card}>{link.url}</p>;
  return (
    <a className={classes.card} href={address.href} {...AWAY}>
      <IconLink size={20} aria-hidden />
      <span className={classes.words}>
        <b>
          <bdi>{link.title || address.host}</bdi>
        </b>
        <bdi className={classes.sub}>{address.host}</bdi>
      </span>
      <span className="visually-hidden">{t("card.away")}</span>
    </a>
  );
}

export function QuestionCard({ question }: { question: SharedQuestion }) {
  const { t } = useTranslation("talk");
  return (
    <section className={classes.card} aria-label={t("card.question")}>
      <IconHelpHexagon size={20} aria-hidden />
      <div className={classes.words}>
        <span className={classes.sub}>{t("card.questionAt", { n: question.index + 1 })}</span>
        <RichText text={question.text} />
        {question.options.length > 0 && (
          <ol className={classes.options} type="A">
            {question.options.map((option, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: options have no other name, and never move
              <li key={n}>
                <RichText text={option} inline />
              </li>
            ))}
          </ol>
        )}
      </div>
    </section>
  );
}
