import { expect } from "chai";
import { sha256 } from "../../../src/domain/digest.js";
import { type DomainEvent } from "../../../src/domain/events.js";
import { asCounter, asLevel } from "../../../src/domain/identifiers.js";
import { mutez } from "../../../src/domain/money.js";
import * as Wallet from "../../../src/domain/wallet/wallet.js";
import { operationsProjection } from "../../../projections/operations.js";
import { foldProjection } from "../../support/fold.js";
import { addressOf, blockOf, operationOf } from "../../support/identifiers.js";
import { RecordedLog } from "../../support/recorded-log.js";

const PAYER = addressOf("payer");
const HASH = operationOf(1);
const at = (number: number) => new Date(Date.parse("2026-01-01T00:00:00Z") + number * 1_000);

const signed: DomainEvent = {
  type: "OperationSigned",
  data: {
    hash: HASH,
    bytes: "00",
    branch: blockOf(1),
    branchLevel: asLevel(1),
    finalLevel: asLevel(57),
    ttl: 120,
    firstCounter: asCounter(10n),
    lastCounter: asCounter(12n),
    purpose: "batch",
    batchId: "b1",
    payment: "payment-x_201",
    digest: sha256("contents"),
    token: 1n,
  },
};
const signedRow = {
  hash: HASH,
  wallet: PAYER,
  purpose: "batch",
  batch_id: "b1",
  payment: "payment-x_201",
  first_counter: 10n,
  last_counter: 12n,
  branch: blockOf(1),
  branch_level: 1,
  ttl: 120,
  status: "signed",
  block: null,
  level: null,
  fee: null,
  burn: null,
  refused_permanent: null,
  refused_temporary: null,
  refused_branch: null,
  death: null,
  position: 0n,
  signed_at: at(0),
  included_at: null,
  ended_at: null,
};

const rowsAfter = (...events: DomainEvent[]) => {
  const log = new RecordedLog();
  log.record(Wallet.stream(PAYER), [signed, ...events]);
  return foldProjection(operationsProjection, log.events)["operations"];
};
const refused = (kind: "permanent" | "temporary" | "branch"): DomainEvent => ({
  type: "OperationRefused",
  data: { hash: HASH, kind, errors: [`${kind}_error`] },
});
const place = (level: number) => ({ hash: HASH, block: blockOf(level), level: asLevel(level) });
const included = (level: number): DomainEvent => ({ type: "OperationIncluded", data: place(level) });
const reorganised: DomainEvent = { type: "OperationReorganised", data: place(60) };

describe("the operations projection", () => {
  it("follows an operation into its final block, with what it cost", () => {
    expect(rowsAfter()).to.deep.equal([signedRow]);
    const found = { ...signedRow, status: "included", block: blockOf(60), level: 60, included_at: at(1) };
    expect(rowsAfter(included(60))).to.deep.equal([found]);
    expect(rowsAfter(included(60), reorganised)).to.deep.equal([signedRow]);
    const content = { status: "applied" as const, fee: mutez(400n), burn: mutez(64_250n), errors: [] };
    const failed = {
      status: "failed" as const,
      fee: mutez(5n),
      burn: mutez(0n),
      errors: ["script_rejected"],
    };
    const final: DomainEvent = {
      type: "OperationFinalised",
      data: { ...place(61), contents: [content, failed] },
    };
    expect(rowsAfter(included(60), reorganised, included(61), final)).to.deep.equal([
      {
        ...signedRow,
        status: "final",
        block: blockOf(61),
        level: 61,
        fee: 405n,
        burn: 64_250n,
        included_at: at(3),
        ended_at: at(4),
      },
    ]);
  });

  it("keeps a node's refusals by kind, which prove nothing, and the rule that proves its death", () => {
    const refusals = {
      refused_permanent: ["permanent_error"],
      refused_temporary: ["temporary_error"],
      refused_branch: ["branch_error"],
    };
    const events = [refused("permanent"), refused("temporary"), refused("branch")];
    expect(rowsAfter(...events)).to.deep.equal([{ ...signedRow, ...refusals }]);
    const proof = {
      rule: "superseded" as const,
      finalBlock: blockOf(200),
      finalLevel: asLevel(200),
      counter: asCounter(12n),
      ttl: 120,
      fromLevel: asLevel(58),
      toLevel: asLevel(122),
    };
    const dead: DomainEvent = { type: "OperationProvenDead", data: { hash: HASH, proof } };
    expect(rowsAfter(...events, included(60), dead)).to.deep.equal([
      { ...signedRow, ...refusals, status: "dead", death: "superseded", ended_at: at(5) },
    ]);
  });

  it("has a reveal, which belongs to no batch", () => {
    const log = new RecordedLog();
    const data = { ...signed.data, purpose: "reveal" as const, batchId: null, payment: null };
    log.record(Wallet.stream(PAYER), [{ type: "OperationSigned", data }]);
    expect(foldProjection(operationsProjection, log.events)["operations"]).to.deep.equal([
      { ...signedRow, purpose: "reveal", batch_id: null, payment: null },
    ]);
  });
});
