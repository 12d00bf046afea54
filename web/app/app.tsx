// The app itself.

import { render } from "preact";
import { followReader } from "../read/reader.ts";
import { chosenUrl, unasked } from "../read/where.ts";
import { Shell } from "./shell.tsx";
import { applyTheme } from "./theme.ts";

export function startApp(): void {
  applyTheme();
  const url = chosenUrl();
  if (url !== "") void askServer(url);
  render(<Shell />, document.getElementById("app") as HTMLElement);
  // What else there is to load waits for the networks.
  followReader(() => {
    import("../offline/start.tsx").then(({ startOffline }) => startOffline()).catch(() => {}); // the page works without
  });
}

/** Nothing falls back silently: where it cannot be asked, that is said. */
async function askServer(url: string): Promise<void> {
  try {
    const { useServer } = await import("../remote/remote.ts").catch(() => {
      throw new Error("A part of the page could not be loaded. Is there a connection?");
    });
    useServer(url);
  } catch (error) {
    unasked.value = `The server ${url} is not asked: this page answers itself. ${(error as Error).message}`;
  }
}
