import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

const { include: _include, exclude: _exclude, globalSetup: _memory, ...test } = base.test ?? {};

/** What takes tens of seconds a file: crashes at many points, days upon days, real kills, locks that must run out. */
export default mergeConfig(
  { ...base, test },
  defineConfig({
    test: {
      include: ["test/**/*.long.test.ts"],
      exclude: ["**/node_modules/**"],
      testTimeout: 120_000,
      hookTimeout: 120_000,
    },
  }),
);
