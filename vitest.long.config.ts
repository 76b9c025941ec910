import { defineConfig, mergeConfig } from "vitest/config";
import { shared } from "./vitest.shared.js";

/** What takes tens of seconds a file: crashes at many points, days upon days, real kills, locks that must run out. */
export default mergeConfig(
  shared,
  defineConfig({
    test: {
      include: ["test/**/*.long.test.ts"],
      exclude: ["**/node_modules/**"],
      testTimeout: 120_000,
      hookTimeout: 120_000,
    },
  }),
);
