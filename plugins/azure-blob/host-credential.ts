import { DaybookError, isDaybookError } from "daybook/plugin";
import type { AzureTokens } from "daybook/plugin";

const NEVER_ABORTS = new AbortController().signal;

/** Daybook's own sign-in as the credential that the Azure SDK asks for tokens. */
export class HostCredential {
  readonly #tokens: AzureTokens;

  constructor(tokens: AzureTokens) {
    this.#tokens = tokens;
  }

  async getToken(
    _scopes: string | string[],
    { abortSignal }: { readonly abortSignal?: unknown } = {},
  ): Promise<{ readonly token: string; readonly expiresOnTimestamp: number }> {
    try {
      const signal = abortSignal instanceof AbortSignal ? abortSignal : NEVER_ABORTS;
      const { value, expiresAtMs } = await this.#tokens.token(signal);
      return { token: value, expiresOnTimestamp: expiresAtMs };
    } catch (error) {
      throw sinkError(error);
    }
  }
}

/** A sink that cannot sign in is refused or unavailable, whatever the source's own sign-in does. */
function sinkError(cause: unknown): unknown {
  if (!isDaybookError(cause)) return cause;
  const { message, hint, retry } = cause;
  if (cause.code === "SIGNIN_REFUSED") return new DaybookError("SINK_REFUSED", { message, hint, cause });
  if (cause.code === "SIGNIN_UNAVAILABLE")
    return new DaybookError("SINK_UNAVAILABLE", { message, hint, retry, cause });
  return cause;
}
