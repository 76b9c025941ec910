import { defineConfig, mergeConfig } from "vitest/config";
import { shared } from "./vitest.shared.js";

/** `npm test`: what every change is held to. */
export default mergeConfig(
  shared,
  defineConfig({
    test: {
      include: ["test/**/*.test.ts"],
      exclude: ["**/node_modules/**", "test/servers/**", "test/bench/**", "test/**/*.long.test.ts"],
      globalSetup: ["test/support/memory-folder.ts"],
      // Real files that nobody syncs: the long tests and those of servers write as the product does.
      provide: { files: "quick" },
      testTimeout: 60_000,
    },
  }),
);
