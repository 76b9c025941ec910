import { registerHooks } from "node:module";

const LENT = new Set(["daybook/plugin", "daybook/plugin/contract"]);
let lent = false;

/**
 * Lets a plugin anywhere on the disk import `daybook/plugin` and get the running Daybook's, so that it needs no copy of its
 * own and its errors are this process's. Only these names are answered; everything else is found as Node finds it.
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
