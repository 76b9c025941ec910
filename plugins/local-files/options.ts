import { filePath, z } from "daybook/plugin";

const UNITS = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;

export const localFilesOptions = z.strictObject({
  path: filePath.meta({
    description: "The folder that holds the archive; made when absent",
    examples: ["/srv/daybook"],
  }),
  reserve: z
    .string()
    .regex(/^(0|[1-9]\d{0,5}(KiB|MiB|GiB|TiB))$/, "expected 0, or a whole number and KiB, MiB, GiB or TiB")
    .default("1GiB")
    .meta({ description: "Free space that is left to others: a write that would use it is refused" }),
  readableBy: z.enum(["owner", "group", "all"]).default("group").meta({
    description:
      "Who may read the archive: files 0400, 0440, 0444, folders 0700, 0750, 0755. Nobody may write a file",
  }),
  immutable: z.boolean().default(false).meta({
    description: "Sets the immutable attribute (chattr +i) on every file; needs CAP_LINUX_IMMUTABLE",
  }),
});

/** The bytes that a `reserve` of the options stands for. */
export function reserveBytes(reserve: string): number {
  const [, number, unit] = /^(\d+)(\w*)$/.exec(reserve) ?? [];
  return Number(number) * (UNITS[unit as keyof typeof UNITS] ?? 1);
}
