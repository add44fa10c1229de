// Runs before every test file: languages, clean-up, and what happy-dom lacks.
import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";
import { startLanguages } from "../i18n";

await startLanguages("en");
afterEach(cleanup);
