// Languages: English and German, complete. Each feature registers its own namespace when its chunk is loaded.
//
// Texts of the shared components are in ./en.json and ./de.json (namespace `common`); i18n.test.ts holds both languages to
// the same keys.
import i18next, { type Resource } from "i18next";
import { initReactI18next } from "react-i18next";
import { load, save } from "../lib/storage";
import de from "./de.json";
import en from "./en.json";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = "trivium.language";

function isLanguage(name: string): name is Language {
  return Object.hasOwn(LANGUAGES, name);
}

/** The language that was chosen, else the first of the browser's that there is, else English. */
function preferred(): Language {
  const wishes = [load(KEY) ?? "", ...navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase())];
  return wishes.find(isLanguage) ?? "en";
}

/** Starts i18next; resolves when texts can be drawn. */
export async function startLanguages(language: Language = preferred()): Promise<void> {
  i18next.on("languageChanged", (tag) => {
    document.documentElement.lang = tag;
    document.documentElement.dir = i18next.dir(tag);
  });
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: "en",
    defaultNS: "common",
    resources: { en: { common: en }, de: { common: de } } satisfies Resource,
    // React escapes.
    interpolation: { escapeValue: false },
    returnNull: false,
  });
}

/** Adds a feature's texts. Call it at the top of the feature's `index.tsx`. */
export function registerNamespace(name: string, texts: Record<Language, object>): void {
  for (const language of Object.keys(texts).filter(isLanguage)) {
    i18next.addResourceBundle(language, name, texts[language], true, true);
  }
}

/** Changes the language and remembers it. */
export async function chooseLanguage(language: Language): Promise<void> {
  save(KEY, language);
  await i18next.changeLanguage(language);
}

/** The language in use. */
export function currentLanguage(): Language {
  return isLanguage(i18next.language) ? i18next.language : "en";
}
