// The registry of panels: every file in ../panels that exports a `panel` is on the page, in the place and order it asks for.
//
// A feature adds a file there; nothing else has to know of it.

import type { TablerIcon } from "@tabler/icons-react";
import type { ComponentType } from "react";

/** Where a panel stands: columns of the page, or the strip at the foot. On a phone each place is a tab. */
export const PLACES = ["left", "middle", "right", "bottom"] as const;
export type Place = (typeof PLACES)[number];

/** A part of the page. */
export interface Panel {
  /** Unique; also the end of its address for links. */
  readonly id: string;
  readonly place: Place;
  /** Small numbers first within a place. */
  readonly order: number;
  /** Key of its name; in the namespace `demo` unless it names another. */
  readonly title: string;
  readonly Icon: TablerIcon;
  /** Panels of a room get the open one, and wait until there is one. */
  readonly Component: ComponentType<PanelProps>;
  /** Drawn without a room too; `roomId` is empty then. */
  readonly roomless?: boolean;
}

export interface PanelProps {
  readonly roomId: string;
}

const files = import.meta.glob<{ panel: Panel }>("../panels/*.tsx", { eager: true });

/** All panels of a place in their order. */
export function panelsOf(place: Place): readonly Panel[] {
  return ALL.filter((panel) => panel.place === place);
}

const ALL: readonly Panel[] = Object.values(files)
  .map(({ panel }) => panel)
  .sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
