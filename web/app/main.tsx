// Where the app begins.

import { render } from "preact";
import { startReader } from "../read/reader.ts";
import { Shell } from "./shell.tsx";
import { applyTheme } from "./theme.ts";
import "../look/app.css";

applyTheme();
render(<Shell />, document.getElementById("app") as HTMLElement);
// What else there is to load waits for the networks.
startReader()
  .then(() => import("../offline/start.tsx"))
  .then(({ startOffline }) => startOffline())
  .catch(() => {}); // the page works without, as far as it works
