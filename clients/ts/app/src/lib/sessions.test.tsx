// What a host sees of a session that is over: why, and the way back that fits.
import { Code, ConnectError } from "@connectrpc/connect";
import { act, fireEvent, screen } from "@testing-library/react";
import { type FakeSession, fakeSession } from "@trivium/client/testing";
import { expect, test, vi } from "vitest";
import { draw } from "../testing/render";
import { keepToken } from "./identity";
import { AccountSession } from "./sessions";

const sessions: FakeSession[] = [];
vi.mock("@trivium/client", async (original) => ({
  ...(await original<typeof import("@trivium/client")>()),
  connectTrivium: async () => {
    const session = fakeSession();
    sessions.push(session);
    return session;
  },
}));

async function over(code: Code): Promise<void> {
  await screen.findByText("on stage");
  act(() => sessions.at(-1)?.setConnection({ status: "closed", error: new ConnectError("over", code) }));
}

test("a token is asked for only where it was refused", async () => {
  keepToken("e30.e30.x");
  draw(
    <AccountSession>
      <p>on stage</p>
    </AccountSession>,
  );
  await over(Code.Aborted);
  expect(screen.queryByLabelText("Token")).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Go on here" }));
  await over(Code.Unauthenticated);
  expect(sessions).toHaveLength(2);
  expect(await screen.findByText("The server did not accept the token.")).toBeTruthy();
});
