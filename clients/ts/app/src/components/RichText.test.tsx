// A text that changes never shows what was made of the one before.
// @vitest-environment jsdom
import { render, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { RichText } from "./RichText";

test("the raw words stand there until the next text is made", async () => {
  const { container, rerender } = render(<RichText text="**bold**" inline />);
  expect(container.textContent).toBe("**bold**");
  await waitFor(() => expect(container.querySelector("strong")).not.toBeNull());
  // Formulas have to be loaded first.
  const formula = "half is $\\frac12$";
  rerender(<RichText text={formula} inline />);
  expect(container.textContent).toBe(formula);
  await waitFor(() => expect(container.querySelector("math")).not.toBeNull());
  rerender(<RichText text="*soft*" inline />);
  expect(container.innerHTML).toContain("<em>soft</em>");
});
