import { defineConfig } from "vitest/config";

// The plugins import `daybook/plugin` as a stranger's would; in the tests that name means the source.
const conditions = ["daybook-source", "node", "import", "module", "default"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/servers/**", "test/bench/**"],
    setupFiles: ["reflect-metadata"],
    // The cache is not invalidated when the tsconfig decorator flags change: stale green tests.
    fsModuleCache: false,
    testTimeout: 20_000,
    coverage: { provider: "v8", include: ["src/**", "plugins/**"] },
  },
});
