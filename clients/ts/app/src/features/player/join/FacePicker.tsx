// Five faces to choose from, and five others for whoever likes none of them.
import { ActionIcon } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "../../../components/Avatar";
import { newSeed } from "../../../lib/seeds";
import classes from "./Join.module.css";

const FACES = 5;

/** Seeds of faces; the first one is the chosen one's. */
export function newFaces(): string[] {
  return Array.from({ length: FACES }, newSeed);
}

interface Props {
  /** The chosen seed. */
  value: string;
  onChange(seed: string): void;
}

/** Radio buttons with faces. */
export function FacePicker({ value, onChange }: Props) {
  const { t } = useTranslation("player");
  const name = useId();
  const [faces, setFaces] = useState(() => [value, ...newFaces().slice(1)]);
  return (
    <fieldset className={classes.faces}>
      <legend>{t("join.face")}</legend>
      <div className={classes.row}>
        {faces.map((seed, n) => (
          <label key={seed} className={classes.face}>
            <input
              type="radio"
              name={name}
              checked={seed === value}
              aria-label={t("join.faceN", { n: n + 1 })}
              onChange={() => onChange(seed)}
            />
            <Avatar seed={seed} size={44} />
          </label>
        ))}
        <ActionIcon
          variant="default"
          radius="xl"
          aria-label={t("join.moreFaces")}
          onClick={() => {
            const fresh = newFaces();
            setFaces(fresh);
            onChange(fresh[0] ?? value);
          }}
        >
          <IconRefresh size={22} />
        </ActionIcon>
      </div>
    </fieldset>
  );
}
