import type { Redactor } from "../config/redactor.js";
import type { Tokens } from "../source/tokens.js";

/** Tokens that the redactor knows before anybody can send or show them: a token is a secret as well. */
export function redactedTokens(tokens: Tokens, redactor: Redactor): Tokens {
  return {
    token: async (signal, rejected) => {
      const token = await tokens.token(signal, rejected);
      redactor.addPassing(token.value);
      return token;
    },
  };
}
