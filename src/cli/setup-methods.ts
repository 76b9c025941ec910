/** The ways to sign in that setup can configure. */
export const SETUP_METHODS = [
  "client-secret",
  "client-certificate",
  "managed-identity",
  "workload-identity",
  "token",
] as const;

export type SetupMethod = (typeof SETUP_METHODS)[number];
