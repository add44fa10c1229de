// What hosts do about a member, with a word on how to take it back.
import { type Member, Role } from "@trivium/client/proto";
import i18next from "i18next";
import { useMemo } from "react";
import type { Commands } from "../model/commands";
import { QUICK_MUTE_MS } from "../model/durations";
import { spanOf } from "../model/format";

/** What can be done about a member; each tells whether it was. */
export interface Door {
  /** Whether somebody may be touched at all: those who run the room may not. */
  mayTouch(member: Member): boolean;
  /** Mutes for a while at once; the toast has the way back. */
  quickMute(member: Member): Promise<boolean>;
  mute(member: Member, durationMs: number, reason: string): Promise<boolean>;
  unmute(member: Member): Promise<boolean>;
  remove(member: Member, reason: string): Promise<boolean>;
  ban(member: Member, durationMs: number, reason: string): Promise<boolean>;
}

export function useDoor(commands: Commands): Door {
  return useMemo(() => doorOf(commands), [commands]);
}

function doorOf(commands: Commands): Door {
  const mute = async (member: Member, durationMs: number, reason: string) => {
    if (!(await commands.mute(member.userId, durationMs, reason))) return false;
    const { t, language } = i18next;
    const words = durationMs === 0 ? "talk:door.mutedOpen" : "talk:door.muted";
    await say(t(words, { name: member.nickname, span: spanOf(durationMs, language) }), () =>
      commands.unmute(member.userId),
    );
    return true;
  };
  return {
    mayTouch: ({ role }) => role === Role.MEMBER || role === Role.OBSERVER,
    quickMute: (member) => mute(member, QUICK_MUTE_MS, ""),
    mute,
    unmute: (member) => commands.unmute(member.userId),
    async remove(member, reason) {
      if (!(await commands.remove(member.userId, reason))) return false;
      await say(i18next.t("talk:door.removed", { name: member.nickname }));
      return true;
    },
    async ban(member, durationMs, reason) {
      if (!(await commands.ban(member.userId, durationMs, reason))) return false;
      await say(i18next.t("talk:door.banned", { name: member.nickname }), () => commands.unban(member.userId));
      return true;
    },
  };
}

async function say(words: string, undo?: () => Promise<boolean>): Promise<void> {
  const { toast } = await import("sonner");
  const label = i18next.t("talk:door.undo");
  toast.success(words, undo === undefined ? {} : { action: { label, onClick: () => void undo() } });
}
