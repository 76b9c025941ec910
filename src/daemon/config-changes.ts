/** The keys whose values differ, such as `tenants.contoso.requestsPerHour`, sorted. No values, because they may be secret. */
export function changedKeys(before: unknown, after: unknown): readonly string[] {
  const [old, fresh] = [leavesOf(before), leavesOf(after)];
  const keys = new Set([...old.keys(), ...fresh.keys()]);
  return [...keys].filter((key) => old.get(key) !== fresh.get(key)).toSorted();
}

function leavesOf(
  value: unknown,
  path = "",
  leaves = new Map<string, string>(),
): ReadonlyMap<string, string> {
  if (typeof value !== "object" || value === null) return leaves.set(path, JSON.stringify(value) ?? "");
  for (const [key, child] of Object.entries(value))
    leavesOf(child, path === "" ? key : `${path}.${key}`, leaves);
  return leaves;
}
