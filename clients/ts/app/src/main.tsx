// Where the page begins: styles, language, identity from the address, and the app.
import "@mantine/core/styles.layer.css";
import "sonner/dist/styles.css";
import "./styles/fonts.css";
import "./styles/global.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { startLanguages } from "./i18n";
import { takeFragmentToken } from "./lib/identity";
import { adoptNonce } from "./lib/nonce";
import { startPreferences } from "./lib/preferences";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

adoptNonce();
takeFragmentToken();
startPreferences();
await startLanguages();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
