// The app itself.

import { render } from "preact";
import { followReader } from "../read/reader.ts";
import { chosenUrl } from "../read/where.ts";
import { Shell } from "./shell.tsx";
import { applyTheme } from "./theme.ts";

export function startApp(): void {
  applyTheme();
  const url = chosenUrl();
  if (url !== "") void import("../remote/remote.ts").then(({ useServer }) => useServer(url));
  render(<Shell />, document.getElementById("app") as HTMLElement);
  // What else there is to load waits for the networks.
  followReader(() => {
    import("../offline/start.tsx").then(({ startOffline }) => startOffline()).catch(() => {}); // the page works without
  });
}
