import { InMemorySigner } from "@taquito/signer";
import { encodeOpHash, verifySignature, b58Encode, PrefixV2 } from "@taquito/utils";
import { expect } from "chai";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { type AddressInfo } from "node:net";
import { inspect } from "node:util";
import { SignerUnavailable } from "../../../../src/application/ports/chain.js";
import { tzAddress } from "../../../../src/domain/identifiers.js";
import { TezosOperationCodec } from "../../../../src/infrastructure/tezos/forging.js";
import { NativeSigner, UnusableSecret } from "../../../../src/infrastructure/tezos/signers/native.js";
import { LazySigner } from "../../../../src/infrastructure/tezos/signers/lazy.js";
import { RemoteSigner } from "../../../../src/infrastructure/tezos/signers/remote.js";
import { Vault, WeakWalletKey, WrongWalletKey } from "../../../../src/infrastructure/tezos/signers/vault.js";
import { keyOf } from "../../../../src/sandbox/keys.js";
import { addressOf } from "../../../support/identifiers.js";

const KEY = keyOf("signer test");
const OTHER = keyOf("another");
const MNEMONIC =
  "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
const SECRETS = [
  KEY.secretKey,
  b58Encode("11".repeat(32), PrefixV2.Secp256k1SecretKey),
  b58Encode("22".repeat(32), PrefixV2.P256SecretKey),
  MNEMONIC,
];
const FORGED = "03".repeat(90);
const WALLET_KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("native signer", () => {
  it("signs with each kind of key so that the signature verifies, always with the same bytes", async () => {
    for (const secret of SECRETS) {
      const signer = await NativeSigner.fromSecret(`  ${secret}\n`);
      const signed = await signer.sign(FORGED);
      expect(signed.slice(0, FORGED.length)).to.equal(FORGED);
      const signature = b58Encode(signed.slice(FORGED.length), PrefixV2.GenericSignature);
      const key = await signer.publicKey();
      expect(verifySignature(FORGED, key, signature, Uint8Array.of(3))).to.equal(true);
      expect(await signer.sign(FORGED)).to.equal(signed);
      expect(new TezosOperationCodec().hash(signed)).to.equal(encodeOpHash(signed));
    }
  });

  it("takes no other secret, and its errors do not repeat it", async () => {
    const edesk = "edesk1GXwWmGjXiLHBKxGBxwmNvG21vKBh6FBxc4CyJ8adQQE2avP5vBB57ZUZ93Anm7i4k8RmsHaPzVAvpnHkFF";
    const blsk = b58Encode("33".repeat(32), PrefixV2.BLS12_381SecretKey);
    for (const secret of [
      edesk,
      blsk,
      KEY.secretKey.slice(0, -1),
      MNEMONIC.replace("about", "abandon"),
      "hunter2",
      "",
    ]) {
      const error = await failureOf(NativeSigner.fromSecret(secret));
      expect(error, secret).to.be.instanceOf(UnusableSecret);
      if (secret !== "") expect(inspect(error, { depth: 9, showHidden: true })).not.to.include(secret);
    }
  });
});

describe("vault", () => {
  const vault = new Vault(WALLET_KEY, "salt");

  it("opens with the same key in either notation", () => {
    const base64 = Buffer.from(WALLET_KEY, "hex").toString("base64");
    const sealed = vault.seal(KEY.address, "secret");
    expect(JSON.stringify(sealed)).not.to.include("secret");
    expect(new Vault(base64, "salt").open(KEY.address, sealed)).to.equal("secret");
  });

  it("does not open with another key, salt or address, nor a record that was changed", () => {
    const sealed = vault.seal(KEY.address, "secret");
    const changed = { ...sealed, ciphertext: Buffer.from("secreT").toString("base64") };
    const shortTag = {
      ...sealed,
      tag: Buffer.from(String(sealed.tag), "base64").subarray(0, 4).toString("base64"),
    };
    const attempts = [
      () => new Vault(WALLET_KEY.replace("00", "ff"), "salt").open(KEY.address, sealed),
      () => new Vault(WALLET_KEY, "Salt").open(KEY.address, sealed),
      () => vault.open(OTHER.address, sealed),
      () => vault.open(KEY.address, changed),
      () => vault.open(KEY.address, shortTag),
      () => vault.open(KEY.address, {}),
    ];
    for (const attempt of attempts) expect(attempt).to.throw(WrongWalletKey);
  });

  it("never uses a nonce twice", () => {
    const sealed = Array.from({ length: 1000 }, () => vault.seal(KEY.address, "secret"));
    expect(new Set(sealed.map((record) => record.nonce)).size).to.equal(1000);
    expect(new Set(sealed.map((record) => record.ciphertext)).size).to.equal(1000);
  });

  it("refuses weak keys by name, without repeating them", () => {
    for (const key of [
      "password",
      "0".repeat(64),
      "a1".repeat(32),
      "A".repeat(43),
      "",
      WALLET_KEY.slice(2),
    ]) {
      expect(() => new Vault(key, "salt"), key).to.throw(WeakWalletKey, "WALLET_ENCRYPTION_KEY must be");
    }
  });
});

describe("lazy signer", () => {
  const payer = async () => tzAddress.parse(KEY.address);

  it("opens anew when another wallet pays", async () => {
    let paying = await payer();
    const opened: string[] = [];
    const signer = new LazySigner(
      async () => paying,
      async (address) => {
        opened.push(address ?? "");
        return NativeSigner.fromSecret(KEY.secretKey);
      },
    );
    await signer.sign(FORGED);
    await signer.sign(FORGED);
    const other = addressOf("another");
    paying = other;
    await signer.sign(FORGED);
    await signer.publicKey();
    expect(opened).to.deep.equal([KEY.address, other]);
  });

  it("opens once, when first asked, and again only if that failed", async () => {
    let opened = 0;
    const signer = new LazySigner(payer, async () => {
      opened += 1;
      if (opened === 1) throw new SignerUnavailable("not yet");
      return NativeSigner.fromSecret(KEY.secretKey);
    });
    expect(opened).to.equal(0);
    expect(await failureOf(signer.sign(FORGED))).to.be.instanceOf(SignerUnavailable);
    expect(await signer.address()).to.equal(KEY.address);
    expect(await signer.publicKey()).to.equal(KEY.publicKey);
    expect(await signer.sign(FORGED)).to.match(new RegExp(`^${FORGED}[0-9a-f]{128}$`));
    expect(opened).to.equal(2);
  });
});

describe("remote signer", () => {
  let server: Server;
  let url: string;
  let reply: (
    method: string | undefined,
    body: string,
  ) => Promise<{ status?: number; body: unknown; location?: string }>;
  const signer = new InMemorySigner(KEY.secretKey);

  const honest: typeof reply = async (method, body) => {
    if (method === "GET") return { body: { public_key: KEY.publicKey } };
    const { prefixSig } = await signer.sign(JSON.parse(body) as string);
    return { body: { signature: prefixSig } };
  };
  beforeEach(async () => {
    reply = honest;
    server = createServer((request, response) => {
      void (async () => {
        let body = "";
        for await (const chunk of request) body += String(chunk);
        const answer = await reply(request.method, body);
        response.statusCode = request.url === `/a/keys/${KEY.address}` ? (answer.status ?? 200) : 404;
        if (answer.location !== undefined) response.setHeader("location", answer.location);
        response.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body));
      })();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a/`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it("signs the same bytes as the key itself", async () => {
    const remote = new RemoteSigner(url, KEY.address);
    expect(await remote.publicKey()).to.equal(KEY.publicKey);
    expect(await remote.sign(FORGED)).to.equal(
      await (await NativeSigner.fromSecret(KEY.secretKey)).sign(FORGED),
    );
  });

  it("does not believe another key or a signature that does not verify, nor anything that is no answer", async () => {
    const other = await new InMemorySigner(OTHER.secretKey).sign(FORGED, Uint8Array.of(3));
    const onPost =
      (body: unknown, status = 200): typeof reply =>
      async (method, asked) =>
        method === "GET" ? honest(method, asked) : { status, body };
    const answers: (typeof reply)[] = [
      async () => ({ body: { public_key: OTHER.publicKey } }),
      async () => ({ body: { public_key: "edpk" } }),
      async () => ({ body: "<html>" }),
      async () => ({ status: 404, body: "" }),
      onPost({ signature: other.prefixSig }),
      onPost({ signature: "edsigX" }),
      onPost({}),
      onPost("policy", 403),
      onPost("<html>bad gateway", 502),
    ];
    for (const [index, answer] of answers.entries()) {
      reply = answer;
      const error = await failureOf(new RemoteSigner(url, KEY.address).sign(FORGED));
      expect(error, String(index)).to.be.instanceOf(SignerUnavailable);
    }
  });

  it("is not led to another one", async () => {
    const led: (string | undefined)[] = [];
    const other = createServer((request, response) => {
      led.push(request.method);
      response.end(JSON.stringify({ public_key: KEY.publicKey }));
    }).listen(0, "127.0.0.1");
    await once(other, "listening");
    const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    try {
      for (const status of [301, 302, 307, 308]) {
        reply = async (method, body) =>
          method === "GET" ? honest(method, body) : { status, body: "", location };
        const error = await failureOf(new RemoteSigner(url, KEY.address).sign(FORGED));
        expect(error).to.be.instanceOf(SignerUnavailable);
        reply = async () => ({ status, body: "", location });
        const asked = await failureOf(new RemoteSigner(url, KEY.address).publicKey());
        expect(asked).to.be.instanceOf(SignerUnavailable);
      }
    } finally {
      other.closeAllConnections();
      other.close();
    }
    expect(led).to.deep.equal([]);
  });

  it("never shows its address, which may carry a password", async () => {
    for (const bad of ["http://user:hunter2@127.0.0.1:1", "http://127.0.0.1:1/hunter2", "hunter2"]) {
      const error = await failureOf(new RemoteSigner(bad, KEY.address).publicKey());
      expect(error).to.be.instanceOf(SignerUnavailable);
      expect(inspect(error, { depth: 9, showHidden: true })).not.to.include("hunter2");
    }
  });
});
