import { defineStore } from "daybook/plugin";
import { BlobStore } from "./blob-store.js";
import { ContainerAccess } from "./container-access.js";
import { azureBlobOptions } from "./options.js";

/** The archive in a container of Azure Blob Storage. */
export default defineStore({
  name: "azure-blob",
  apiVersion: 1,
  options: azureBlobOptions,
  open: (options, host) =>
    new BlobStore({
      access: new ContainerAccess(options, host),
      clock: host.clock,
      ...options,
    }),
});
