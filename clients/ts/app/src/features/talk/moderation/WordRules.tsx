// Rules for words: a list to edit, and a text to try it on before anybody is held to it.
import { create } from "@bufbuild/protobuf";
import { ActionIcon, Button, Checkbox, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import {
  FilterAction,
  type FilterRule,
  FilterRuleSchema,
  FilterSyntax,
  ModerationService,
  type TestFilterResponse,
} from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { sentenceFor } from "../../../lib/failure";
import { notifySuccess } from "../../../lib/notify";
import classes from "./moderation.module.css";
import { TestResult } from "./TestResult";

/** Bounds of the wire. */
const MOST_RULES = 200;
const LONGEST = 260;
/** How long the typing has to rest before rules are tried, in milliseconds. */
const REST_MS = 300;

export const ACTION_KEYS = {
  [FilterAction.UNSPECIFIED]: "rule.block",
  [FilterAction.BLOCK]: "rule.block",
  [FilterAction.HOLD]: "rule.hold",
  [FilterAction.MASK]: "rule.mask",
} as const;

interface Entry {
  readonly key: number;
  readonly rule: FilterRule;
}

interface Props {
  readonly roomId: string;
  readonly rules: readonly FilterRule[];
  onSave(rules: FilterRule[]): Promise<boolean>;
}

export function WordRules({ roomId, rules, onSave }: Props) {
  const { t } = useTranslation("talk");
  const [entries, setEntries] = useState<readonly Entry[]>(() => rules.map((rule, key) => ({ key, rule })));
  const next = useRef(rules.length);
  const [changed, setChanged] = useState(false);
  const [busy, setBusy] = useState(false);
  const change = (fresh: readonly Entry[]) => {
    setEntries(fresh);
    setChanged(true);
  };
  const edit = (key: number, part: Partial<FilterRule>) =>
    change(entries.map((each) => (each.key === key ? { key, rule: { ...each.rule, ...part } } : each)));
  const add = () => {
    next.current += 1;
    const rule = create(FilterRuleSchema, { syntax: FilterSyntax.WORD, action: FilterAction.BLOCK });
    change([...entries, { key: next.current, rule }]);
  };
  const written = entries.map(({ rule }) => rule).filter(({ pattern }) => pattern.trim() !== "");
  const save = async () => {
    setBusy(true);
    const done = await onSave(written);
    setBusy(false);
    if (!done) return;
    setChanged(false);
    void notifySuccess(t("rule.saved"));
  };
  return (
    <section className={classes.section} aria-label={t("rule.title")}>
      <h4>{t("rule.title")}</h4>
      <p className={classes.hint}>{t("rule.hint")}</p>
      <ol className={classes.rules}>
        {entries.map(({ key, rule }, n) => (
          <li key={key}>
            <TextInput
              aria-label={t("rule.pattern", { n: n + 1 })}
              placeholder={rule.syntax === FilterSyntax.REGEX ? "h[o0]mework" : "ban*na"}
              maxLength={LONGEST}
              spellCheck={false}
              autoCapitalize="none"
              value={rule.pattern}
              onChange={(event) => edit(key, { pattern: event.currentTarget.value })}
            />
            <NativeSelect
              size="md"
              aria-label={t("rule.syntax", { n: n + 1 })}
              value={String(rule.syntax || FilterSyntax.WORD)}
              data={[
                { value: String(FilterSyntax.WORD), label: t("rule.word") },
                { value: String(FilterSyntax.REGEX), label: t("rule.regex") },
              ]}
              onChange={(event) => edit(key, { syntax: Number(event.currentTarget.value) })}
            />
            <NativeSelect
              size="md"
              aria-label={t("rule.action", { n: n + 1 })}
              value={String(rule.action || FilterAction.BLOCK)}
              data={[FilterAction.BLOCK, FilterAction.HOLD, FilterAction.MASK].map((action) => ({
                value: String(action),
                label: t(ACTION_KEYS[action]),
              }))}
              onChange={(event) => edit(key, { action: Number(event.currentTarget.value) })}
            />
            <Checkbox
              label={t("rule.nicknames")}
              checked={rule.nicknames}
              onChange={(event) => edit(key, { nicknames: event.currentTarget.checked })}
            />
            <ActionIcon
              color="gray"
              aria-label={t("rule.delete", { n: n + 1 })}
              onClick={() => change(entries.filter((each) => each.key !== key))}
            >
              <IconTrash size={18} aria-hidden />
            </ActionIcon>
          </li>
        ))}
      </ol>
      <div className={classes.row}>
        <Button
          size="sm"
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden />}
          disabled={entries.length >= MOST_RULES}
          onClick={add}
        >
          {t("rule.add")}
        </Button>
        <Button size="sm" disabled={!changed} loading={busy} onClick={() => void save()}>
          {t("rule.save")}
        </Button>
      </div>
      <TryOut roomId={roomId} rules={written} />
    </section>
  );
}

/** What would happen to a text, under the rules as they stand here, saved or not. */
function TryOut({ roomId, rules }: { roomId: string; rules: readonly FilterRule[] }) {
  const { t } = useTranslation("talk");
  const session = useSession();
  const [text, setText] = useState("");
  const [tried, setTried] = useState<{ readonly text: string; readonly answer: TestFilterResponse }>();
  const [failure, setFailure] = useState<string>();
  const wanted = JSON.stringify([text, rules.map(({ pattern, syntax, action }) => [pattern, syntax, action])]);
  const [rested] = useDebouncedValue(wanted, REST_MS);
  // biome-ignore lint/correctness/useExhaustiveDependencies: text and rules are in `rested`, once they rest
  useEffect(() => {
    setFailure(undefined);
    if (text.trim() === "" || rules.length === 0) return setTried(undefined);
    let stale = false;
    session
      .client(ModerationService)
      .testFilter({ roomId, text, rules: [...rules] })
      .then(
        (answer) => {
          if (!stale) setTried({ text, answer });
        },
        (error) => {
          if (!stale) setFailure(sentenceFor(error, "talk"));
        },
      );
    return () => {
      stale = true;
    };
  }, [rested, session, roomId]);
  return (
    <>
      <Textarea
        label={t("rule.try")}
        placeholder={t("rule.tryHint")}
        rows={2}
        maxLength={4000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div role="status" className={classes.tried}>
        {failure !== undefined && <p className={classes.bad}>{failure}</p>}
        {failure === undefined && tried !== undefined && <TestResult text={tried.text} answer={tried.answer} />}
      </div>
    </>
  );
}
