// A question's picture. Only those of this server are loaded: the policy of the page forbids all others, so that no third party
// learns who plays. Of another, what it shows is told in words.
import { useEffect } from "react";
import { isOwnImage } from "../lib/images";
import classes from "./Picture.module.css";

interface PictureProps {
  url: string;
  /** What it shows, for those who do not see it. */
  alt: string;
  className?: string | undefined;
  /** The picture is there, or never will be. */
  onSettled?: (() => void) | undefined;
}

export function Picture({ url, alt, className, onSettled }: PictureProps) {
  const own = isOwnImage(url);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per picture, whatever function is given meanwhile
  useEffect(() => {
    if (!own) onSettled?.();
  }, [own, url]);
  if (own) {
    return <img className={className} src={url} alt={alt} decoding="async" onLoad={onSettled} onError={onSettled} />;
  }
  return alt === "" ? null : <p className={classes.words}>{alt}</p>;
}
