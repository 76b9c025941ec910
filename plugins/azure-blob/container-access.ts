import type { ContainerClient, StoragePipelineOptions } from "@azure/storage-blob";
import { DaybookError, endpointUrl } from "daybook/plugin";
import type { AzureAuth, Host, SecretRef } from "daybook/plugin";
import { HostCredential } from "./host-credential.js";
import type { AzureBlobOptions } from "./options.js";

type Auth = AzureBlobOptions["auth"];

/** The scope of tokens for Azure Storage, the same in every cloud. */
const STORAGE_SCOPE = "https://storage.azure.com/.default";

// One attempt: the core retries, and logs it.
const PIPELINE: StoragePipelineOptions = {
  retryOptions: { maxTries: 1 },
  userAgentOptions: { userAgentPrefix: "daybook" },
};

/**
 * Makes the client of the container. The SDK is loaded at the first use, and takes HTTPS_PROXY and NO_PROXY from the
 * environment. A rotated secret leads to a new client.
 */
export class ContainerAccess {
  readonly #options: AzureBlobOptions;
  readonly #host: Pick<Host, "azureTokens" | "secret">;
  readonly #credential: HostCredential | undefined;
  #client: { readonly secret: string | undefined; readonly container: ContainerClient } | undefined;

  constructor(options: AzureBlobOptions, host: Pick<Host, "azureTokens" | "secret">) {
    this.#options = options;
    this.#host = host;
    const { auth, tenantId } = options;
    if (!isIdentity(auth)) return;
    const directory = tenantId === undefined ? {} : { tenantId };
    this.#credential = new HostCredential(host.azureTokens({ auth, scope: STORAGE_SCOPE, ...directory }));
  }

  async container(): Promise<ContainerClient> {
    const ref = secretOf(this.#options.auth);
    const secret = ref && (await this.#host.secret(ref));
    if (this.#client === undefined || this.#client.secret !== secret) {
      this.#client = { secret, container: await this.#connect(secret ?? "") };
    }
    return this.#client.container;
  }

  async #connect(secret: string): Promise<ContainerClient> {
    const sdk = await import("@azure/storage-blob");
    const { account = "", auth, container, endpoint } = this.#options;
    const base = (endpoint ?? `https://${account}.blob.core.windows.net`).replace(/\/+$/, "");
    const url = `${base}/${container}`;
    if (this.#credential !== undefined) return new sdk.ContainerClient(url, this.#credential, PIPELINE);
    if (auth.method === "connection-string")
      return safeClient(() => new sdk.ContainerClient(secret, container, PIPELINE));
    if (auth.method === "account-key")
      return new sdk.ContainerClient(url, new sdk.StorageSharedKeyCredential(account, secret), PIPELINE);
    const signed = `${url}?${secret.replace(/^\?/, "")}`;
    return new sdk.ContainerClient(signed, new sdk.AnonymousCredential(), PIPELINE);
  }
}

function isIdentity(auth: Auth): auth is AzureAuth {
  return secretOf(auth) === undefined;
}

/** The storage account's own secret; undefined where an identity signs in. */
function secretOf(auth: Auth): SecretRef | undefined {
  switch (auth.method) {
    case "account-key":
      return auth.key;
    case "sas":
      return auth.token;
    case "connection-string":
      return auth.value;
    case "client-certificate":
    case "client-secret":
    case "managed-identity":
    case "token":
    case "workload-identity":
      return undefined;
    default:
      return auth satisfies never;
  }
}

/** A connection string names its own address, which the schema of the options cannot check. */
function safeClient(make: () => ContainerClient): ContainerClient {
  let client: ContainerClient;
  try {
    client = make();
  } catch {
    // Without cause: the SDK's error may quote the string.
    throw unusable("expected `Name=value;…` with account and key or signature");
  }
  // The rule for addresses allows no query, which a signature is.
  if (!endpointUrl.safeParse(client.url.split("?")[0]).success)
    throw unusable("expected an https:// blob endpoint (http:// on this machine only)");
  return client;
}

function unusable(rule: string): DaybookError {
  return new DaybookError("CONFIG_INVALID", { message: `azure-blob: connection string: ${rule}` });
}
