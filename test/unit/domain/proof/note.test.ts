import { expect } from "chai";
import fc from "fast-check";
import { canonicalJson } from "../../../../src/domain/digest.js";
import { type ChainId, type Digest } from "../../../../src/domain/identifiers.js";
import { checkpointFrom, originOf, signCheckpoint } from "../../../../src/domain/proof/checkpoint.js";
import { leafForm } from "../../../../src/domain/proof/leaf.js";
import {
  checkNote,
  noteFrom,
  type SigningKey,
  signingKey,
  signingKeyFrom,
  signingKeyText,
  signNote,
  verifierKeyFrom,
  verifierKeyText,
} from "../../../../src/domain/proof/note.js";
import { BAKER } from "../../../support/chain-model.js";

/** Of the tests of Go's golang.org/x/mod/sumdb/note, which C2SP's format comes from. */
const NEUMANN = {
  verifier: "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
  signer: "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
  text: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
  signature:
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
};
const SIGNED = `${NEUMANN.text}\n${NEUMANN.signature}`;

const read = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error("not readable");
  return value;
};
const neumann = (): SigningKey => read(signingKeyFrom(NEUMANN.signer));
const verdict = (note: string, key = NEUMANN.verifier) => {
  const parsed = noteFrom(note);
  return parsed && checkNote(parsed, read(verifierKeyFrom(key)));
};
const SEED = Buffer.alloc(32, 7);
const ROOT = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7" as Digest;
const ORIGIN = originOf("NetXdQprcVkpaWU" as ChainId, BAKER);

describe("signed notes", () => {
  it("are those of the reference implementation", () => {
    expect(signNote(NEUMANN.text, neumann())).to.equal(SIGNED);
    expect(verifierKeyText(neumann())).to.equal(NEUMANN.verifier);
    expect(signingKeyText(neumann())).to.equal(NEUMANN.signer);
    expect(verdict(SIGNED)).to.equal("signed");
  });

  it("are not believed with another text, signature or key", () => {
    const other = verifierKeyText(signingKey("PeterNeumann", SEED));
    expect(verdict(SIGNED.replace("answer", "Answer"))).to.equal("forged");
    expect(verdict(SIGNED.replace("JnAM=", "JnAI="))).to.equal("forged");
    expect(verdict(SIGNED, other)).to.equal("unsigned");
    expect(verdict(`${SIGNED}${NEUMANN.signature.replace("JnAM=", "JnAI=")}`)).to.equal("forged");
    expect(verdict(`${SIGNED}— someone/else AAAAAAAA\n`)).to.equal("signed");
  });

  it("are not notes with a control character, without a signature or with a line that is none", () => {
    for (const text of [
      NEUMANN.text,
      `${NEUMANN.text}\n`,
      SIGNED.slice(0, -1),
      SIGNED.replace("—", "-"),
      SIGNED.replace("think", "think\t"),
      `${SIGNED}more\n`,
      SIGNED.replace("JnAM=", "JnAM"),
    ])
      expect(noteFrom(text), JSON.stringify(text)).to.equal(undefined);
  });

  it("have keys whose id is that of name and key", () => {
    const text = verifierKeyText(signingKey(ORIGIN, SEED));
    expect(verifierKeyFrom(`${text}\n`)?.name).to.equal(ORIGIN);
    for (const wrong of [
      text.replace("taps", "tabs"),
      text.replace("+", "+0"),
      text.slice(0, -4),
      "",
      NEUMANN.signer,
    ])
      expect(verifierKeyFrom(wrong), wrong).to.equal(undefined);
    expect(signingKeyFrom(NEUMANN.verifier)).to.equal(undefined);
    expect(signingKeyFrom(NEUMANN.signer.replace("c74f", "c74e"))).to.equal(undefined);
    expect(() => signingKey("two words", SEED)).to.throw(RangeError);
  });
});

describe("checkpoints", () => {
  it("are notes of origin, size and root", () => {
    const key = signingKey(ORIGIN, SEED);
    const signed = signCheckpoint({ size: 12, root: ROOT }, key);
    expect(signed.split("\n").slice(0, 4)).to.deep.equal([
      `taps/NetXdQprcVkpaWU/${BAKER}`,
      "12",
      "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=",
      "",
    ]);
    const { checkpoint, note } = read(checkpointFrom(signed));
    expect(checkpoint).to.deep.equal({ origin: ORIGIN, size: 12, root: ROOT });
    expect(checkNote(note, key)).to.equal("signed");
    for (const wrong of [
      signed.replace("\n12\n", "\n012\n"),
      signed.replace("\n12\n", "\n-12\n"),
      signed.replace("J8c=\n", "J8d=\n"),
      signed.replace("Jz8c=\n", "Jz8c=\nmore\n"),
    ].filter((text) => text !== signed))
      expect(checkpointFrom(wrong), wrong).to.equal(undefined);
  });
});

describe("the form of a leaf", () => {
  const event = {
    stream: "cycle-tz1_1",
    revision: 3,
    id: "c0ffee00-0000-5000-8000-000000000000",
    type: "CycleEnded",
    schemaVersion: 1,
    data: '{ "finalLevel":20.0}',
    metadata: { correlationId: "a", causationId: "b", actor: "ana", traceparent: undefined },
  };

  it("is RFC 8785, with the data's text as it was recorded", () => {
    expect(leafForm(event)).to.equal(
      '{"data":"{ \\"finalLevel\\":20.0}","id":"c0ffee00-0000-5000-8000-000000000000",' +
        '"metadata":{"actor":"ana","causationId":"b","correlationId":"a"},' +
        '"revision":3,"schemaVersion":1,"stream":"cycle-tz1_1","type":"CycleEnded"}',
    );
  });

  it("is that of the object, whatever texts and metadata there are", () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("\\ud800", '"\\udfff"', "\u2028"));
    const member = fc.oneof(text, fc.constant(undefined));
    const metadata = fc.oneof(fc.dictionary(text, member), fc.dictionary(text, fc.oneof(text, fc.integer())));
    const count = fc.nat();
    const events = fc.record({ ...{ stream: text, id: text, type: text, data: text }, revision: count });
    fc.assert(
      fc.property(events, metadata, count, (members, more, schemaVersion) => {
        const any = { ...members, schemaVersion, metadata: more };
        expect(leafForm(any)).to.equal(canonicalJson({ ...any, metadata: { ...more } }));
      }),
    );
    expect(() => leafForm({ ...event, data: "\ud800" })).to.throw(RangeError);
  });

  it("is another one for each change of a member, also of the spaces in the data", () => {
    const forms = [
      event,
      { ...event, stream: "cycle-tz1_2" },
      { ...event, revision: 4 },
      { ...event, id: event.id.replace("c", "d") },
      { ...event, type: "CycleOpened" },
      { ...event, schemaVersion: 2 },
      { ...event, data: '{"finalLevel":20}' },
      { ...event, metadata: { ...event.metadata, actor: "bea" } },
      { ...event, metadata: { ...event.metadata, more: 1 } },
    ].map(leafForm);
    expect(new Set(forms).size).to.equal(forms.length);
  });
});
