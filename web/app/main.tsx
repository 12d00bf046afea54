// Where the app begins.

import { render } from "preact";
import { startReader } from "../read/reader.ts";
import { Shell } from "./shell.tsx";
import { applyTheme } from "./theme.ts";
import "../look/app.css";

applyTheme();
void startReader();
render(<Shell />, document.getElementById("app") as HTMLElement);
