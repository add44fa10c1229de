// Unit tests of this package.
import { mergeConfig } from "vite";
import { defineConfig } from "vitest/config";
import vite from "./vite.config.ts";

export default mergeConfig(
  vite,
  defineConfig({
    test: {
      name: "app",
      // A page of a hundred rows takes its time where much else is going on.
      testTimeout: 30_000,
      environment: "happy-dom",
      include: ["src/**/*.test.{ts,tsx}"],
      setupFiles: ["src/testing/setup.ts"],
      // Sonner is transformed by a plugin, which only sees what is not external.
      server: { deps: { inline: ["sonner"] } },
    },
  }),
);
