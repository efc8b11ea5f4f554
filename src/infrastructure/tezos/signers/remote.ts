import { z } from "zod";
import { type Signer, SignerUnavailable } from "../../../application/ports/chain.js";
import { type TzAddress } from "../../../domain/identifiers.js";
import { assertSigned } from "./verify.js";

const TIMEOUT_MS = 15_000;

/** Octez' remote signer over HTTP, as Signatory speaks it too. */
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
    const { public_key: key } = z.object({ public_key: z.string() }).parse(await this.ask("GET", undefined));
    const { getPkhfromPk } = await import("@taquito/utils");
    if (getPkhfromPk(key) !== this.account)
      throw new SignerUnavailable("the signer holds another key for this account");
    this.key = key;
    return key;
  }

  async sign(forged: string): Promise<string> {
    const key = await this.publicKey();
    const { signature } = z
      .object({ signature: z.string() })
      .parse(await this.ask("POST", JSON.stringify(`03${forged}`)));
    await assertSigned(forged, key, signature);
    const { b58DecodeAndCheckPrefix } = await import("@taquito/utils");
    const [payload] = b58DecodeAndCheckPrefix(signature);
    return forged + Buffer.from(payload).toString("hex");
  }

  private async ask(method: "GET" | "POST", body: string | undefined): Promise<unknown> {
    let status: number;
    let text: string;
    try {
      const response = await fetch(`${this.url.replace(/\/+$/, "")}/keys/${this.account}`, {
        method,
        ...(body === undefined ? {} : { body, headers: { "content-type": "application/json" } }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      status = response.status;
      text = await response.text();
    } catch (cause) {
      throw new SignerUnavailable("the remote signer does not answer", { cause });
    }
    if (status === 403) throw new SignerUnavailable("the remote signer's policy refuses to sign");
    if (status !== 200) throw new SignerUnavailable(`the remote signer answers HTTP ${status}`);
    return JSON.parse(text) as unknown;
  }
}
