// Bugs in what the design relies on, as changes of the built code: the simulation must see each of them.
import { type Topic } from "./topics.js";
import { type Change } from "../support/canaries/broken-build.js";

export interface SimulationCanary {
  readonly name: string;
  /** What the runs that must see it are about; undefined: runs of all kinds. */
  readonly about?: Topic;
  readonly changes: readonly Change[];
}

const PAYER = "src/application/process/payer";
const COMMANDS = "src/application/commands";
const WALLET = "src/domain/wallet/wallet.js";
const PAYMENT = "src/domain/payment/payment.js";

const drop = (file: string, from: string): Change => ({ file, from, to: "" });

export const canaries: readonly SimulationCanary[] = [
  {
    name: "signing goes on beside foreign operations",
    changes: [
      drop(
        WALLET,
        'if (state.foreign.length > 0)\n        return refuse("foreign-operations", { count: state.foreign.length });',
      ),
      { file: WALLET, from: "...(state.foreign.length > 0\n", to: "...(false\n" },
    ],
  },
  {
    name: "an operation is classified before the payments know what it paid",
    changes: [
      drop(
        `${COMMANDS}/classify.js`,
        "for (const payment of settled)\n        await payOutside(acts, payer, hash, payment);",
      ),
    ],
  },
  {
    name: "what was paid by hand beside what was due is forgotten",
    changes: [
      drop(
        `${COMMANDS}/classify.js`,
        "await act(acts, ledgerOf(acts.baker), Ledger.adjust({ ...adjustment, allowNegative: true }));",
      ),
    ],
  },
  {
    name: "what is in a batch is paid by hand as well",
    changes: [
      {
        file: PAYMENT,
        from: 'case "held":\n            return [{ type: "ObligationPaidOutside"',
        to: 'case "held":\n        case "batched":\n            return [{ type: "ObligationPaidOutside"',
      },
    ],
  },
  {
    name: "an operation is appended wherever the wallet's stream ends",
    changes: [
      {
        file: `${PAYER}/sign.js`,
        from: "ports.repository.append(stream, view.wallet.revision, decision, ports.metadata())",
        to: "ports.repository.append(stream, (await ports.repository.load(walletOf(view.payer))).revision, decision, ports.metadata())",
      },
    ],
  },
  {
    name: "bytes leave before they are appended",
    changes: [
      {
        file: `${PAYER}/sign.js`,
        from: "const stream = Wallet.stream(view.payer);\n    const outcome",
        to: "const stream = Wallet.stream(view.payer);\n    await ports.chain.inject(bytes);\n    const outcome",
      },
    ],
  },
  {
    name: "bytes leave although their append was refused",
    changes: [
      {
        file: `${PAYER}/sign.js`,
        from: "return outcome.appended ?",
        to: "if (!outcome.appended) await ports.chain.inject(bytes);\n    return outcome.appended ?",
      },
    ],
  },
  {
    name: "an append of which nothing was heard counts as written",
    about: "money",
    changes: [
      {
        file: `${PAYER}/sign.js`,
        from: "const outcome = await ports.repository.append(stream, view.wallet.revision, decision, ports.metadata());",
        to: "const outcome = await ports.repository.append(stream, view.wallet.revision, decision, ports.metadata()).catch(() => ({ appended: false, lost: true }));\n    if (outcome.lost) await ports.chain.inject(bytes);",
      },
    ],
  },
  {
    name: "a batch is dissolved before it is void",
    changes: [
      {
        file: `${COMMANDS}/payments.js`,
        from: "Wallet.voidBatch({ batchId",
        to: "(() => () => [])({ batchId",
      },
    ],
  },
  {
    name: "a batch with an operation on its way is voided",
    changes: [
      {
        file: WALLET,
        from: 'return undead\n        ? refuse("batch-has-operation", { hash: undead.hash })\n        : [{ type: "BatchVoided", data: command }];',
        to: 'return [{ type: "BatchVoided", data: command }];',
      },
    ],
  },
  {
    name: "an operation is dead as soon as its counter is free",
    changes: [
      drop(`${PAYER}/watch.js`, "if (at.finalLevel <= lastLevel)\n                continue;"),
      {
        file: "src/domain/wallet/proof.js",
        from: "proof.counter < operation.firstCounter && proof.finalLevel > lastPossible",
        to: "proof.counter < operation.firstCounter",
      },
    ],
  },
  {
    name: "an operation's life ends two blocks early",
    changes: [
      {
        file: "src/domain/wallet/proof.js",
        from: "operation.branchLevel + Math.max(operation.ttl, ttl) + 1",
        to: "operation.branchLevel + Math.max(operation.ttl, ttl) - 1",
      },
    ],
  },
  {
    name: "a block that cannot be read holds nothing",
    changes: [
      {
        file: `${PAYER}/watch.js`,
        from: 'if (facts.missing !== undefined)\n            return wait({ reason: "needs-block", block: String(facts.missing) });\n        const fromLevel',
        to: "const fromLevel",
      },
      { file: `${PAYER}/watch.js`, from: "if (!read || (block", to: "if ((block" },
      {
        file: `${PAYER}/watch.js`,
        from: "if (consumer === undefined) {",
        to: "if (consumer === undefined)\n        return undefined;\n    if (consumer === undefined) {",
      },
    ],
  },
  {
    name: "a block is final with one on top",
    changes: [{ file: `${PAYER}/facts.js`, from: "FINALITY = 2", to: "FINALITY = 1" }],
  },
  {
    name: "a block is final at once",
    changes: [{ file: `${PAYER}/facts.js`, from: "FINALITY = 2", to: "FINALITY = 0" }],
  },
  {
    name: "what a reorganisation took out of its block stays included",
    changes: [
      {
        file: `${PAYER}/watch.js`,
        from: "if (included !== null && block?.hash !== included.hash) {",
        to: "if (false) {",
      },
    ],
  },
  {
    name: "a batch on its way is signed again with a fresh counter",
    changes: [
      {
        file: `${PAYER}/moving.js`,
        from: 'Wallet.batchFate(wallet.state, batchId).at === "unsigned")',
        to: '["unsigned", "live"].includes(Wallet.batchFate(wallet.state, batchId).at))',
      },
      {
        file: `${PAYER}/moving.js`,
        from: "if (unsigned !== undefined && pending === undefined) {",
        to: "if (unsigned !== undefined) {",
      },
      {
        file: `${PAYER}/signing.js`,
        from: "branch.hash, facts.atHead.counter, asTransfers(candidates)",
        to: "branch.hash, Wallet.nextCounter(view.wallet.state) - 1n, asTransfers(candidates)",
      },
      {
        file: WALLET,
        from: 'const undead = undeadOperation(batch);\n    if (undead)\n        return refuse("batch-has-operation", { hash: undead.hash });\n    const pending',
        to: "const pending",
      },
      {
        file: WALLET,
        from: "const pending = state.operations.find((o) => o.included === null);",
        to: "const pending = undefined;",
      },
    ],
  },
  {
    name: "a batch is forgotten before its payment stream says how it ended",
    changes: [
      {
        file: `${PAYER}/watch.js`,
        from: 'batchesInView(view).filter(({ batch, stream, payment }) => batch.at !== "formed" && !isLeftToComplete(stream, payment))',
        to: "batchesInView(view).filter(({ batchId }) => view.wallet.state.batches[batchId]?.results !== null)",
      },
    ],
  },
  {
    name: "a stale term may sign",
    changes: [
      { file: WALLET, from: "token === state.token && token > 0n", to: "token > 0n" },
      {
        file: `${PAYER}/next.js`,
        from: "memory.token !== undefined && memory.token === view.wallet.state.token",
        to: "memory.token !== undefined",
      },
    ],
  },
  {
    name: "a pause is not looked at",
    changes: [
      {
        file: WALLET,
        from: 'if (pause)\n        return refuse("paused"',
        to: 'if (false)\n        return refuse("paused"',
      },
      { file: `${PAYER}/next.js`, from: "return stop && wait(", to: "return undefined && wait(" },
    ],
  },
  {
    name: "what was backtracked counts as paid",
    changes: [
      {
        file: `${PAYER}/settlement.js`,
        from: 'if (result?.status === "applied")',
        to: 'if (result?.status === "applied" || result?.status === "backtracked")',
      },
    ],
  },
  {
    name: "results belong to the next obligation",
    changes: [
      {
        file: `${PAYER}/settlement.js`,
        from: "itemResult(item, fate.results[i],",
        to: "itemResult(item, fate.results[items.length - 1 - i],",
      },
    ],
  },
  {
    name: "what fees would eat up is forgotten",
    changes: [
      {
        file: `${PAYER}/payout.js`,
        from: "for (const { delegator, amount } of Payment.carriedObligations(payment)) {",
        to: "for (const { delegator, amount } of []) {",
      },
    ],
  },
  {
    name: "a share is rounded up",
    changes: [
      {
        file: "src/domain/reward/engines/taps-1.js",
        from: "(gross * (10000n - BigInt(feeBps))) / 10000n",
        to: "(gross * (10000n - BigInt(feeBps)) + 9999n) / 10000n",
      },
    ],
  },
  {
    name: "a list that does not close is believed",
    changes: [drop("src/domain/reward/inputs.js", "...incomplete(inputs),")],
  },
  {
    name: "an allocation changes after it was fixed",
    about: "policy",
    changes: [
      drop(
        "src/application/process/reward-computer.js",
        "if (reward.state.fixed)\n            return { ready: true };",
      ),
      drop("src/domain/reward/reward.js", 'if (state.fixed)\n        return refuse("allocation-fixed");'),
    ],
  },
  {
    name: "a cycle has ended before its last block is final",
    changes: [
      {
        file: "src/domain/cycle/cycle.js",
        from: "finalLevel < state.lastLevel",
        to: "finalLevel + 1 < state.lastLevel",
      },
    ],
  },
  {
    name: "what is paid can be released",
    changes: [
      {
        file: PAYMENT,
        from: 'return obligation.status.at === "held"\n        ? [{ type: "ObligationReleased"',
        to: 'return true\n        ? [{ type: "ObligationReleased"',
      },
    ],
  },
  {
    name: "what is in a batch can be held",
    changes: [
      {
        file: PAYMENT,
        from: 'case "batched":\n            return refuse("in-batch", { batchId: obligation.status.batchId });',
        to: 'case "batched":\n            return [{ type: "ObligationHeld", data: command }];',
      },
    ],
  },
  {
    name: "a cycle is skipped with a batch on its way",
    changes: [
      { file: PAYMENT, from: 'return state.batches.size > 0 ? refuse("batch-formed") : [', to: "return [" },
    ],
  },
  {
    name: "what another content made fail is held",
    changes: [{ file: `${PAYER}/settlement.js`, from: "return blameless\n", to: "return false\n" }],
  },
  {
    name: "a term is numbered by the lease alone",
    changes: [
      {
        file: "src/application/process/term.js",
        from: "(lease > wallet.state.token ? lease : wallet.state.token) + 1n",
        to: "lease + 1n",
      },
    ],
  },
  {
    name: "what is charged is not taken off what is sent",
    changes: [
      { file: `${PAYER}/batch.js`, from: "mutez(due - transactionFee - allocationFee)", to: "mutez(due)" },
      { file: PAYMENT, from: "sent + transactionFee + allocationFee === due", to: "sent === due" },
    ],
  },
  {
    name: "balances are taken twice",
    changes: [
      drop(
        `${PAYER}/payout.js`,
        'if (ledger.take)\n            return wait({ reason: "take-open", cycle });',
      ),
      {
        file: "src/domain/ledger/ledger.js",
        from: "if (isTaken(command)(state))\n        return [];\n    if (state.take)\n",
        to: "if (isTaken(command)(state))\n        return [];\n    if (false)\n",
      },
    ],
  },
];
