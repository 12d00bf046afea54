// CommandLine: the same training on the command line, to be copied, and by what one sees that the weights are the same.

import { CopyButton } from "../look/copy_button.tsx";
import { commandOf, dataWords } from "./settings.ts";
import { isBusy, machine, outcome, own, run, trainSettings } from "./training.ts";

export function CommandLine() {
  const done = outcome.value;
  // Of what was trained, while that is what one sees; else of what the form says.
  const settings = ((isBusy.value || done) && run.value?.settings) || trainSettings.value;
  const data = dataWords(settings, own.value);
  const command = data && commandOf(settings, data);
  return (
    <div class="train-command">
      <h2>The same on the command line</h2>
      {command === undefined ? (
        <p class="train-soft">
          The command line reads files in MNIST's format; only this page reads pictures, and sets without a test set.
        </p>
      ) : (
        <div class="train-copy">
          <code>
            {command.split(" ").map((word, i) => (
              <>
                {i > 0 && " "}
                <span class="train-word">{word}</span>
              </>
            ))}
          </code>
          <CopyButton text={command} />
        </div>
      )}
      {done && (
        <p class="train-hash">
          SHA-256 of the weights: <code>{done.weightsSha256}</code>
        </p>
      )}
      {command !== undefined && (
        <p class="train-soft">
          {done?.stopped?.startsWith("stopped ")
            ? "A run that was stopped early has weights of its own; run to the end, both come out the same."
            : `It prints the same SHA-256 wherever its kernels round as they do here${machine.value ? `: ${machine.value.arithmetic}` : ""}.`}
        </p>
      )}
    </div>
  );
}
