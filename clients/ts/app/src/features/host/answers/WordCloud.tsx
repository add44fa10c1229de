// Free words, the more frequent the larger; a list for readers.

import { useTranslation } from "react-i18next";
import type { Word } from "../model/words";
import classes from "./answers.module.css";

/** Colours of the words, which mean nothing: they part neighbours. */
const COLOURS = 4;

/** The cloud. */
export function WordCloud({ words }: { words: readonly Word[] }) {
  const { t } = useTranslation("host");
  if (words.length === 0) return <p className={classes.hintText}>{t("reveal.nobody")}</p>;
  return (
    <ul className={classes.cloud}>
      {words.map((word, n) => (
        <li
          key={word.text}
          data-colour={n % COLOURS}
          style={{ "--weight": word.weight, animationDelay: `${n * 40}ms` }}
          title={`${word.count} ×`}
        >
          <bdi>{word.text}</bdi>
          <span className={classes.wordCount}> {word.count > 1 ? `×${word.count}` : ""}</span>
        </li>
      ))}
    </ul>
  );
}
