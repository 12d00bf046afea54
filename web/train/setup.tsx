// Setup: what is trained, on which digits, and how. Presets first; the rest is folded away.

import { useId } from "preact/hooks";
import { MODEL_NAMES, networkOf, PRESETS, type Recipe } from "../../models/index.ts";
import { Fold } from "../look/fold.tsx";
import { title } from "../look/title.ts";
import { CommandLine } from "./command_line.tsx";
import { type Field, GROUPS } from "./fields.ts";
import { sentence } from "./format.ts";
import { OwnData } from "./own_data.tsx";
import { DATA_SOURCES, type DataSource, RULES, recipeOf, settingsOfPreset, type TrainSettings } from "./settings.ts";
import { changeSettings, isBusy, trainSettings } from "./training.ts";

const DATA_NAMES: Readonly<Record<DataSource, string>> = {
  sample: "MNIST",
  synthetic: "Synthetic",
  own: "Your own",
};
const DATA_NOTES: Readonly<Record<DataSource, string>> = {
  sample: "A sample: 10,000 handwritten digits to learn from, and all 10,000 test digits.",
  synthetic: "Digits drawn by code: results on them say nothing about handwriting.",
  own: "Files in MNIST's format, or pictures. They stay on this device.",
};

export function Setup() {
  const settings = trainSettings.value;
  const isLocked = isBusy.value;
  const asked = recipeOf(settings);
  const { model, preset, data } = settings;
  return (
    <section class="glass train-panel train-setup" aria-label="Settings">
      <fieldset class="train-form" disabled={isLocked}>
        <legend class="sr-only">Settings</legend>
        <Choice
          label="Digits"
          choices={DATA_SOURCES}
          names={DATA_NAMES}
          value={data}
          onChoose={(data) => changeSettings({ data })}
        />
        <p class="train-soft">{DATA_NOTES[data]}</p>
        {data === "own" && <OwnData />}
        <Choice
          label="Network"
          choices={MODEL_NAMES}
          names={Object.fromEntries(MODEL_NAMES.map((name) => [name, title(networkOf(name).label)]))}
          value={model}
          onChoose={(model) => changeSettings(settingsOfPreset(model, preset))}
        />
        <Choice
          label="Preset"
          choices={PRESETS}
          value={preset}
          onChoose={(preset) => changeSettings(settingsOfPreset(model, preset))}
        />
        <div class="train-fields">
          <NumberField field={{ name: "epochs", label: "Epochs", hint: "passes over the images" }} recipe={null} />
          <NumberField field={{ name: "seed", label: "Seed", hint: "for all that is random" }} recipe={null} />
        </div>
        <Fold summary="More settings">
          {() =>
            Object.entries(GROUPS).map(([group, fields]) => (
              <fieldset key={group} class="train-group">
                <legend>{group}</legend>
                <div class="train-fields">
                  {fields.map((field) => (
                    <NumberField key={field.name} field={field} recipe={"recipe" in asked ? asked.recipe : null} />
                  ))}
                </div>
              </fieldset>
            ))
          }
        </Fold>
        {"problem" in asked && (
          <p role="alert" class="train-problem">
            {asked.problem}
          </p>
        )}
      </fieldset>
      <CommandLine />
    </section>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  choices: readonly T[];
  /** Where they are called otherwise than they are. */
  names?: Readonly<Record<string, string>>;
  value: T;
  onChoose(value: T): void;
}

function Choice<T extends string>({ label, choices, names = {}, value, onChoose }: ChoiceProps<T>) {
  const id = useId();
  return (
    <div class="train-choice" role="radiogroup" aria-labelledby={id}>
      <span id={id}>{label}</span>
      <div class="train-segments">
        {choices.map((choice) => (
          <label key={choice} class="train-segment">
            <input type="radio" name={id} checked={choice === value} onChange={() => onChoose(choice)} />
            <span>{sentence(names[choice] ?? choice)}</span>
          </label>
        ))}
      </div>
    </div>
  );
}

/** A number, or one of a few words; empty: as the preset has it. */
function NumberField({ field, recipe }: { field: Field; recipe: Recipe | null }) {
  const { name, label, hint, choices, ofRecipe } = field;
  const id = useId();
  const value = trainSettings.value[name];
  const byPreset = recipe && ofRecipe ? ofRecipe(recipe) : null;
  const change = (text: string): void => {
    const read = text.trim() === "" ? RULES[name].otherwise : RULES[name].read(text.trim());
    changeSettings({ [name]: read ?? value } as Partial<TrainSettings>);
  };
  return (
    <div class="train-field">
      <label for={id}>{label}</label>
      {choices ? (
        <select
          id={id}
          class={value === null ? "is-preset" : ""}
          value={value ?? ""}
          onChange={({ currentTarget }) => change(currentTarget.value)}
        >
          <option value="">{value === null && byPreset !== null ? byPreset : "from the preset"}</option>
          {choices
            .filter((choice) => value !== null || choice !== byPreset)
            .map((choice) => (
              <option key={choice} value={choice}>
                {choice}
              </option>
            ))}
        </select>
      ) : (
        <input
          id={id}
          inputMode="decimal"
          autocomplete="off"
          value={value ?? ""}
          placeholder={byPreset === null ? "" : String(byPreset)}
          onChange={({ currentTarget }) => {
            change(currentTarget.value);
            currentTarget.value = String(trainSettings.value[name] ?? "");
          }}
        />
      )}
      {hint !== undefined && <small>{hint}</small>}
    </div>
  );
}
