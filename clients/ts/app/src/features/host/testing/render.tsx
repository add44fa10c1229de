// Draws the host's page over a session without a server.

import { MantineProvider } from "@mantine/core";
import { render } from "@testing-library/react";
import { TriviumProvider } from "@trivium/client/react";
import { type FakeOptions, type FakeSession, fakeSession, SAMPLE_ROOM_ID } from "@trivium/client/testing";
import { MotionGlobalConfig } from "motion/react";
import type { ReactNode } from "react";
import { registerNamespace } from "../../../i18n";
import { theme } from "../../../theme";
import de from "../de.json";
import en from "../en.json";
import { HostRoom } from "../HostRoom";

// Nobody waits for movement, and happy-dom's animations cannot be cancelled quietly.
MotionGlobalConfig.skipAnimations = true;
registerNamespace("host", { en, de });

/** The sample room's page, or `children`, and the strings to pull. */
export function renderHost(
  options: FakeOptions,
  children: ReactNode = <HostRoom roomId={SAMPLE_ROOM_ID} />,
): FakeSession {
  const session = fakeSession(options);
  render(
    <MantineProvider theme={theme} env="test">
      <TriviumProvider session={session}>{children}</TriviumProvider>
    </MantineProvider>,
  );
  return session;
}

/** The methods of the commands given, without package and service: `AdvanceQuiz`. */
export function given(session: FakeSession): string[] {
  return session.commands.map(({ method }) => method.slice(method.lastIndexOf(".") + 1));
}
