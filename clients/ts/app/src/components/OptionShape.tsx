// The shape of an option, as a small picture in the colour of the text around it.
import { useTranslation } from "react-i18next";
import { optionLook, type ShapeName } from "./options";

const PATHS: Record<ShapeName, string> = {
  triangle: "M12 2.5 23 21.5H1Z",
  diamond: "M12 .8 23.2 12 12 23.2.8 12Z",
  circle: "M12 1.2a10.8 10.8 0 1 1 0 21.6a10.8 10.8 0 1 1 0-21.6Z",
  square: "M2.5 2.5h19v19h-19Z",
  star: "m12 .8 3.3 7.6 8.2.8-6.2 5.5 1.8 8.1-7.1-4.2-7.1 4.2 1.8-8.1L.5 9.2l8.2-.8Z",
  pentagon: "M12 1 23.2 9.3 18.9 22.6H5.1L.8 9.3Z",
  cross: "M8 1.5h8V8h6.5v8H16v6.5H8V16H1.5V8H8Z",
  hexagon: "M6.3 2h11.4L23.4 12 17.7 22H6.3L.6 12Z",
};

interface Props {
  position: number;
  /** In pixels, or any CSS length [1em]. */
  size?: number | string;
  /** Whether readers hear its name; leave out where the letter stands beside it. */
  named?: boolean;
}

/** Triangle, diamond, circle, square, star, pentagon, cross or hexagon, by position. */
export function OptionShape({ position, size = "1em", named = false }: Props) {
  const { t } = useTranslation();
  const { shape } = optionLook(position);
  const path = <path d={PATHS[shape]} />;
  const box = { viewBox: "0 0 24 24", width: size, height: size, fill: "currentColor" };
  if (!named) {
    return (
      <svg {...box} aria-hidden="true">
        {path}
      </svg>
    );
  }
  return (
    <svg {...box} role="img" aria-label={t(`option.shape.${shape}`)}>
      {path}
    </svg>
  );
}
