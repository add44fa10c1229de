// The studio: `/studio` lists the own quizzes, `/studio/new` and `/studio/:quizId` edit one.
//
// Previews are drawn with the player's own parts, and so with the player's texts.
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { useLocation, useParams } from "wouter";
import { PageLoading } from "../../components/PageLoading";
import { registerNamespace } from "../../i18n";
import { AccountSession, useIdentity } from "../../lib/sessions";
import playerDe from "../player/de.json";
import playerEn from "../player/en.json";
import de from "./de.json";
import en from "./en.json";
import { Catalogue } from "./list/Catalogue";
import { TokenContext } from "./token";

registerNamespace("studio", { en, de });
registerNamespace("player", { en: playerEn, de: playerDe });

const EditorPage = lazy(() => import("./editor/EditorPage"));

/** The page. */
export default function Studio() {
  return (
    <AccountSession>
      <Rooms />
    </AccountSession>
  );
}

function Rooms() {
  const { quizId } = useParams<{ quizId?: string }>();
  const [, go] = useLocation();
  const identity = useIdentity();
  const token = useMemo(() => () => identity.token(), [identity]);
  // A new quiz gets its address with its first save, and the editor goes on as it is.
  const [born, setBorn] = useState<string>();
  const onCreated = useCallback(
    (id: string) => {
      setBorn(id);
      go(`/studio/${id}`, { replace: true });
    },
    [go],
  );
  useEffect(() => {
    if (quizId === undefined || quizId === "new") setBorn(undefined);
  }, [quizId]);
  return (
    <TokenContext value={token}>
      {quizId === undefined ? (
        <Catalogue />
      ) : (
        <Suspense fallback={<PageLoading />}>
          <EditorPage
            key={quizId === born ? "new" : quizId}
            name={quizId === born ? "new" : quizId}
            onCreated={onCreated}
          />
        </Suspense>
      )}
    </TokenContext>
  );
}
