// Languages of quizzes, named in the language of the page.

/** Tags that are offered; any other that a quiz has stays beside them. */
export const LANGUAGE_TAGS: readonly string[] = [
  "en",
  "de",
  "ar",
  "cs",
  "da",
  "el",
  "es",
  "fi",
  "fr",
  "he",
  "hi",
  "hu",
  "it",
  "ja",
  "ko",
  "nl",
  "no",
  "pl",
  "pt",
  "ro",
  "ru",
  "sv",
  "tr",
  "uk",
  "vi",
  "zh",
];

/** Name of a language; `undefined` for none, the tag itself where it is not known. */
export function languageName(tag: string, inLanguage: string): string | undefined {
  if (tag === "") return undefined;
  try {
    return new Intl.DisplayNames([inLanguage], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
