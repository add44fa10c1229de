// Names for those who want none of their own: kind, short, and readable aloud.
import type { Language } from "../../../i18n";

const PARTS: Readonly<Record<Language, readonly [first: readonly string[], second: readonly string[], join: string]>> =
  {
    en: [
      "Brave Calm Clever Cosmic Cosy Eager Fuzzy Gentle Golden Happy Jolly Lucky Lunar Merry Mighty Nimble Polar Quick Quiet Rapid Shiny Silver Sunny Swift Tidy Velvet Witty Zesty".split(
        " ",
      ),
      "Badger Beaver Bison Crane Dolphin Falcon Ferret Finch Fox Gecko Heron Koala Lemur Lynx Magpie Marten Moose Newt Otter Owl Panda Puffin Raven Seal Sparrow Tapir Toad Walrus Wombat Yak".split(
        " ",
      ),
      " ",
    ],
    // One word: compounds need no agreement.
    de: [
      "Blitz Donner Feld Flimmer Funken Glitzer Gold Himmel Honig Kobalt Komet Licht Mond Nebel Nord Perlen Polar Pracht Regen Samt Silber Sonnen Stern Sturm Tau Turbo Wald Wirbel Wolken Zauber".split(
        " ",
      ),
      "amsel biber bär dachs dohle eule falke fink frosch fuchs hase hirsch igel kranich lachs luchs marder meise otter panda rabe reiher robbe salamander spatz tapir uhu wal wiesel wolf".split(
        " ",
      ),
      "",
    ],
  };

/** How often one may spin. */
export const SPINS = 3;

/** A name made up. */
export function madeUpName(language: Language, random: () => number = Math.random): string {
  const [first, second, join] = PARTS[language];
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? "";
  return `${pick(first)}${join}${pick(second)}`;
}
