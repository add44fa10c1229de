// The face that belongs to a seed: drawn on this device, the same everywhere.
import { createAvatar } from "@dicebear/core";
import * as thumbs from "@dicebear/thumbs";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Avatar.module.css";

interface Props {
  /** From `Member.avatar`; the user id where that is empty. */
  seed: string;
  /** In pixels. */
  size?: number;
  /** Told to readers; left out where the name stands beside it. */
  name?: string;
}

const BACKGROUNDS = ["e3ddff", "ffe3b8", "c9f0df", "cfe8fb", "f8d9ea", "e6e4da"];

/** An image of the avatar. The picture is a data URL, so nothing of the seed is ever markup in the page. */
export function Avatar({ seed, size = 48, name }: Props) {
  const { t } = useTranslation();
  const source = useMemo(() => draw(seed), [seed]);
  return (
    <img
      className={classes.avatar}
      src={source}
      width={size}
      height={size}
      alt={name === undefined ? "" : t("avatar", { name })}
      draggable={false}
    />
  );
}

/** Drawn once each; bounded, since a room may have thousands of members. */
const drawn = new Map<string, string>();
const KEPT = 500;

function draw(seed: string): string {
  const known = drawn.get(seed);
  if (known !== undefined) return known;
  const source = createAvatar(thumbs, { seed, backgroundColor: BACKGROUNDS, radius: 50, scale: 88 }).toDataUri();
  const oldest = drawn.keys().next();
  if (drawn.size >= KEPT && !oldest.done) drawn.delete(oldest.value);
  drawn.set(seed, source);
  return source;
}
