// Home: come in by a code, first and big; or go back to a seat, host, write, look at the demo.
import { registerNamespace } from "../../i18n";
import de from "./de.json";
import en from "./en.json";
import { Home } from "./Home";

registerNamespace("home", { en, de });

export default Home;
