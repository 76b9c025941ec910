import { registerHooks } from "node:module";

const LENT = new Set(["daybook/plugin", "daybook/plugin/contract"]);
let lent = false;

/**
 * Resolves `daybook/plugin` to the running Daybook for plugins anywhere on the disk: they need no copy of their own and throw
 * this process's error class. All other names resolve as usual.
 */
export function lendDaybook(): void {
  if (lent) return;
  lent = true;
  registerHooks({
    resolve: (specifier, context, nextResolve) =>
      LENT.has(specifier)
        ? nextResolve(specifier, { ...context, parentURL: import.meta.url })
        : nextResolve(specifier, context),
  });
}
