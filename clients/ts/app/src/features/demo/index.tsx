// `/demo-realtime`: everything that a session can do, on one page. With `?code=` as a guest, else as the account that hosts.
import { useSearchParams } from "wouter";
import "../talk";
import { registerNamespace } from "../../i18n";
import { normalCode } from "../../lib/codes";
import { AccountSession, useIdentity } from "../../lib/sessions";
import { DemoPage } from "./DemoPage";
import de from "./de.json";
import en from "./en.json";
import { GuestDemo } from "./GuestDemo";

registerNamespace("demo", { en, de });

/** The page. */
export default function Demo() {
  const [search] = useSearchParams();
  const code = normalCode(search.get("code") ?? "");
  if (code !== "") return <GuestDemo key={code} code={code} />;
  return (
    <AccountSession>
      <AccountDemo />
    </AccountSession>
  );
}

function AccountDemo() {
  const { name, kind } = useIdentity();
  return <DemoPage name={name} operator={kind === "operator"} />;
}
