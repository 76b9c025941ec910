/** One request. `url` is absolute; redirects are never followed. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the first byte sent to the last byte received; a body that drips does not extend it. */
  readonly timeoutMs: number;
  /** Limit of the body after content decoding. */
  readonly maxBytes: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** After content decoding, complete. */
  readonly body: Uint8Array;
}

/**
 * The door to the network. An answer of any status is an answer, redirects included. Throws NETWORK_UNREACHABLE,
 * NETWORK_TIMEOUT, NETWORK_TRUNCATED, NETWORK_TOO_LARGE, NETWORK_TLS or PROXY_REFUSED; the signal's reason when aborted.
 */
export interface Http {
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
}
