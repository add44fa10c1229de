// The face that belongs to a seed: drawn on this device, the same everywhere.
//
// The drawing is done in avatar-face.ts, loaded when the first face is wanted; until then a disc holds the place.
import { useEffect, useState } from "react";
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

type Artist = typeof import("./avatar-face");
let artist: Artist | undefined;

/** An image of the avatar. The picture is a data URL, so nothing of the seed is ever markup in the page. */
export function Avatar({ seed, size = 48, name }: Props) {
  const { t } = useTranslation();
  const [ready, setReady] = useState(artist !== undefined);
  useEffect(() => {
    if (ready) return;
    let gone = false;
    void import("./avatar-face").then((loaded) => {
      artist = loaded;
      if (!gone) setReady(true);
    });
    return () => {
      gone = true;
    };
  }, [ready]);
  const alt = name === undefined ? "" : t("avatar", { name });
  const box = { className: classes.avatar, width: size, height: size };
  return artist === undefined ? (
    <span className={classes.avatar} style={{ width: size, height: size }} />
  ) : (
    <img {...box} src={artist.face(seed)} alt={alt} draggable={false} />
  );
}
