// The session of somebody who hosts has ended for good: why, and the way back in.
import { Button, Group, Stack, Text } from "@mantine/core";
import { reason } from "@trivium/client";
import { useTranslation } from "react-i18next";
import { FocusHeading } from "./FocusHeading";
import { PageFrame } from "./PageFrame";

/** Needs no session. `onAgain` begins another one. */
export function SessionOver({ error, onAgain }: { error: Error | undefined; onAgain: () => void }) {
  const { t } = useTranslation();
  return (
    <PageFrame width="text">
      <Stack align="center" ta="center" gap="lg" py="15vh" px="md">
        <FocusHeading>{t("sessionOver.title")}</FocusHeading>
        <Text>{reason(error) === "SUPERSEDED" ? t("sessionOver.superseded") : t("sessionOver.text")}</Text>
        <Group justify="center">
          <Button onClick={onAgain}>{t("sessionOver.again")}</Button>
        </Group>
      </Stack>
    </PageFrame>
  );
}
