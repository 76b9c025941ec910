import { z } from "zod";
import { EXAMPLE_ID, filePath, guid, isObject, secretRef } from "./values.js";

const clientId = guid.meta({ description: "The application (client) id.", examples: [EXAMPLE_ID] });

const clientSecret = z.strictObject({
  method: z.literal("client-secret"),
  clientId,
  secret: secretRef.meta({
    description: "The client secret's value, not its id.",
    examples: [{ file: "/etc/daybook/contoso.secret" }],
  }),
});

const clientCertificate = z.strictObject({
  method: z.literal("client-certificate"),
  clientId,
  certificate: secretRef.meta({
    description: "The certificate, PEM, with its chain if `sendCertificateChain` is on.",
    examples: [{ file: "/etc/daybook/contoso.pem" }],
  }),
  privateKey: secretRef.meta({
    description: "The certificate's private key, PEM. It may be in the same file.",
    examples: [{ credential: "contoso-key" }],
  }),
  passphrase: secretRef.optional().meta({
    description: "What decrypts the private key.",
    examples: [{ credential: "contoso-passphrase" }],
  }),
  sendCertificateChain: z.boolean().default(false).meta({
    description: "Send the chain (x5c), for applications that trust the certificate's subject and issuer.",
  }),
});

const managedIdentity = z
  .strictObject({
    method: z.literal("managed-identity"),
    clientId: guid.optional().meta({
      description: "The user-assigned identity, by client id. Without any id: the system-assigned one.",
      examples: [EXAMPLE_ID],
    }),
    resourceId: z
      .string()
      .startsWith("/subscriptions/", { error: "must be a resource id: /subscriptions/…" })
      .optional()
      .meta({
        description: "The user-assigned identity, by resource id.",
        examples: [
          "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/audit/providers/Microsoft.ManagedIdentity/userAssignedIdentities/daybook",
        ],
      }),
    objectId: guid.optional().meta({
      description: "The user-assigned identity, by object id.",
      examples: [EXAMPLE_ID],
    }),
  })
  .refine(
    (auth) => [auth.clientId, auth.resourceId, auth.objectId].filter((id) => id !== undefined).length <= 1,
    { error: "must have at most one of clientId, resourceId and objectId", when: isObject },
  );

const workloadIdentity = z.strictObject({
  method: z.literal("workload-identity"),
  clientId,
  tokenFile: filePath.meta({
    description:
      "The federated token, renewed by the platform (Kubernetes, GitHub); read anew for each sign-in.",
    examples: ["/var/run/secrets/azure/tokens/azure-identity-token"],
  }),
});

const token = z.strictObject({
  method: z.literal("token"),
  token: secretRef.meta({
    description: "An access token that a broker of your own keeps fresh; read anew when the file changes.",
    examples: [{ file: "/run/broker/powerbi-token" }],
  }),
});

/** How an application or identity signs in to Entra ID; each method has its own keys. */
export const azureAuth = z
  .discriminatedUnion("method", [clientSecret, clientCertificate, managedIdentity, workloadIdentity, token])
  .meta({ description: "How to sign in." });

export type AzureAuth = Readonly<z.output<typeof azureAuth>>;
