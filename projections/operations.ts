// Every operation that a wallet of ours signed, and how it ended.
import { parseStreamName } from "../src/domain/identifiers.js";
import { sumOf } from "../src/domain/money.js";
import {
  bigint,
  type Change,
  defineTable,
  instant,
  integer,
  json,
  nullable,
  oneOf,
  patch,
  type ProjectedEvent,
  type Projection,
  text,
  upsert,
} from "../src/readmodel/projection.js";

/** One row an operation. `final`: two blocks are on top of its block; `dead`: proven never to be included. */
const operations = defineTable(
  "operations",
  {
    hash: text,
    wallet: text,
    purpose: oneOf("batch", "reveal", "delegation"),
    batch_id: nullable(text),
    /** Stream that holds the batch's plan. */
    payment: nullable(text),
    first_counter: bigint,
    last_counter: bigint,
    branch: text,
    branch_level: integer,
    ttl: integer,
    status: oneOf("signed", "included", "final", "dead"),
    block: nullable(text),
    level: nullable(integer),
    /** Sums over its contents, in mutez, once it is final. */
    fee: nullable(bigint),
    burn: nullable(bigint),
    /** Error ids of a node's refusal, by kind; a refusal proves nothing. */
    refused_permanent: nullable(json),
    refused_temporary: nullable(json),
    refused_branch: nullable(json),
    /** The rule that proves its death. */
    death: nullable(oneOf("expired", "superseded")),
    /** Of the event that it was signed by. */
    position: bigint,
    signed_at: instant,
    included_at: nullable(instant),
    ended_at: nullable(instant),
  },
  {
    key: ["hash"],
    indexes: [
      ["wallet", "position"],
      ["payment", "position"],
    ],
  },
);

const apply = ({ event, stream, position, recordedAt }: ProjectedEvent): readonly Change[] => {
  switch (event.type) {
    case "OperationSigned": {
      const { data } = event;
      return [
        upsert(operations, {
          hash: data.hash,
          wallet: parseStreamName(stream).elements[0] ?? "",
          purpose: data.purpose,
          batch_id: data.batchId,
          payment: data.payment,
          first_counter: data.firstCounter,
          last_counter: data.lastCounter,
          branch: data.branch,
          branch_level: data.branchLevel,
          ttl: data.ttl,
          status: "signed",
          position,
          signed_at: recordedAt,
        }),
      ];
    }
    case "OperationRefused": {
      const { hash, kind, errors } = event.data;
      return [patch(operations, { hash }, { [`refused_${kind}` as const]: errors })];
    }
    case "OperationIncluded": {
      const { hash, block, level } = event.data;
      return [patch(operations, { hash }, { status: "included", block, level, included_at: recordedAt })];
    }
    case "OperationReorganised": {
      const { hash } = event.data;
      const nowhere = { block: null, level: null, included_at: null };
      return [patch(operations, { hash }, { status: "signed", ...nowhere })];
    }
    case "OperationFinalised": {
      const { hash, block, level, contents } = event.data;
      const costs = { fee: sumOf(contents, ({ fee }) => fee), burn: sumOf(contents, ({ burn }) => burn) };
      return [patch(operations, { hash }, { status: "final", block, level, ...costs, ended_at: recordedAt })];
    }
    case "OperationProvenDead": {
      const { hash, proof } = event.data;
      const nowhere = { block: null, level: null, included_at: null };
      const dead = { status: "dead" as const, death: proof.rule, ended_at: recordedAt };
      return [patch(operations, { hash }, { ...nowhere, ...dead })];
    }
    default:
      return [];
  }
};

export const operationsProjection: Projection = {
  name: "operations",
  version: 3,
  tables: [operations],
  apply,
};
