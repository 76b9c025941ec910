/** What Daybook needs of a logger; pino's has it. Object first, then a constant lower-case past-tense phrase. */
export interface Log {
  debug(fields: object, phrase: string): void;
  info(fields: object, phrase: string): void;
  /** Odd, nothing lost. */
  warn(fields: object, phrase: string): void;
  /** Loss, or a person must act. */
  error(fields: object, phrase: string): void;
}
