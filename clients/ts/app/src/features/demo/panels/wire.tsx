// The wire inspector: the last frames in both directions, and each of them decoded.
import { Button, TextInput } from "@mantine/core";
import { IconActivity, IconEraser, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import type { Frame } from "@trivium/client";
import { useSession } from "@trivium/client/react";
import { useMemo, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import type { Panel } from "../model/panels";
import { frameJson, KEPT_FRAMES, matches, wireOf } from "../model/wire";
import classes from "../parts/wire.module.css";

export const panel: Panel = {
  id: "wire",
  place: "bottom",
  order: 10,
  title: "panel.wire",
  Icon: IconActivity,
  Component: WirePanel,
  roomless: true,
};

function WirePanel() {
  const { t } = useTranslation("demo");
  const wire = wireOf(useSession());
  const live = useSyncExternalStore(wire.subscribe, wire.get);
  const [held, setHeld] = useState<readonly Frame[]>();
  const [filter, setFilter] = useState("");
  const [picked, setPicked] = useState<Frame>();
  const frames = held ?? live;
  const shown = useMemo(() => frames.filter((frame) => matches(frame, filter)).reverse(), [frames, filter]);
  return (
    <div className={classes.wire}>
      <div className={classes.tools}>
        <TextInput
          size="sm"
          aria-label={t("wire.filter")}
          placeholder={t("wire.filter")}
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
        <Button
          size="sm"
          variant="default"
          aria-pressed={held !== undefined}
          leftSection={
            held === undefined ? <IconPlayerPause size={16} aria-hidden /> : <IconPlayerPlay size={16} aria-hidden />
          }
          onClick={() => setHeld(held === undefined ? live : undefined)}
        >
          {t(held === undefined ? "wire.pause" : "wire.resume")}
        </Button>
        <Button
          size="sm"
          variant="default"
          leftSection={<IconEraser size={16} aria-hidden />}
          onClick={() => {
            wire.clear();
            setHeld(held === undefined ? undefined : []);
            setPicked(undefined);
          }}
        >
          {t("wire.clear")}
        </Button>
        <span className={classes.count}>{t("wire.count", { n: shown.length, most: KEPT_FRAMES })}</span>
      </div>
      <div className={classes.split}>
        <Frames frames={shown} picked={picked} onPick={setPicked} />
        <Decoded frame={picked} />
      </div>
    </div>
  );
}

interface FramesProps {
  readonly frames: readonly Frame[];
  readonly picked: Frame | undefined;
  readonly onPick: (frame: Frame) => void;
}

function Frames({ frames, picked, onPick }: FramesProps) {
  const { t, i18n } = useTranslation("demo");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className={classes.frames} tabIndex={0} aria-label={t("wire.frames")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("wire.time")}</th>
            <th scope="col">
              <span className={classes.word}>{t("wire.direction")}</span>
            </th>
            <th scope="col">{t("wire.name")}</th>
            <th scope="col">{t("wire.road")}</th>
            <th scope="col" data-numeric>
              {t("wire.bytes")}
            </th>
          </tr>
        </thead>
        <tbody>
          {frames.map((frame) => (
            <tr key={frame.id} data-picked={frame.id === picked?.id || undefined} onClick={() => onPick(frame)}>
              <td>{moment(frame.at, i18n.language)}</td>
              <td>
                <span aria-hidden="true">{frame.direction === "up" ? "↑" : "↓"}</span>{" "}
                <span className={classes.word}>{t(`wire.${frame.direction}`)}</span>
              </td>
              <td>
                <button type="button" aria-pressed={frame.id === picked?.id} onClick={() => onPick(frame)}>
                  {frame.name}
                </button>
              </td>
              <td>
                {t(`road.${frame.road}`)} <span className={classes.via}>{shortVia(frame.via)}</span>
              </td>
              <td data-numeric>{frame.bytes.toLocaleString(i18n.language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {frames.length === 0 && <p className={classes.empty}>{t("wire.none")}</p>}
    </section>
  );
}

function Decoded({ frame }: { frame: Frame | undefined }) {
  const { t } = useTranslation("demo");
  const json = useMemo(() => (frame === undefined ? "" : frameJson(frame)), [frame]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className={classes.decoded} tabIndex={0} aria-label={t("wire.decoded")}>
      {frame === undefined ? <p className={classes.empty}>{t("wire.pick")}</p> : <pre>{json}</pre>}
    </section>
  );
}

/** When a frame passed, by this device's clock. */
function moment(at: number, language: string): string {
  return new Date(performance.timeOrigin + at).toLocaleTimeString(language, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
  });
}

/** `trivium.v1.ChatService/SendMessage` is `ChatService/SendMessage`. */
function shortVia(via: string): string {
  return via.replace(/^trivium\.v1\./, "");
}
