// Every text exists in every language, and every text that is asked for exists.
import { describe, expect, it } from "vitest";

type Texts = { readonly [key: string]: string | Texts };

const files = import.meta.glob<Texts>(["./*.json", "../features/*/*.json"], { eager: true, import: "default" });
const sources = import.meta.glob<string>(["../**/*.{ts,tsx}", "!../**/*.test.*"], {
  eager: true,
  query: "?raw",
  import: "default",
});

function flat(texts: Texts, prefix = ""): Map<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === "string" ? [[prefix + key, value] as const] : [...flat(value, `${prefix}${key}.`)],
    ),
  );
}

const folders = [...new Set(Object.keys(files).map((path) => path.slice(0, path.lastIndexOf("/"))))];
const texts = (folder: string, language: string) => flat(files[`${folder}/${language}.json`] ?? {});
const holes = (text: string) => [...text.matchAll(/\{\{\s*(\w+)/g)].map((match) => match[1]).sort();

describe.each(folders)("%s", (folder) => {
  const [english, german] = [texts(folder, "en"), texts(folder, "de")];

  it("has the same keys in every language", () => {
    expect([...german.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it("leaves no text empty and drops no value", () => {
    for (const [key, text] of english) {
      const other = german.get(key) ?? "";
      expect(text.trim(), key).not.toBe("");
      expect(other.trim(), key).not.toBe("");
      expect(holes(other), key).toEqual(holes(text));
    }
  });
});

describe("the code", () => {
  it.each(Object.keys(sources).filter((path) => /\bt\(/.test(sources[path] ?? "")))(
    "%s asks for nothing that is missing",
    (path) => {
      const source = sources[path] ?? "";
      const feature = /^\.\.\/features\/(\w+)\//.exec(path)?.[1];
      const named = [...source.matchAll(/(?:useTranslation\(|TFunction<)([^)>]*)[)>]/g)].flatMap(([, names = ""]) =>
        [...names.matchAll(/"(\w+)"/g)].map(([, name = ""]) => name),
      );
      const spaces = [...named, ...(feature === undefined ? [] : [feature]), "common"];
      const known = (space: string, key: string) => {
        const all = texts(space === "common" ? "." : `../features/${space}`, "en");
        return all.has(key) || all.has(`${key}_one`);
      };
      const missing = [...source.matchAll(/\bt\(\s*"(?:(\w+):)?([\w.]+)"/g)]
        .filter(([, space, key = ""]) => !(space === undefined ? spaces : [space]).some((each) => known(each, key)))
        .map(([, , key]) => key);
      expect(missing).toEqual([]);
    },
  );
});
