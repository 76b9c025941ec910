/** `${NAME}`, `${NAME:-default}`; `$${NAME}` stands for the text itself. */
const REFERENCE = /\$(\$\{[^}]*\})|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

export interface Filled {
  readonly text: string;
  /** Whether a variable's value is in it: then it is not shown in messages. */
  readonly hasValue: boolean;
  /** Names of variables that are not set and have no default. */
  readonly unset: readonly string[];
}

/** The text with the values of the variables that it names. As in a shell, `:-` also counts for an empty value. */
export function fillVariables(text: string, env: Readonly<Record<string, string | undefined>>): Filled {
  const unset: string[] = [];
  let hasValue = false;
  const filled = text.replace(
    REFERENCE,
    (_, literal: string | undefined, name: string, fallback: string | undefined) => {
      if (literal !== undefined) return literal;
      const value = env[name];
      if (value === undefined || (value === "" && fallback !== undefined)) {
        if (fallback === undefined) unset.push(name);
        return fallback ?? "";
      }
      hasValue = true;
      return value;
    },
  );
  return { text: filled, hasValue, unset };
}
