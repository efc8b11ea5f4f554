import { ActRefused, type Acts } from "../../../src/application/commands/acts.js";
import { type Evidence } from "../../../src/application/commands/pay-cycle.js";
import { holdPayment, releasePayment } from "../../../src/application/commands/payments.js";
import { type OperationHistory, type PastContent } from "../../../src/application/ports/operations.js";
import { type PastTransfer } from "../../../src/application/ports/transfers.js";
import { Repository } from "../../../src/application/repository.js";
import { asCounter, asCycle, asLevel } from "../../../src/domain/identifiers.js";
import { mutez } from "../../../src/domain/money.js";
import { CodedEventLog } from "../../../src/infrastructure/eventstore/event-log.js";
import { BAKER } from "../chain-model.js";
import { addressOf } from "../rewards.js";
import { type OpenPorts } from "./installation.js";
import { type World } from "./world.js";

/** A person's acts, over the world's own ports or over others that reach the same. */
export const actsOf = (world: World, { store, chain }: Pick<OpenPorts, "store" | "chain"> = world): Acts => ({
  baker: BAKER,
  payer: undefined,
  startCycle: undefined,
  log: new CodedEventLog(store),
  repository: new Repository(new CodedEventLog(store)),
  chain,
  assertSigns: async () => undefined,
  actor: "cli:somebody",
  metadata: () => ({
    correlationId: `command ${world.nonce()}`,
    causationId: "command",
    actor: "cli:somebody",
  }),
});

/** What TAPS can find out about a cycle; `sent`: what the chain's index shows of the wallet. */
export const evidenceOf = (world: World, sent: readonly PastTransfer[] = []): Evidence => ({
  log: new CodedEventLog(world.store),
  source: world.source(),
  transfers: { sentAfter: async (_from, level) => sent.filter((transfer) => transfer.level > level) },
});

/** A person holds a delegator's payment and lets it go again; refusals are answers like any other. */
export const holdAndRelease = async (world: World): Promise<void> => {
  for (const cycle of [asCycle(0), asCycle(1)]) {
    try {
      await holdPayment(actsOf(world), cycle, addressOf(3), "looks odd");
      await releasePayment(actsOf(world), cycle, addressOf(3));
    } catch (error) {
      if (!(error instanceof ActRefused)) throw error;
    }
  }
};

/** What an index of the world's chain shows of an account. */
export const operationsIn = ({ model, chain }: World): OperationHistory => ({
  head: async () => ({ level: asLevel(model.head.level), chainId: chain.chainId }),
  contentsOf: async (sender, after, upTo) => {
    const found: PastContent[] = [];
    for (let level = after + 1; level <= upTo; level += 1) {
      for (const { operation, results } of model.block(level)?.operations ?? []) {
        for (const [i, content] of operation.contents.entries()) {
          if (content.source !== sender) continue;
          const moved = content.kind === "transaction";
          found.push({
            hash: operation.hash,
            level: asLevel(level),
            counter: asCounter(content.counter),
            kind: content.kind,
            fee: mutez(content.fee),
            target: moved ? content.destination : null,
            amount: moved ? content.amount : null,
            status: results[i]?.status ?? "skipped",
          });
        }
      }
    }
    return found;
  },
});
