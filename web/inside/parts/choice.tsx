// Choice: one of a few, side by side.

export interface ChoiceProps<T extends string | number | null> {
  /** What is chosen, for those who do not see that. */
  label: string;
  /** Of the group, one on a page. */
  name: string;
  options: readonly { readonly value: T; readonly text: string }[];
  value: T;
  onChange(value: T): void;
}

export function Choice<T extends string | number | null>({ label, name, options, value, onChange }: ChoiceProps<T>) {
  return (
    <fieldset class="inside-choice">
      <legend>{label}</legend>
      <div class="inside-options">
        {options.map((option) => (
          <label key={option.text} class="inside-option">
            <input
              type="radio"
              name={name}
              class="sr-only"
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            {option.text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** The ten digits, as options. */
export const DIGIT_OPTIONS = Array.from({ length: 10 }, (_, value) => ({ value, text: String(value) }));
