// A wallet whose operations live and die as chance has it.
import { walletOf } from "../../src/application/aggregates.js";
import { sha256 } from "../../src/domain/digest.js";
import {
  asCounter,
  asLevel,
  type ChainId,
  type OperationHash,
  type TzAddress,
} from "../../src/domain/identifiers.js";
import { type Mutez } from "../../src/domain/money.js";
import * as Wallet from "../../src/domain/wallet/wallet.js";
import { blockOf, operationOf } from "./identifiers.js";
import { type RecordedLog } from "./recorded-log.js";

const TOKEN = 1n;
const actor = "tester";

/** Numbers in 0..1, the same for the same seed (mulberry32). */
export const random = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

export class PayoutWallet {
  private readonly wallet;
  private level = 1_000;
  private made = 0;

  constructor(
    private readonly log: RecordedLog,
    payer: TzAddress,
    private readonly next: () => number,
    private readonly costs: { readonly fee: Mutez; readonly burn: Mutez },
  ) {
    this.wallet = walletOf(payer);
  }

  private maybe(probability: number): boolean {
    return this.next() < probability;
  }

  begin(chainId: ChainId): void {
    const identity = { systemIdentifier: "7", timeline: 1, databaseOid: 5 };
    this.log.act(
      this.wallet,
      Wallet.adopt({ chainId, level: asLevel(this.level), counter: asCounter(0n) }),
      Wallet.startTerm({ token: TOKEN, lease: TOKEN, identity, nonce: "1" }),
      Wallet.pause({ reason: "person", detail: "lunch", actor, untilLevel: null }),
      Wallet.pause({ reason: "restored", detail: "a dump", actor, untilLevel: asLevel(this.level) }),
      Wallet.resume({ reason: "person", actor }),
      Wallet.resume({ reason: "restored", actor }),
    );
  }

  pause(): void {
    this.log.act(
      this.wallet,
      Wallet.pause({ reason: "finding", detail: "an unknown operation", actor, untilLevel: null }),
    );
  }

  /** Signs until an operation is final, and answers its hash. */
  operate(batchId: string, payment: string | null, contents: number): OperationHash {
    while (this.maybe(0.2)) this.die(this.sign(batchId, payment, contents));
    const hash = this.sign(batchId, payment, contents);
    this.finish(hash, contents);
    return hash;
  }

  voidBatch(batchId: string): void {
    this.log.act(this.wallet, Wallet.voidBatch({ batchId, reason: "a hold" }));
  }

  closeBatch(batchId: string): void {
    this.log.act(this.wallet, Wallet.closeBatches({ batchIds: [batchId], token: TOKEN }));
  }

  private sign(batchId: string, payment: string | null, contents: number) {
    this.made += 1;
    this.level += 1;
    const hash = operationOf(this.made);
    const firstCounter = Wallet.nextCounter(this.log.stateOf(this.wallet));
    const signed = {
      hash,
      bytes: "00",
      branch: blockOf(this.level - 60),
      branchLevel: asLevel(this.level - 60),
      finalLevel: asLevel(this.level - 2),
      ttl: 8,
      firstCounter,
      lastCounter: asCounter(firstCounter + BigInt(contents) - 1n),
      purpose: payment === null ? ("reveal" as const) : ("batch" as const),
      batchId,
      payment,
      digest: sha256(hash),
      token: TOKEN,
    };
    this.log.act(this.wallet, Wallet.sign(signed));
    return hash;
  }

  private die(hash: OperationHash): void {
    const refusal = { hash, kind: "temporary" as const, errors: ["prefilter"] };
    const lost = { hash, kind: "permanent" as const, errors: ["counter_in_the_past"] };
    const counter = this.log.stateOf(this.wallet).counter;
    const at = { finalBlock: blockOf(this.level), finalLevel: asLevel(this.level) };
    const proof = { rule: "expired" as const, ...at, counter, ttl: 8 };
    this.log.act(this.wallet, Wallet.recordRefusal(refusal), Wallet.recordRefusal(lost));
    this.log.act(this.wallet, Wallet.proveDead({ hash, proof }));
  }

  private finish(hash: OperationHash, contents: number): void {
    this.level += 1;
    const place = () => ({ block: blockOf(this.level), level: asLevel(this.level) });
    this.log.act(this.wallet, Wallet.include({ hash, ...place() }));
    if (this.maybe(0.3)) {
      this.log.act(this.wallet, Wallet.reorganise(hash));
      this.level += 1;
      if (this.maybe(0.5)) this.log.act(this.wallet, Wallet.include({ hash, ...place() }));
    }
    const one = { status: "applied" as const, ...this.costs, errors: [] };
    const results = Array.from({ length: contents }, () => one);
    this.log.act(this.wallet, Wallet.finalise({ hash, ...place(), contents: results }));
  }
}
