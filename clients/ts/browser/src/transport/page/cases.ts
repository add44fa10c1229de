// All cases, by name.

import { calls } from "./calls.js";
import { endings } from "./endings.js";
import type { Stage } from "./stage.js";

export const cases: Readonly<Record<string, (stage: Stage) => Promise<void>>> = { ...calls, ...endings };
