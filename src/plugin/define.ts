import type { z } from "zod";
import type { SinkPlugin, StorePlugin } from "./types.js";

/** Declares a plugin that stores objects; export the result as the module's default. */
export function defineStore<Options extends z.ZodType>(
  plugin: Omit<StorePlugin<Options>, "kind">,
): StorePlugin<Options> {
  return Object.freeze({ ...plugin, kind: "store" });
}

/** Declares a plugin that keeps the current view of each day; export the result as the module's default. */
export function defineSink<Options extends z.ZodType>(
  plugin: Omit<SinkPlugin<Options>, "kind">,
): SinkPlugin<Options> {
  return Object.freeze({ ...plugin, kind: "sink" });
}
