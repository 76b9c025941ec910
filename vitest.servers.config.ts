import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

const { include: _include, exclude: _exclude, globalSetup: _memory, ...test } = base.test ?? {};

/** What needs a real server, real tools or root. Nothing is skipped: what cannot start fails. */
export default mergeConfig(
  { ...base, test },
  defineConfig({
    test: {
      include: ["test/servers/*.test.ts"],
      globalSetup: ["test/servers/install.ts"],
      testTimeout: 120_000,
      hookTimeout: 300_000,
      fileParallelism: false,
    },
  }),
);
