// The player: a phone in one hand, from the code to the podium.
import { registerNamespace } from "../../i18n";
import de from "./de.json";
import en from "./en.json";
import { PlayerPage } from "./PlayerPage";

registerNamespace("player", { en, de });

export default PlayerPage;
