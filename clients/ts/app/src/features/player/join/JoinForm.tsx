// Name and face, then in. The team follows in the lobby, where it is known which ones there are.

import { Button, TextInput } from "@mantine/core";
import { IconDice5 } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Avatar } from "../../../components/Avatar";
import { FocusHeading } from "../../../components/FocusHeading";
import { PageFrame } from "../../../components/PageFrame";
import { currentLanguage } from "../../../i18n";
import { displayCode } from "../../../lib/codes";
import { newSeed } from "../../../lib/seeds";
import { unlockSound } from "../../../lib/sound";
import { load, save } from "../../../lib/storage";
import { FacePicker } from "./FacePicker";
import classes from "./Join.module.css";
import { madeUpName, SPINS } from "./names";
import type { Refusal } from "./refusal";

/** Who comes in. */
export interface Person {
  /** Empty lets the server make one up. */
  readonly nickname: string;
  readonly avatar: string;
}

const NAME_KEY = "trivium.nickname";
const FACE_KEY = "trivium.face";
const LONGEST_NAME = 40;

interface Props {
  code: string;
  /** Why the last try failed. */
  refusal: Refusal | undefined;
  onJoin(person: Person): void;
}

export function JoinForm({ code, refusal, onJoin }: Props) {
  const { t } = useTranslation("player");
  const [nickname, setNickname] = useState(() => load(NAME_KEY) ?? "");
  const [avatar, setAvatar] = useState(() => load(FACE_KEY) ?? newSeed());
  const [spins, setSpins] = useState(SPINS);
  const [spoken, setSpoken] = useState<Refusal>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    unlockSound();
    save(NAME_KEY, nickname.trim());
    save(FACE_KEY, avatar);
    onJoin({ nickname: nickname.trim(), avatar });
  };
  // Typing takes the refusal away.
  const error = refusal === undefined || refusal === spoken ? undefined : refusal;
  return (
    <PageFrame width="text">
      <form className={classes.form} onSubmit={submit}>
        <p className={classes.game}>{t("join.game", { code: displayCode(code) })}</p>
        <FocusHeading className={classes.title}>{t("join.title")}</FocusHeading>
        <Avatar seed={avatar} size={112} />
        <TextInput
          className={classes.wide}
          classNames={{ input: classes.name ?? "" }}
          label={t("join.name")}
          description={t("join.nameHint")}
          size="xl"
          value={nickname}
          maxLength={LONGEST_NAME}
          autoComplete="nickname"
          enterKeyHint="go"
          error={error === undefined ? undefined : t(error.key, { message: error.message })}
          errorProps={{ role: "alert" }}
          onChange={(event) => {
            setNickname(event.currentTarget.value);
            setSpoken(refusal);
          }}
        />
        <Button
          variant="default"
          leftSection={<IconDice5 size={22} />}
          disabled={spins === 0}
          onClick={() => {
            setNickname(madeUpName(currentLanguage()));
            setSpins(spins - 1);
            setSpoken(refusal);
          }}
        >
          {t("join.spin", { count: spins })}
        </Button>
        <FacePicker value={avatar} onChange={setAvatar} />
        <Button type="submit" size="xl" className={classes.wide} h={64} radius={20}>
          {t("join.go")}
        </Button>
        <Link href="/play" className={classes.other}>
          {t("join.other")}
        </Link>
      </form>
    </PageFrame>
  );
}
