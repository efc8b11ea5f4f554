// Operations of a wallet and what becomes of them, for tests of the wallet's decisions.
import { sha256 } from "../../src/domain/digest.js";
import { asCounter, asLevel, chainId, type Level } from "../../src/domain/identifiers.js";
import { mutez } from "../../src/domain/money.js";
import { type ContentResult, type Proof } from "../../src/domain/wallet/events.js";
import type * as Wallet from "../../src/domain/wallet/wallet.js";
import { blockOf, operationOf } from "./identifiers.js";

type Data<T extends Wallet.Event["type"]> = Extract<Wallet.Event, { type: T }>["data"];

export const CHAIN = chainId.parse("NetXdQprcVkpaWU");
export const IDENTITY = { systemIdentifier: "7412345678901234567", timeline: 1, databaseOid: 16_384 };
/** The wallet is adopted at this level and counter. */
export const ADOPTED = { chainId: CHAIN, level: asLevel(1_000), counter: asCounter(10n) };

/** An operation is signed at this final level, lives 64 blocks and no longer. */
export const BRANCH_LEVEL = asLevel(944);
export const FINAL_LEVEL = asLevel(1_000);
export const TTL = 120;
/** The highest block that can hold it: branch level + ttl + 1. */
export const LAST_LEVEL = 1_065;

export const adopted: Wallet.Event = { type: "WalletAdopted", data: ADOPTED };
export const term = (token: bigint, lease = token): Wallet.Event => ({
  type: "TermStarted",
  data: { token, lease, identity: IDENTITY, nonce: `${token}` },
});
/** A wallet in its first term. */
export const begun: readonly Wallet.Event[] = [adopted, term(1n)];

/** Operation `name` of a batch, with counters 11 and 12 unless told otherwise. */
export const intent = (
  name: string | number,
  over: Partial<Data<"OperationSigned">> = {},
): Data<"OperationSigned"> => ({
  hash: operationOf(name),
  bytes: "c0ffee",
  branch: blockOf("branch"),
  branchLevel: BRANCH_LEVEL,
  finalLevel: FINAL_LEVEL,
  ttl: TTL,
  firstCounter: asCounter(11n),
  lastCounter: asCounter(12n),
  purpose: "batch",
  batchId: "b/1",
  payment: "payment-tz1_750",
  digest: sha256(`contents of ${name}`),
  token: 1n,
  ...over,
});
export const reveal = { purpose: "reveal", batchId: "reveal", payment: null } as const;
export const counters = (first: number, last = first + 1) => ({
  firstCounter: asCounter(BigInt(first)),
  lastCounter: asCounter(BigInt(last)),
});

export const signed = (name: string | number, over: Partial<Data<"OperationSigned">> = {}): Wallet.Event => ({
  type: "OperationSigned",
  data: intent(name, over),
});

const place = (name: string | number, level: number) => ({
  hash: operationOf(name),
  block: blockOf(level),
  level: asLevel(level),
});
export const inclusion = (name: string | number, level = 1_003) => place(name, level);
export const included = (name: string | number, level = 1_003): Wallet.Event => ({
  type: "OperationIncluded",
  data: inclusion(name, level),
});
export const reorganised = (name: string | number, level = 1_003): Wallet.Event => ({
  type: "OperationReorganised",
  data: place(name, level),
});

export const applied: ContentResult = { status: "applied", fee: mutez(400n), burn: mutez(0n), errors: [] };
export const finality = (name: string | number, contents = [applied, applied], level = 1_003) => ({
  ...place(name, level),
  contents,
});
export const finalised = (name: string | number, contents?: ContentResult[]): Wallet.Event => ({
  type: "OperationFinalised",
  data: finality(name, contents),
});

const atFinal = (finalLevel: number, counter: bigint) => ({
  finalBlock: blockOf(finalLevel),
  finalLevel: asLevel(finalLevel),
  counter: asCounter(counter),
});
/** At this final block the operation's counter was not consumed. */
export const expired = (finalLevel: number, counter = 10n, ttl = TTL): Proof => ({
  rule: "expired",
  ...atFinal(finalLevel, counter),
  ttl,
});
/** At this final block its counter was consumed, and blocks `from` to `to` do not hold it. */
export const superseded = (
  finalLevel: number,
  from: number,
  to: number,
  counter = 11n,
  ttl = TTL,
): Proof => ({
  rule: "superseded",
  ...atFinal(finalLevel, counter),
  ttl,
  fromLevel: asLevel(from),
  toLevel: asLevel(to),
});
export const death = (name: string | number, proof: Proof = expired(LAST_LEVEL + 1)) => ({
  hash: operationOf(name),
  proof,
});
export const dead = (name: string | number, proof?: Proof): Wallet.Event => ({
  type: "OperationProvenDead",
  data: death(name, proof),
});

export const voided = (batchId: string): Wallet.Event => ({
  type: "BatchVoided",
  data: { batchId, reason: "a hold" },
});
export const closed = (...batchIds: string[]): Wallet.Event => ({
  type: "BatchClosed",
  data: { batchIds, token: 1n },
});

export const stranger = (first: number, contents = 1): Data<"ForeignOperationFound"> => ({
  hash: operationOf(`foreign ${first}`),
  level: asLevel(1_003),
  ...counters(first, first + contents - 1),
  contents: Array.from({ length: contents }, () => ({
    kind: "transaction",
    destination: null,
    amount: mutez(5n),
    status: "applied" as const,
    fee: mutez(400n),
    burn: mutez(0n),
  })),
});
export const found = (first: number, contents = 1): Wallet.Event => ({
  type: "ForeignOperationFound",
  data: stranger(first, contents),
});

export const stop = (
  reason: Data<"WalletPaused">["reason"],
  untilLevel: Level | null = null,
): Data<"WalletPaused"> => ({
  reason,
  detail: `because of ${reason}`,
  actor: "ana",
  untilLevel,
});
export const paused = (
  reason: Data<"WalletPaused">["reason"],
  untilLevel: Level | null = null,
): Wallet.Event => ({
  type: "WalletPaused",
  data: stop(reason, untilLevel),
});
export const resumed = (reason: Data<"WalletPaused">["reason"]): Wallet.Event => ({
  type: "WalletResumed",
  data: { reason, actor: "ana" },
});
