import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { sendMail } from "../../src/io/send-mail.js";
import type { MailRelay } from "../../src/io/send-mail.js";
import { trustAuthorities } from "../../src/io/tls.js";
import { makeServerCertificate } from "../support/entra/certificates.js";
import { startMailServer } from "../support/mail-server.js";
import { freePort } from "../support/free-port.js";

const calm = new AbortController().signal;
const { ca, server: certificate } = makeServerCertificate();
trustAuthorities("/etc/daybook/ca.pem", ca.pem);

const LOGIN = { user: "daybook@contoso.example", password: "correct horse" };
const MAIL = {
  id: "0c8f1b3f",
  from: "daybook@contoso.example",
  to: ["ops@contoso.example", "records@contoso.example"],
  subject: "[Daybook] contoso: days overdue began",
  text: "1 day due\n",
};

function relay(port: number, more: Partial<MailRelay> = {}): MailRelay {
  return { host: "localhost", port, security: "starttls", ...more };
}

/** Speaks the lines of `answers`, one for each line it gets, then says nothing more. */
async function scripted(greeting: string, answers: readonly string[]): Promise<number> {
  const server = createServer((socket) => {
    const left = [...answers];
    socket.on("error", () => undefined);
    if (greeting !== "") socket.write(`${greeting}\r\n`);
    socket.on("data", () => {
      const answer = left.shift();
      if (answer !== undefined) socket.write(`${answer}\r\n`);
    });
    onTestFinished(() => void socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

describe("mail by a relay", () => {
  it("is encrypted by STARTTLS before the login, and says that a machine wrote it", async () => {
    const { port, received } = await startMailServer({ tls: { certificate }, login: LOGIN });

    expect(await sendMail(relay(port, { login: LOGIN }), MAIL, calm)).toEqual([]);

    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({ user: LOGIN.user, isEncrypted: true, to: MAIL.to });
    expect(received[0]?.text).toContain("Subject: [Daybook] contoso: days overdue began\r\n");
    expect(received[0]?.text).toContain("Message-ID: <0c8f1b3f@daybook>\r\n");
    expect(received[0]?.text).toContain("Auto-Submitted: auto-generated\r\n");
    expect(received[0]?.text).toContain("\r\n\r\n1 day due\r\n");
  });

  it("goes over TLS from the first byte where the relay wants that", async () => {
    const { port, received } = await startMailServer({ tls: { certificate, isAtOnce: true } });

    await sendMail(relay(port, { security: "tls" }), MAIL, calm);

    expect(received[0]?.isEncrypted).toBe(true);
  });

  it("goes in the clear only when told so", async () => {
    const { port, received } = await startMailServer({});

    await expect(sendMail(relay(port), MAIL, calm)).rejects.toMatchObject({
      code: "NETWORK_TLS",
      message: `localhost:${port}: found no STARTTLS, expected a relay that offers it`,
    });
    expect(received).toEqual([]);
    await sendMail(relay(port, { security: "none" }), MAIL, calm);
    expect(received[0]?.isEncrypted).toBe(false);
  });

  it("names the addresses that the relay refused while it took the others", async () => {
    const { port, received } = await startMailServer({
      tls: { certificate },
      refuses: ["records@contoso.example"],
    });

    expect(await sendMail(relay(port), MAIL, calm)).toEqual(["records@contoso.example"]);

    expect(received.map(({ to }) => to)).toEqual([["ops@contoso.example"]]);
  });
});

describe("mail that does not arrive", () => {
  it("is refused when the relay takes no address, with its words", async () => {
    const { port } = await startMailServer({ tls: { certificate }, refuses: MAIL.to });

    await expect(sendMail(relay(port), MAIL, calm)).rejects.toMatchObject({
      code: "ALERT_REFUSED",
      message: expect.stringMatching(/^the relay answered 550 no such mailbox$/) as unknown,
    });
  });

  it("is refused when the password is wrong, and never shows it", async () => {
    const { port } = await startMailServer({ tls: { certificate }, login: LOGIN });
    const login = { ...LOGIN, password: "hunter2hunter2" };

    const sending = sendMail(relay(port, { login }), MAIL, calm);

    await expect(sending).rejects.toMatchObject({ code: "ALERT_REFUSED" });
    await expect(sending).rejects.toMatchObject({
      message: expect.not.stringContaining("hunter2") as unknown,
    });
  });

  it("is not sent to a relay whose certificate nobody vouches for", async () => {
    const { port, received } = await startMailServer({
      tls: { certificate: makeServerCertificate().server },
    });

    await expect(sendMail(relay(port), MAIL, calm)).rejects.toMatchObject({ code: "NETWORK_TLS" });
    expect(received).toEqual([]);
  });

  it("says that nothing listens", async () => {
    const port = await freePort();

    await expect(sendMail(relay(port), MAIL, calm)).rejects.toMatchObject({ code: "NETWORK_UNREACHABLE" });
  });

  it("ends at once when it is aborted while the relay is silent", async () => {
    const port = await scripted("", []);
    const stop = new AbortController();
    const sending = sendMail(relay(port), MAIL, stop.signal);

    stop.abort(new Error("stopped by the test"));

    await expect(sending).rejects.toThrow("stopped by the test");
  });

  it("shows no control character of the relay's answer", async () => {
    const port = await scripted("554 go \u001B[31maway", []);

    await expect(sendMail(relay(port, { security: "none" }), MAIL, calm)).rejects.toMatchObject({
      code: "ALERT_REFUSED",
      message: "the relay answered 554 go  [31maway",
    });
  });
});
