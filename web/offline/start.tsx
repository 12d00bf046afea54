// What the page does about being offline, once it reads: keeps a copy of itself, and offers new versions.

import { render } from "preact";
import { register } from "./registration.ts";
import { declineUpdate, isUpdateOffered, takeUpdate } from "./updates.ts";
import "./offline.css";

export function startOffline(): void {
  register().catch(() => {}); // keeping.ts says why
  const toasts = document.createElement("div");
  document.body.append(toasts);
  render(<UpdateToast />, toasts);
}

function UpdateToast() {
  // The region is there before what it says, so that it is read out.
  return (
    <div role="status" class="toasts">
      {isUpdateOffered.value && (
        <div class="toast">
          <p>There is a new version of this page.</p>
          <button type="button" class="button" onClick={takeUpdate}>
            Reload
          </button>
          <button type="button" class="button" onClick={declineUpdate}>
            Later
          </button>
        </div>
      )}
    </div>
  );
}
