// Draws components as the app does: theme, language, and a session where one is given.
import { MantineProvider } from "@mantine/core";
import { type RenderResult, render } from "@testing-library/react";
import type { TriviumSession } from "@trivium/client";
import { TriviumProvider } from "@trivium/client/react";
import type { ReactNode } from "react";
import { theme } from "../theme";

/** Like Testing Library's `render`. Nothing moves (`env="test"`). */
export function draw(children: ReactNode, session?: TriviumSession): RenderResult {
  return render(
    <MantineProvider theme={theme} env="test">
      {session === undefined ? children : <TriviumProvider session={session}>{children}</TriviumProvider>}
    </MantineProvider>,
  );
}
