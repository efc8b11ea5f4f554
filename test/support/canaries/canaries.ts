// Bugs that the design must not survive, as changes of the built code; each is caught by the tests named.

import { type Change } from "./broken-build.js";

export interface Canary {
  readonly name: string;
  readonly changes: readonly Change[];
  /** Test files, of which one must fail. */
  readonly caughtBy: readonly string[];
}

const PROCESS = "test/unit/application/process";

export const canaries: readonly Canary[] = [
  {
    name: "the wallet's expected revision removed",
    changes: [
      {
        file: "src/application/process/payer/sign.js",
        from: "ports.repository.append(stream, view.wallet.revision, decision, ports.metadata())",
        to: "ports.repository.append(stream, (await ports.repository.load(walletOf(view.payer))).revision, decision, ports.metadata())",
      },
    ],
    caughtBy: [`${PROCESS}/interludes.long.js`],
  },
  {
    name: "injection before the append",
    changes: [
      {
        file: "src/application/process/payer/sign.js",
        from: "const stream = Wallet.stream(view.payer);\n    const outcome",
        to: "const stream = Wallet.stream(view.payer);\n    await ports.chain.inject(bytes);\n    const outcome",
      },
    ],
    caughtBy: [`${PROCESS}/crash-points.test.js`],
  },
  {
    name: "a witness of the operation handed over last, not of the newest",
    changes: [{ file: "src/application/process/payer/sign.js", from: "newest ??=", to: "newest =" }],
    caughtBy: [`${PROCESS}/stops.test.js`],
  },
  {
    name: "dissolved without voiding",
    changes: [
      {
        file: "src/application/commands/payments.js",
        from: "Wallet.voidBatch({ batchId",
        to: "(() => () => [])({ batchId",
      },
    ],
    caughtBy: [`${PROCESS}/interludes.long.js`],
  },
  {
    name: "unknown treated as failed",
    changes: [
      {
        file: "src/application/process/payer/watch.js",
        from: "if (at.finalLevel <= lastLevel)\n                continue;",
        to: "",
      },
      {
        file: "src/domain/wallet/proof.js",
        from: "proof.counter < operation.firstCounter && proof.finalLevel > lastPossible",
        to: "proof.counter < operation.firstCounter",
      },
    ],
    caughtBy: [`${PROCESS}/crash-points.test.js`],
  },
  {
    name: "a retry with a fresh counter",
    changes: [
      {
        file: "src/application/process/payer/moving.js",
        from: 'Wallet.batchFate(wallet.state, batchId).at === "unsigned")',
        to: '["unsigned", "live"].includes(Wallet.batchFate(view.wallet.state, batchId).at))',
      },
      {
        file: "src/application/process/payer/moving.js",
        from: "if (unsigned !== undefined && pending === undefined) {",
        to: "if (unsigned !== undefined) {",
      },
      {
        file: "src/application/process/payer/signing.js",
        from: "branch.hash, facts.atHead.counter, asTransfers(candidates)",
        to: "branch.hash, Wallet.nextCounter(view.wallet.state) - 1n, asTransfers(candidates)",
      },
      {
        file: "src/domain/wallet/wallet.js",
        from: 'const undead = undeadOperation(batch);\n    if (undead)\n        return refuse("batch-has-operation", { hash: undead.hash });\n    const pending',
        to: "const pending",
      },
      {
        file: "src/domain/wallet/wallet.js",
        from: "const pending = state.operations.find((o) => o.included === null);",
        to: "const pending = undefined;",
      },
    ],
    caughtBy: [`${PROCESS}/crash-points.test.js`],
  },
  {
    name: "a proof of death one block short",
    changes: [
      {
        file: "src/domain/wallet/proof.js",
        from: "operation.branchLevel + Math.max(operation.ttl, ttl) + 1",
        to: "operation.branchLevel + Math.max(operation.ttl, ttl)",
      },
    ],
    caughtBy: ["test/unit/domain/wallet/*.test.js"],
  },
  {
    name: "the checkpoint outside the rows' transaction",
    changes: [
      {
        file: "src/readmodel/store.js",
        from: "const isOurs = await advanceCheckpoint(session, believed, to);",
        to: "const isOurs = await this.transact((other) => advanceCheckpoint(other, believed, to));",
      },
    ],
    caughtBy: ["test/e2e/readmodel/*.test.js"],
  },
  {
    name: "the payment folded after the wallet",
    changes: [
      {
        file: "src/application/process/payer/view.js",
        from: "        const wallet = await repository.load(walletOf(payer));\n",
        to: "",
      },
      {
        file: "src/application/process/payer/view.js",
        from: "        const [baker, ledger, payouts, others] =",
        to: "        const wallet = await repository.load(walletOf(payer));\n        const [baker, ledger, payouts, others] =",
      },
    ],
    caughtBy: [`${PROCESS}/view.test.js`],
  },
];
