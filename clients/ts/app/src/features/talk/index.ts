// Talk: everything that people say to each other, for the demo, the host and the player. Importing it brings its texts.
//
// Neighbours: `Talk` is a whole chat; `messages`, `compose` and `panes` are its parts; `people`, `moderation`, `conversations`,
// `inbox` and `sealed` stand by themselves; `model` has what needs no drawing.
import { registerNamespace } from "../../i18n";
import de from "./de.json";
import en from "./en.json";

registerNamespace("talk", { en, de });
