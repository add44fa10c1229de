// Which language the app speaks.
import { IconLanguage } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { chooseLanguage, currentLanguage, LANGUAGES, type Language } from "../i18n";
import classes from "./LanguageSwitch.module.css";

/** A list of languages, each in its own words. The system's own list, which weighs nothing. */
export function LanguageSwitch() {
  const { t } = useTranslation();
  const current = currentLanguage();
  return (
    <span className={classes.switch}>
      <IconLanguage size={22} stroke={1.8} aria-hidden />
      <select
        aria-label={t("language")}
        title={t("language")}
        value={current}
        onChange={(event) => void chooseLanguage(event.currentTarget.value as Language)}
      >
        {(Object.keys(LANGUAGES) as Language[]).map((language) => (
          <option key={language} value={language} lang={language}>
            {LANGUAGES[language]}
          </option>
        ))}
      </select>
      <span aria-hidden="true">{current}</span>
    </span>
  );
}
