/** What Daybook needs of a logger; pino's has it. Object first, then a constant lower-case past-tense phrase. */
export interface Log {
  debug(fields: object, phrase: string): void;
  info(fields: object, phrase: string): void;
  /** Odd, nothing lost. */
  warn(fields: object, phrase: string): void;
  /** Loss, or a person must act. */
  error(fields: object, phrase: string): void;
}

/** A log whose every line has these fields first: in a daemon of many tenants no line may leave open whose it is. */
export function withFields(log: Log, common: object): Log {
  return {
    debug: (fields, phrase) => log.debug({ ...common, ...fields }, phrase),
    info: (fields, phrase) => log.info({ ...common, ...fields }, phrase),
    warn: (fields, phrase) => log.warn({ ...common, ...fields }, phrase),
    error: (fields, phrase) => log.error({ ...common, ...fields }, phrase),
  };
}
