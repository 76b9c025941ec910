import type { ContainerClient, StoragePipelineOptions } from "@azure/storage-blob";
import { DaybookError, endpointUrl } from "daybook/plugin";
import type { Host } from "daybook/plugin";
import type { AzureBlobOptions } from "./options.js";

type Auth = AzureBlobOptions["auth"];

// One try: the core knows when to try again and says so in its log.
const PIPELINE: StoragePipelineOptions = {
  retryOptions: { maxTries: 1 },
  userAgentOptions: { userAgentPrefix: "daybook" },
};

/**
 * The way to the container. The SDK is loaded at the first use; it takes HTTPS_PROXY and NO_PROXY from the environment. A
 * rotated secret makes a new client.
 */
export class ContainerAccess {
  #client: { readonly secret: string | undefined; readonly container: ContainerClient } | undefined;

  constructor(
    private readonly options: AzureBlobOptions,
    private readonly secret: Host["secret"],
  ) {}

  async container(): Promise<ContainerClient> {
    const secret = await this.#secretOf(this.options.auth);
    if (this.#client === undefined || this.#client.secret !== secret) {
      this.#client = { secret, container: await connect(this.options, secret ?? "") };
    }
    return this.#client.container;
  }

  async #secretOf(auth: Auth): Promise<string | undefined> {
    switch (auth.method) {
      case "default":
      case "managed-identity":
        return undefined;
      case "account-key":
        return this.secret(auth.key);
      case "sas":
        return this.secret(auth.token);
      case "connection-string":
        return this.secret(auth.value);
      default:
        return auth satisfies never;
    }
  }
}

async function connect(options: AzureBlobOptions, secret: string): Promise<ContainerClient> {
  const {
    AnonymousCredential,
    ContainerClient: Client,
    StorageSharedKeyCredential,
  } = await import("@azure/storage-blob");
  const { account = "", auth, container } = options;
  const url = `${(options.endpoint ?? `https://${account}.blob.core.windows.net`).replace(/\/+$/, "")}/${container}`;
  switch (auth.method) {
    case "default": {
      const { DefaultAzureCredential } = await import("@azure/identity");
      return new Client(url, new DefaultAzureCredential(), PIPELINE);
    }
    case "managed-identity": {
      const { ManagedIdentityCredential } = await import("@azure/identity");
      const { clientId } = auth;
      return new Client(
        url,
        new ManagedIdentityCredential(clientId === undefined ? {} : { clientId }),
        PIPELINE,
      );
    }
    case "account-key":
      return new Client(url, new StorageSharedKeyCredential(account, secret), PIPELINE);
    case "sas":
      return new Client(`${url}?${secret.replace(/^\?/, "")}`, new AnonymousCredential(), PIPELINE);
    case "connection-string":
      return safeClient(() => new Client(secret, container, PIPELINE));
    default:
      return auth satisfies never;
  }
}

/** A connection string names its own address, which the options' schema has not seen. */
function safeClient(make: () => ContainerClient): ContainerClient {
  let client: ContainerClient;
  try {
    client = make();
  } catch {
    // Without cause: the SDK's error may quote the string.
    throw unusable("expected `Name=value;…` with account and key or signature");
  }
  // The signature is a query, which the rule for addresses does not let through.
  if (!endpointUrl.safeParse(client.url.split("?")[0]).success)
    throw unusable("expected an https:// blob endpoint (http:// on this machine only)");
  return client;
}

function unusable(rule: string): DaybookError {
  return new DaybookError("CONFIG_INVALID", { message: `azure-blob: connection string: ${rule}` });
}
