// There is no page at this address.
import { Button, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { FocusHeading } from "./FocusHeading";
import { PageFrame } from "./PageFrame";

/** A sentence and the way home. */
export function NotFound() {
  const { t } = useTranslation();
  return (
    <PageFrame>
      <Stack align="center" ta="center" gap="lg" py="15vh" px="md">
        <FocusHeading>{t("notFound.title")}</FocusHeading>
        <Text>{t("notFound.text")}</Text>
        <Button component={Link} href="/">
          {t("home")}
        </Button>
      </Stack>
    </PageFrame>
  );
}
