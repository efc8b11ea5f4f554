import { CODEC, getCodec, ProtocolsHash } from "@taquito/local-forging";
import { expect } from "chai";
import {
  contentsOf,
  contentToRpc,
  decodeSigned,
  forge,
  isSigned,
  rpcOperation,
  UnreadableOperation,
} from "../../../src/sandbox/codec.js";
import { HASHES } from "../../../src/sandbox/hashes.js";
import { keyOf } from "../../../src/sandbox/keys.js";
import { someContract, someTz } from "../../support/chain-model.js";
import { signOperation, testGenesis } from "../../support/sandbox.js";

const KEY = keyOf("codec");
const branch = HASHES.genesis(testGenesis());
const manager = { source: KEY.address, fee: "1000", gas_limit: "2300", storage_limit: "277" };
const contents = [
  { kind: "reveal", ...manager, counter: "7", public_key: KEY.publicKey },
  { kind: "transaction", ...manager, counter: "8", amount: "9007199254740993", destination: someTz("a") },
  { kind: "transaction", ...manager, counter: "9", amount: "0", destination: someContract("b") },
  { kind: "delegation", ...manager, counter: "10", delegate: someTz("c") },
  { kind: "delegation", ...manager, counter: "11" },
];

describe("sandbox codec", () => {
  it("reads signed bytes of every kind back, to the mutez, and checks their signature", async () => {
    const { bytes, forged, signature } = await signOperation(KEY, branch, contents);
    const decoded = decodeSigned(bytes);
    expect(decoded.forged).to.equal(forged);
    expect(decoded.operation.branch).to.equal(branch);
    expect(decoded.operation.sizeBytes).to.equal(bytes.length / 2);
    expect(decoded.operation.contents.map(contentToRpc).map(stripped)).to.deep.equal(contents.map(stripped));
    expect(isSigned(forged, KEY.publicKey, decoded.operation.signature)).to.equal(true);
    expect(isSigned(forged, KEY.publicKey, signature)).to.equal(true);
    expect(isSigned(forged, keyOf("another").publicKey, signature)).to.equal(false);
    expect(isSigned(`${forged.slice(0, -2)}01`, KEY.publicKey, signature)).to.equal(false);
    expect(isSigned(forged, KEY.publicKey, "sigNonsense")).to.equal(false);
  });

  it("forges what it reads from JSON into the same bytes", async () => {
    const { forged } = await signOperation(KEY, branch, contents);
    const operation = rpcOperation.parse({ branch, contents });
    expect(forge(operation)).to.equal(forged);
    expect(contentsOf(operation)).to.have.length(5);
  });

  it("does not know bytes of other operations, calls with parameters, or half an operation", async () => {
    const { encoder } = getCodec(CODEC.MANAGER, ProtocolsHash.PtTALLiNt);
    const signature = "00".repeat(64);
    const parameters = { entrypoint: "mint", value: { int: "1" } };
    const call = String(encoder({ branch, contents: [{ ...contents[2], parameters }] }));
    const { bytes } = await signOperation(KEY, branch, contents);
    for (const hex of [`${call}${signature}`, bytes.slice(20), "", "zz", signature, `${bytes}00`]) {
      expect(() => decodeSigned(hex), hex.slice(0, 20)).to.throw(UnreadableOperation);
    }
  });
});

/** Without the order of the fields, which JSON does not keep. */
const stripped = (content: object) => Object.fromEntries(Object.entries(content).sort());
