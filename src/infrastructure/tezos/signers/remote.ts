import { z } from "zod";
import { type Signer, SignerUnavailable } from "../../../application/ports/chain.js";
import { type TzAddress } from "../../../domain/identifiers.js";
import { attach, OPERATION } from "./verify.js";

const TIMEOUT_MS = 15_000;
const WATERMARK = Buffer.from(OPERATION).toString("hex");
const keyReply = z.object({ public_key: z.string() });
const signatureReply = z.object({ signature: z.string() });

/**
 * Octez' remote signer over HTTP, as Signatory speaks it too. Everything that goes wrong is `SignerUnavailable`;
 * no message repeats the signer's address, which may carry a key.
 */
export class RemoteSigner implements Signer {
  private key: string | undefined;

  constructor(
    private readonly url: string,
    private readonly account: TzAddress,
  ) {}

  async address(): Promise<TzAddress> {
    return this.account;
  }

  /** The signer's public key for the account; it must be that account's. */
  async publicKey(): Promise<string> {
    if (this.key !== undefined) return this.key;
    const { public_key: key } = await this.ask(keyReply, undefined);
    const { getPkhfromPk } = await import("@taquito/utils");
    let owner: string;
    try {
      owner = getPkhfromPk(key);
    } catch (cause) {
      throw new SignerUnavailable("the remote signer answers what is no public key", { cause });
    }
    if (owner !== this.account)
      throw new SignerUnavailable("the remote signer holds another key for this account");
    this.key = key;
    return key;
  }

  async sign(forged: string): Promise<string> {
    const key = await this.publicKey();
    const { signature } = await this.ask(signatureReply, JSON.stringify(WATERMARK + forged));
    return attach(forged, key, signature);
  }

  /** With a body: asks for a signature. */
  private async ask<T>(schema: z.ZodType<T>, body: string | undefined): Promise<T> {
    const { status, text } = await this.exchange(body);
    if (status === 404) throw new SignerUnavailable(`the remote signer has no key of ${this.account}`);
    if (status === 401 || status === 403) throw new SignerUnavailable("the remote signer's policy refuses");
    if (status !== 200) throw new SignerUnavailable(`the remote signer answers HTTP ${status}`);
    try {
      return schema.parse(JSON.parse(text));
    } catch (cause) {
      throw new SignerUnavailable("the remote signer answers something else", { cause });
    }
  }

  private async exchange(body: string | undefined): Promise<{ status: number; text: string }> {
    try {
      const response = await fetch(`${this.url.replace(/\/+$/, "")}/keys/${this.account}`, {
        ...(body !== undefined && { method: "POST", body, headers: { "content-type": "application/json" } }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: "manual",
      });
      return { status: response.status, text: await response.text() };
    } catch {
      throw new SignerUnavailable("the remote signer does not answer");
    }
  }
}
