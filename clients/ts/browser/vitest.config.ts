// The suites of this package: real browsers against real servers, so one at a time and with time.
import { defineConfig } from "vitest/config";
import { CLIENT_ALIASES } from "./src/harness/pages.js";

export default defineConfig({
  resolve: { alias: CLIENT_ALIASES },
  test: {
    name: "browser",
    environment: "node",
    include: ["src/**/*.test.{ts,tsx}"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
