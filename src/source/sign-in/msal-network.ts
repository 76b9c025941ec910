import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from "@azure/msal-node";
import { DaybookError } from "../../model/errors.js";
import type { Http } from "../../io/http.js";
import { readTokenAnswer } from "./token-answer.js";
import type { AnswerContext, TokenAnswer } from "./token-answer.js";

/** A token answer is a few kilobytes; whatever is larger is something else. */
export const TOKEN_ANSWER_MAX_BYTES = 256 * 1024;
export const TOKEN_TIMEOUT_MS = 30_000;

/**
 * MSAL's network for one attempt, built on ours: MSAL's own has no time limit on POST and no limit on size, and follows
 * redirects. MSAL wraps every error in one of its own, so the first failure is kept here for the caller to throw.
 */
export class MsalNetwork implements INetworkModule {
  answer: TokenAnswer | undefined;
  failure: unknown;

  constructor(
    private readonly http: Http,
    /** The authority: a credential is sent to its scheme, host and port and nowhere else. */
    private readonly authority: string,
    private readonly context: () => AnswerContext,
    private readonly signal: AbortSignal,
  ) {}

  // The authority's endpoints are given to MSAL, so there is nothing for it to look up.
  async sendGetRequestAsync<T>(url: string): Promise<NetworkResponse<T>> {
    this.failure ??= this.#strayed(url);
    throw this.failure;
  }

  async sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    try {
      this.answer = await this.#post(url, options);
      return { status: 200, headers: {}, body: this.answer.body as T };
    } catch (error) {
      this.failure ??= error;
      throw error;
    }
  }

  async #post(url: string, options: NetworkRequestOptions | undefined): Promise<TokenAnswer> {
    const target = new URL(url);
    const { origin, host } = new URL(this.authority);
    if (target.host !== host) throw this.#strayed(url);
    const answer = await this.http.request(
      {
        method: "POST",
        // The simulator speaks http on this machine, which MSAL knows only as https.
        url: `${origin}${target.pathname}${target.search}`,
        headers: options?.headers ?? {},
        body: options?.body ?? "",
        timeoutMs: TOKEN_TIMEOUT_MS,
        maxBytes: TOKEN_ANSWER_MAX_BYTES,
      },
      this.signal,
    );
    return readTokenAnswer(answer, this.context());
  }

  #strayed(url: string): DaybookError {
    return new DaybookError("SIGNIN_REFUSED", {
      message: `${this.context().subject}: found a sign-in at ${new URL(url).origin}, expected ${new URL(this.authority).origin} alone`,
      hint: "check cloud or endpoints.authority",
    });
  }
}
