// The number that two people compare over another channel: equal numbers, nobody between.
import { Button, CopyButton } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./sealed.module.css";

interface Props {
  readonly name: string;
  /** Twelve groups of five digits; absent while somebody has no device. */
  readonly number: string | undefined;
  readonly verified: boolean;
  onVerified(verified: boolean): void;
}

export function SafetyNumber({ name, number, verified, onVerified }: Props) {
  const { t } = useTranslation("talk");
  if (number === undefined) return <p className={classes.hint}>{t("sealed.noNumber", { name })}</p>;
  return (
    <section className={classes.safety} aria-label={t("sealed.safety", { name })}>
      <h4>{t("sealed.safety", { name })}</h4>
      <p className={classes.hint}>{t("sealed.safetyHint", { name })}</p>
      <p className={classes.digits}>
        {number.split(" ").map((group, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: groups may be equal, and never move
          <span key={n}>{group}</span>
        ))}
      </p>
      <div className={classes.buttons}>
        <Button
          size="compact-md"
          variant={verified ? "filled" : "default"}
          aria-pressed={verified}
          leftSection={<IconShieldCheck size={18} aria-hidden />}
          onClick={() => onVerified(!verified)}
        >
          {t(verified ? "sealed.verified" : "sealed.verify")}
        </Button>
        <CopyButton value={number}>
          {({ copied, copy }) => (
            <Button size="compact-md" variant="subtle" onClick={copy}>
              {t(copied ? "sealed.copied" : "sealed.copy")}
            </Button>
          )}
        </CopyButton>
      </div>
    </section>
  );
}
