// The host's phone as a remote control: `/remote?code=…`, with a code of its own that the projector shows.

import { registerNamespace } from "../../i18n";
import hostDe from "../host/de.json";
import hostEn from "../host/en.json";
import de from "./de.json";
import en from "./en.json";
import { RemotePage } from "./RemotePage";

// The names of steps, keys and failures are the host's.
registerNamespace("host", { en: hostEn, de: hostDe });
registerNamespace("remote", { en, de });

export default RemotePage;
