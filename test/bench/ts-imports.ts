// Lets Node run the test helpers as they stand: they name their imports `.js`, as TypeScript wants it, and lie there as `.ts`.
//   node --import ./test/bench/ts-imports.ts test/bench/NAME.ts
import { existsSync } from "node:fs";
import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, next) {
    if (
      specifier.startsWith(".") &&
      specifier.endsWith(".js") &&
      context.parentURL?.endsWith(".ts") === true
    ) {
      const source = new URL(specifier.replace(/js$/, "ts"), context.parentURL);
      if (existsSync(source)) return next(source.href, context);
    }
    return next(specifier, context);
  },
});
