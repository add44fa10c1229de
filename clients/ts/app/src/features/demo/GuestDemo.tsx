// Coming in as a guest: the seat that this device has is taken again, otherwise a name is asked for.

import { ConnectError } from "@connectrpc/connect";
import { Button, TextInput } from "@mantine/core";
import type { TriviumSession } from "@trivium/client";
import { TriviumProvider } from "@trivium/client/react";
import { type FormEvent, useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { FocusHeading } from "../../components/FocusHeading";
import { PageFrame } from "../../components/PageFrame";
import { PageLoading } from "../../components/PageLoading";
import { displayCode, rememberCode } from "../../lib/codes";
import { guestSession, keptSeat } from "../../lib/guests";
import { newSeed } from "../../lib/seeds";
import { DemoPage } from "./DemoPage";
import classes from "./parts/demo.module.css";

type State =
  | { readonly step: "looking" | "entering" }
  | { readonly step: "asking"; readonly failure?: string }
  | { readonly step: "in"; readonly session: TriviumSession };

export function GuestDemo({ code }: { code: string }) {
  const [state, setState] = useState<State>({ step: "looking" });
  const enter = useCallback(
    async (nickname: string) => {
      setState({ step: "entering" });
      try {
        const session = await guestSession(code, { nickname, avatar: newSeed() });
        rememberCode(code);
        setState({ step: "in", session });
      } catch (error) {
        setState({ step: "asking", failure: ConnectError.from(error).rawMessage });
      }
    },
    [code],
  );
  useEffect(() => {
    let gone = false;
    void keptSeat(code).then((seat) => {
      if (gone) return;
      if (seat === undefined) setState({ step: "asking" });
      else void enter(seat.nickname);
    });
    return () => {
      gone = true;
    };
  }, [code, enter]);
  switch (state.step) {
    case "looking":
      return <PageLoading />;
    case "entering":
    case "asking":
      return (
        <NameForm
          code={code}
          busy={state.step === "entering"}
          failure={state.step === "asking" ? state.failure : undefined}
          onName={(name) => void enter(name)}
        />
      );
    case "in":
      return (
        <TriviumProvider session={state.session}>
          <DemoPage name={state.session.seat?.member.nickname ?? ""} code={code} />
        </TriviumProvider>
      );
  }
}

interface NameProps {
  readonly code: string;
  readonly busy: boolean;
  readonly failure: string | undefined;
  readonly onName: (name: string) => void;
}

function NameForm({ code, busy, failure, onName }: NameProps) {
  const { t } = useTranslation("demo");
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onName(name.trim());
  };
  return (
    <PageFrame width="text">
      <form onSubmit={submit} className={classes.form}>
        <FocusHeading>{t("guest.title", { code: displayCode(code) })}</FocusHeading>
        <p>{t("guest.hint")}</p>
        <TextInput
          label={t("guest.name")}
          maxLength={40}
          autoComplete="nickname"
          value={name}
          error={failure}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" size="lg" loading={busy}>
          {t("guest.enter")}
        </Button>
      </form>
    </PageFrame>
  );
}
