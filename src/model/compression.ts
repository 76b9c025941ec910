/** How bodies and record lines are compressed: zstd level 3 (RFC 8878), or gzip (RFC 1952, no name, no time, one member). */
export type Compression = "zstd" | "gzip";

export function fileExtension(compression: Compression): ".zst" | ".gz" {
  return compression === "zstd" ? ".zst" : ".gz";
}
