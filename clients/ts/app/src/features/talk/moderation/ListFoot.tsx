// The end of a list of the server's: what went wrong, that there is nothing, or more of it.
import { Button } from "@mantine/core";
import type { ListHook } from "@trivium/client/react";
import { useTranslation } from "react-i18next";
import { sentenceFor } from "../../../lib/failure";
import classes from "./moderation.module.css";

interface Props {
  readonly list: Omit<ListHook<unknown>, "items">;
  /** What to say of an empty list. */
  readonly empty: string | undefined;
}

export function ListFoot({ list, empty }: Props) {
  const { t } = useTranslation("talk");
  const { error, loading, more } = list;
  if (error !== undefined) {
    return (
      <p className={classes.bad} role="alert">
        {sentenceFor(error, "talk")}
      </p>
    );
  }
  if (more) {
    return (
      <Button variant="default" size="sm" loading={loading} onClick={() => void list.loadMore()}>
        {t("moderation.more")}
      </Button>
    );
  }
  return empty === undefined || loading ? null : <p className={classes.hint}>{empty}</p>;
}
