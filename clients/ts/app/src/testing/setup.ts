// Runs before every test file: languages, clean-up, and what happy-dom lacks.
import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";
import { startLanguages } from "../i18n";
import { usePreferences } from "../lib/preferences";

await startLanguages("en");
// There is no canvas to throw confetti on.
usePreferences.setState({ motion: "reduced" });
afterEach(cleanup);
