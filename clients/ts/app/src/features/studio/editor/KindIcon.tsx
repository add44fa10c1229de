// The picture of a kind of question. Its name always stands beside it.
import {
  IconAbc,
  IconAdjustmentsHorizontal,
  IconArrowsShuffle,
  IconChartBar,
  IconChecks,
  IconCircleCheck,
  IconCloud,
  IconListCheck,
  IconListNumbers,
  IconNumber123,
  IconStar,
  IconToggleLeft,
} from "@tabler/icons-react";
import { QuestionKind } from "@trivium/client/proto";

const ICONS = {
  [QuestionKind.UNSPECIFIED]: IconCircleCheck,
  [QuestionKind.SINGLE_CHOICE]: IconCircleCheck,
  [QuestionKind.MULTIPLE_CHOICE]: IconChecks,
  [QuestionKind.TRUE_FALSE]: IconToggleLeft,
  [QuestionKind.TEXT_ENTRY]: IconAbc,
  [QuestionKind.NUMBER_ENTRY]: IconNumber123,
  [QuestionKind.RANGE_ENTRY]: IconAdjustmentsHorizontal,
  [QuestionKind.ORDERING]: IconListNumbers,
  [QuestionKind.MATCHING]: IconArrowsShuffle,
  [QuestionKind.POLL]: IconChartBar,
  [QuestionKind.MULTIPLE_POLL]: IconListCheck,
  [QuestionKind.RATING]: IconStar,
  [QuestionKind.WORD_CLOUD]: IconCloud,
} as const satisfies Record<QuestionKind, unknown>;

export function KindIcon({ kind, size }: { kind: QuestionKind; size: number }) {
  const Icon = ICONS[kind];
  return <Icon size={size} aria-hidden />;
}
