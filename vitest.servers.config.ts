import { defineConfig, mergeConfig } from "vitest/config";
import { shared } from "./vitest.shared.js";

/** What needs a real server, real tools or root. Nothing is skipped: what cannot start fails. */
export default mergeConfig(
  shared,
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
