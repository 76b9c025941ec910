/**
 * Why a day was not destroyed, for people: `reason` is that of its `disposal-refused` entry, reason and subject with a space
 * between them.
 */
export function keptWords(reason: string): string {
  const [kind = "", first = "", ...rest] = reason.split(" ");
  const more = rest.join(" ");
  switch (kind) {
    case "held":
      return `held by ${[first, ...rest].join(" ")}`;
    case "not-due":
      return first === "no" ? "no retention rule covers it" : `kept by its schedule until ${first}`;
    case "locked":
      return lockWords(first, more);
    case "unreachable":
      return `not removed from ${first.replace(/:$/, "")}, which answered ${more}; the next run tries again`;
    default:
      return reason;
  }
}

function lockWords(sink: string, more: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(more))
    return `locked in ${sink} until ${more}; a run from that day on destroys it`;
  return `kept in ${sink} ${more}; who set it in the store lifts it there`;
}
