// OwnData: digits of the user's own: files in MNIST's format, or a folder of pictures, chosen or dropped.

import { formatCount } from "./format.ts";
import { droppedDigits, givenDigits } from "./given_digits.ts";
import type { GivenDigits } from "./messages.ts";
import { give, training } from "./training.ts";
import { useDropped } from "./use_dropped.ts";

export function OwnData() {
  const { own, ownProblem, detail } = training.value;
  useDropped((dropped) => void droppedDigits(dropped).then(take));
  const isFolderChoosable = "webkitdirectory" in HTMLInputElement.prototype;
  return (
    <div class="train-own">
      <div class="train-controls">
        <label class="button">
          Choose files
          <input type="file" multiple class="sr-only" aria-label="Files in MNIST's format" onChange={chosen} />
        </label>
        {isFolderChoosable && (
          <label class="button">
            Choose a picture folder
            <input
              type="file"
              class="sr-only"
              aria-label="A folder of pictures"
              ref={(input) => input?.setAttribute("webkitdirectory", "")}
              onChange={chosen}
            />
          </label>
        )}
      </div>
      <p class="train-soft">
        Or drop them here. Files: images and labels in MNIST's format (IDX, also gzipped). Pictures: PNG or JPEG, in
        folders named 0 to 9.
      </p>
      {ownProblem !== null && (
        <p role="alert" class="train-problem">
          {ownProblem}
        </p>
      )}
      {own && (
        <p>
          <b>{own.name}</b>: {formatCount(own.images)} to learn from,{" "}
          {own.testImages > 0
            ? `${formatCount(own.testImages)} for the test`
            : "a sixth of them set aside for the test"}
          .
        </p>
      )}
      {own?.notes.map((note) => (
        <p key={note} class="train-soft">
          {note}
        </p>
      ))}
      {detail?.startsWith("Reading") && <p role="status">{detail} …</p>}
    </div>
  );
}

function chosen({ currentTarget }: { currentTarget: HTMLInputElement }): void {
  take(
    givenDigits([...(currentTarget.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }))),
  );
  currentTarget.value = "";
}

function take(digits: GivenDigits | null): void {
  if (digits) give(digits);
}
