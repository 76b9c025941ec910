import { availableParallelism } from "node:os";
import type { ViteUserConfig } from "vitest/config";

// The plugins import `daybook/plugin` as a stranger's would; in the tests that name means the source.
// Vitest hands these to Node as well: with "import" or "module" among them `require` would be given ES modules.
const conditions = ["daybook-source", "node"];

/** What holds for all tests. */
export const shared: ViteUserConfig = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    setupFiles: ["reflect-metadata", "test/support/loopback-only.ts"],
    // The cache is not invalidated when the tsconfig decorator flags change: stale green tests.
    fsModuleCache: false,
    // Half of the time is spent waiting for the disk; by itself vitest leaves a core idle as well.
    maxWorkers: availableParallelism() + 1,
    coverage: { provider: "v8", include: ["src/**", "plugins/**"] },
  },
};
