// For those who want to host on a server with keys of its own: paste a token.
import { Button, PasswordInput, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { isToken, keepToken } from "../lib/identity";
import { FocusHeading } from "./FocusHeading";
import { PageFrame } from "./PageFrame";

/** Keeps the pasted token and calls `onToken`. `refused` tells that the last one was not accepted. */
export default function SignIn({ onToken, refused = false }: { onToken: () => void; refused?: boolean }) {
  const { t } = useTranslation();
  const [token, setToken] = useState("");
  const [bad, setBad] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isToken(token)) return setBad(true);
    keepToken(token);
    onToken();
  };
  const error = bad ? t("identity.bad") : refused ? t("identity.refused") : undefined;
  return (
    <PageFrame width="text">
      <form onSubmit={submit}>
        <Stack gap="lg" py="10vh" maw="30rem" mx="auto">
          <FocusHeading>{t("identity.title")}</FocusHeading>
          <Text>{t("identity.text")}</Text>
          <PasswordInput
            label={t("identity.token")}
            size="md"
            value={token}
            error={error}
            autoComplete="off"
            onChange={(event) => {
              setToken(event.currentTarget.value);
              setBad(false);
            }}
          />
          <Button type="submit">{t("identity.use")}</Button>
        </Stack>
      </form>
    </PageFrame>
  );
}
