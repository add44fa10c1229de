// How the app is built: modern browsers only, one chunk per feature, nothing inline that a strict policy would refuse.
//
// What the pages weigh is told, and the player's held to its budget, by the suites in `../browser` (`src/game/weight.test.ts`).
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** What the server replaces by a fresh nonce in every page it serves. */
const NONCE = "__CSP_NONCE__";

const sdk = (path: string) => fileURLToPath(new URL(`../sdk/src/${path}`, import.meta.url));

/**
 * Sonner writes its style sheet into the page without a nonce, which the policy refuses and reports. The call is taken out;
 * `main.tsx` imports the same rules as a file.
 */
function sonnerWithoutInlineStyle(): Plugin {
  return {
    name: "sonner-without-inline-style",
    transform(code, id) {
      if (!/\/sonner\/dist\/index\.m?js/.test(id)) return;
      if (!code.includes("\n__insertCSS("))
        throw new Error("sonner no longer inserts its style here: drop this plugin");
      return { code: code.replace(/\n__insertCSS\(".*"\);?/, "\n"), map: null };
    },
  };
}

/**
 * The descriptors of the protos stand in their modules as base64, in which gzip finds no repetition. As texts of their bytes they
 * weigh a third less.
 */
function descriptorsAsText(): Plugin {
  return {
    name: "descriptors-as-text",
    apply: "build",
    transform(code, id) {
      if (!/\/sdk\/src\/gen\/.*_pb\.ts$/.test(id)) return;
      const described = /fileDesc\("([A-Za-z0-9+/]+)"/.exec(code);
      if (!described) throw new Error(`${id} has no descriptor in base64 any more: drop this plugin`);
      const bytes = Buffer.from(described[1] ?? "", "base64").toString("latin1");
      return { code: code.replace(described[0], () => `fileDesc(btoa(${JSON.stringify(bytes)})`), map: null };
    },
  };
}

/** Where `npm run dev` finds a server: `TRIVIUM_URL`, such as http://127.0.0.1:8080. */
const server = process.env.TRIVIUM_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), sonnerWithoutInlineStyle(), descriptorsAsText()],
  html: { cspNonce: NONCE },
  resolve: {
    // The sources of the SDK, so that the app never waits for a build of it.
    alias: [
      { find: /^@trivium\/client$/, replacement: sdk("index.ts") },
      { find: /^@trivium\/client\/proto$/, replacement: sdk("proto.ts") },
      { find: /^@trivium\/client\/seal\/react$/, replacement: sdk("seal/react.ts") },
      { find: /^@trivium\/client\/(\w+)$/, replacement: sdk("$1/index.ts") },
      { find: /^@trivium\/client\/(\w+\/\w+)$/, replacement: sdk("$1.ts") },
    ],
  },
  // The plugin above must see the module itself.
  optimizeDeps: { exclude: ["sonner"] },
  build: {
    target: "es2023",
    manifest: true,
    // A data: URL for a style or a script would break the policy, and fonts are better cached.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  server: {
    port: 5173,
    // The example quizzes, and the protos that tests compare with, stand outside of the npm workspace.
    fs: { allow: [fileURLToPath(new URL("../../../", import.meta.url))] },
    proxy: Object.fromEntries(
      ["/trivium.v1.", "/.well-known", "/operator", "/media", "/health", "^/rooms/[^/]+/files"].map((path) => [
        path,
        { target: server, changeOrigin: true, secure: false },
      ]),
    ),
  },
});
