// Unit tests of every package; browsers are driven by the package `browser`.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: ["sdk", "app"],
    passWithNoTests: true,
  },
});
