// The caller's quizzes, a page at a time.
import { QuizService, type QuizSummary } from "@trivium/client/proto";
import { useSession } from "@trivium/client/react";
import { useCallback, useEffect, useState } from "react";

/** Quizzes per page. */
const PAGE = 50;

export interface CatalogueState {
  /** `undefined` before the first answer. */
  readonly quizzes: readonly QuizSummary[] | undefined;
  readonly failed: boolean;
  readonly more: boolean;
  reload(): void;
  loadMore(): void;
  /** Takes a quiz out of the list, on the way to its deletion. */
  hide(id: string): void;
}

/** Reads the first page at once. `onFailure` has to be the same function each time; it tells people in their feature's words. */
export function useCatalogue(onFailure: (error: unknown) => void): CatalogueState {
  const session = useSession();
  const [quizzes, setQuizzes] = useState<readonly QuizSummary[]>();
  const [nextPage, setNextPage] = useState("");
  const [failed, setFailed] = useState(false);
  const read = useCallback(
    async (pageToken: string) => {
      try {
        const answer = await session.client(QuizService).listQuizzes({ pageSize: PAGE, pageToken });
        setQuizzes((before) => (pageToken === "" ? answer.quizzes : [...(before ?? []), ...answer.quizzes]));
        setNextPage(answer.nextPageToken);
        setFailed(false);
      } catch (error) {
        setFailed(true);
        onFailure(error);
      }
    },
    [session, onFailure],
  );
  const reload = useCallback(() => void read(""), [read]);
  useEffect(reload, [reload]);
  const hide = useCallback((id: string) => setQuizzes((before) => before?.filter((quiz) => quiz.id !== id)), []);
  return { quizzes, failed, more: nextPage !== "", reload, loadMore: () => void read(nextPage), hide };
}
