// A certificate that nobody trusts, for servers with TLS; made by openssl, since Node cannot make one.

import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** Where a certificate and its key are, both PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Whether suites are to leave TLS out because there is no openssl; with `CI=true` they are not, so that they fail. */
export function leaveOutTls(): boolean {
  if (process.env.CI === "true" || spawnSync("openssl", ["version"]).status === 0) return false;
  console.warn("TLS is NOT tested: there is no openssl");
  return true;
}

/** Makes one for 127.0.0.1 that is good for a day. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const made = { certificate: join(folder, "suite-cert.pem"), key: join(folder, "suite-key.pem") };
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  const of = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  await promisify(execFile)("openssl", ["req", "-x509", ...kind, ...of, "-keyout", made.key, "-out", made.certificate]);
  return made;
}
