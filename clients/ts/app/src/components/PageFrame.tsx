// The frame of an ordinary page: skip link, bar with logo and switches, main part. Projector and phone have frames of their own.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { LanguageSwitch } from "./LanguageSwitch";
import { Logo } from "./Logo";
import classes from "./PageFrame.module.css";
import { ThemeSwitch } from "./ThemeSwitch";

interface Props {
  children: ReactNode;
  /** Stands in the middle of the bar. */
  bar?: ReactNode;
  /** Stands before the switches at the end of the bar. */
  actions?: ReactNode;
  /** Widest content: `text` 46rem, `page` 76rem (default), `full`. */
  width?: "text" | "page" | "full";
}

/** Bar and main part of a page. */
export function PageFrame({ children, bar, actions, width = "page" }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <a className={classes.skip} href="#main">
        {t("skip")}
      </a>
      <header className={classes.bar}>
        <Link href="/" className={classes.home} aria-label={t("homeLink")}>
          <Logo size={30} />
        </Link>
        <div className={classes.middle}>{bar}</div>
        <div className={classes.end}>
          {actions}
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
      </header>
      <main id="main" tabIndex={-1} className={classes.main} data-width={width}>
        {children}
      </main>
    </>
  );
}
