import type { ContainerClient } from "@azure/storage-blob";
import { DaybookError } from "daybook/plugin";

/**
 * Every key below `root` that starts with `prefix`, sorted by code unit. Sorted here: an account with a hierarchical namespace
 * lists folder by folder. Names that no key can have, such as a probe's, are not ours.
 */
export async function listNames(
  container: ContainerClient,
  root: string,
  prefix: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const keys: string[] = [];
  try {
    const options = { prefix: `${root}${prefix}`, includeMetadata: true, abortSignal: signal };
    for await (const { name, metadata } of container.listBlobsFlat(options)) {
      signal.throwIfAborted();
      const key = name.slice(root.length);
      if (!isFolder(metadata) && /^[A-Za-z0-9._=/-]+$/.test(key)) keys.push(key);
    }
  } catch (error) {
    // The SDK returns this for a success that is no listing, such as a proxy's own page.
    if (!(error instanceof TypeError)) throw error;
    throw new DaybookError("SINK_UNAVAILABLE", {
      message: `list ${prefix}: expected a listing of the container, found something else`,
      cause: error,
    });
  }
  return keys.toSorted();
}

/** Whether it is a folder of a hierarchical namespace, which the blob interface shows as an empty blob. */
export function isFolder(metadata: Readonly<Record<string, string>> | undefined): boolean {
  return metadata?.["hdi_isfolder"] === "true";
}
