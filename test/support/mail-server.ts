import { SMTPServer } from "smtp-server";
import { onTestFinished } from "vitest";
import type { TestCertificate } from "./entra/certificates.js";

export interface ReceivedMail {
  readonly user: string | undefined;
  readonly isEncrypted: boolean;
  readonly to: readonly string[];
  /** Headers and body, as they came. */
  readonly text: string;
}

export interface MailServerRules {
  /** Offers STARTTLS, or speaks TLS at once. */
  readonly tls?: { readonly certificate: TestCertificate; readonly isAtOnce?: boolean };
  readonly login?: { readonly user: string; readonly password: string };
  /** Recipients that it refuses with 550. */
  readonly refuses?: readonly string[];
}

/** A real SMTP server on loopback, until the test ends. */
export async function startMailServer({
  tls,
  login,
  refuses = [],
}: MailServerRules): Promise<{ readonly port: number; readonly received: ReceivedMail[] }> {
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    secure: tls?.isAtOnce === true,
    ...(tls === undefined ? {} : { key: tls.certificate.keyPem, cert: tls.certificate.pem }),
    disabledCommands: [...(tls === undefined ? ["STARTTLS"] : []), ...(login === undefined ? ["AUTH"] : [])],
    authOptional: login === undefined,
    onAuth: ({ username, password }, _session, done) => {
      if (username === login?.user && password === login?.password) done(null, { user: username });
      else done(new Error("535 unknown user or wrong password"));
    },
    onRcptTo: ({ address }, _session, done) =>
      done(refuses.includes(address) ? new Error("no such mailbox") : null),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        received.push({
          user: session.user,
          isEncrypted: session.secure,
          to: session.envelope.rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString(),
        });
        done();
      });
    },
  });
  // A client that leaves in the middle is what some tests are about.
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)));
  const address = server.server.address();
  if (address === null || typeof address === "string") throw new Error("the mail server has no port");
  return { port: address.port, received };
}
