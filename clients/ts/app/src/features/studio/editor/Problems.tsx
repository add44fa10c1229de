// What the server refused without naming a field that is on the page.
import { Alert } from "@mantine/core";
import { useField } from "./context";

/** Sentences about the whole question or quiz, or about its kind. */
export function Problems() {
  const whole = useField("");
  const kind = useField("kind");
  const error = whole.error ?? kind.error;
  if (error === undefined) return null;
  return (
    <Alert color="red" role="alert" tabIndex={-1} data-path="">
      {error}
    </Alert>
  );
}
