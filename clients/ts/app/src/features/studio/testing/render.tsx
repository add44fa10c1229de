// Draws the studio over a session without a server.
import { MantineProvider } from "@mantine/core";
import { render } from "@testing-library/react";
import { type Quiz, QuizService } from "@trivium/client/proto";
import { TriviumProvider } from "@trivium/client/react";
import { type FakeSession, fakeSession } from "@trivium/client/testing";
import type { ReactNode } from "react";
import { registerNamespace } from "../../../i18n";
import { theme } from "../../../theme";
import playerDe from "../../player/de.json";
import playerEn from "../../player/en.json";
import de from "../de.json";
import en from "../en.json";
import { TokenContext } from "../token";
import { refusal } from "./refusals";

registerNamespace("studio", { en, de });
registerNamespace("player", { en: playerEn, de: playerDe });

// Happy-dom has no fonts to wait for.
if (!("fonts" in document)) Object.defineProperty(document, "fonts", { value: new EventTarget() });

/** The page, and the strings to pull. The catalogue keeps what is saved, with the rules of revisions. */
export function renderStudio(children: ReactNode, stored: readonly Quiz[] = []) {
  const session = fakeSession();
  const catalogue = keepCatalogue(session, stored);
  render(
    <MantineProvider theme={theme} env="test">
      <TriviumProvider session={session}>
        <TokenContext value={async () => "token"}>{children}</TokenContext>
      </TriviumProvider>
    </MantineProvider>,
  );
  return { session, catalogue };
}

function keepCatalogue(session: FakeSession, stored: readonly Quiz[]): Map<string, Quiz> {
  const catalogue = new Map(stored.map((quiz) => [quiz.id, quiz]));
  session.handle(QuizService.method.getQuiz, ({ quizId }) => {
    const quiz = catalogue.get(quizId);
    return quiz === undefined ? {} : { quiz };
  });
  session.handle(QuizService.method.createQuiz, ({ quiz }) => {
    if (quiz === undefined) return {};
    const kept = { ...quiz, id: `quiz-${catalogue.size + 1}`, revision: 1 };
    catalogue.set(kept.id, kept);
    return { quiz: kept };
  });
  session.handle(QuizService.method.updateQuiz, ({ quiz }) => {
    if (quiz === undefined) return {};
    const kept = { ...quiz, revision: quiz.revision + 1 };
    if (catalogue.get(quiz.id)?.revision !== quiz.revision) throw refusal("REVISION_CONFLICT");
    catalogue.set(kept.id, kept);
    return { quiz: kept };
  });
  session.handle(QuizService.method.listQuizzes, () => ({
    quizzes: [...catalogue.values()].map(({ id, revision, title, questions }) => ({
      id,
      revision,
      title,
      questionCount: questions.length,
      createTimeMs: 1_790_000_000_000n,
    })),
  }));
  return catalogue;
}
