// Bugs that show only when what surrounds the payer changes: the protocol, the source's list, policy and terms.
import { type SimulationCanary } from "./canaries.js";

const COMPUTER = "src/application/process/reward-computer.js";
const PAYER = "src/application/process/payer";

export const surroundingsCanaries: readonly SimulationCanary[] = [
  {
    name: "a protocol that is not known is not looked at",
    changes: [{ file: `${PAYER}/next.js`, from: "    stopAtUnknownProtocol,\n", to: "" }],
  },
  {
    name: "only the protocol of the head is looked at",
    changes: [
      {
        file: `${PAYER}/next.js`,
        from: "[facts.head.protocol, facts.head.nextProtocol]",
        to: "[facts.head.protocol]",
      },
    ],
  },
  {
    name: "a batch that an upgrade left no room for waits for ever",
    changes: [
      {
        file: `${PAYER}/signing.js`,
        from: "if (candidates.length > Math.max(1, mostTransfers(acting)))",
        to: "if (false)",
      },
      { file: `${PAYER}/signing.js`, from: "limits.length > 1 &&", to: "false &&" },
    ],
  },
  {
    name: "an allocation is planned whatever policy has come since",
    about: "policy",
    changes: [
      {
        file: `${PAYER}/payout.js`,
        from: "!reward.state.fixed && !isUnder(allocation, policyOf(view.baker.state))",
        to: "false",
      },
    ],
  },
  {
    name: "an allocation stays that another policy made",
    about: "policy",
    changes: [
      { file: COMPUTER, from: "if (allocation && isUnder(allocation, policy))", to: "if (allocation)" },
      {
        file: `${PAYER}/payout.js`,
        from: "!reward.state.fixed && !isUnder(allocation, policyOf(view.baker.state))",
        to: "false",
      },
    ],
  },
  {
    name: "an allocation is planned that is not fixed",
    about: "policy",
    changes: [
      {
        file: `${PAYER}/payout.js`,
        from: 'if (!reward.state.fixed) {\n        return appending(target("reward"',
        to: 'if (false) {\n        return appending(target("reward"',
      },
    ],
  },
  {
    name: "what is planned is charged by the policy of the day",
    changes: [
      {
        file: `${PAYER}/batch.js`,
        from: 'plan?.transactionFeePaidBy === "delegator"',
        to: "true",
      },
    ],
  },
  {
    name: "a suspended delegator is paid",
    about: "terms",
    changes: [
      {
        file: "src/domain/reward/allocate.js",
        from: 'terms?.status === "suspend"',
        to: "false",
      },
    ],
  },
  {
    name: "a receiver's own terms are forgotten",
    changes: [
      {
        file: "src/domain/reward/allocate.js",
        from: "recipient: terms?.recipient ?? row.delegator",
        to: "recipient: row.delegator",
      },
    ],
  },
  {
    name: "pages that do not belong together are believed",
    changes: [{ file: "src/domain/reward/inputs.js", from: "if (changed.length > 0) {", to: "if (false) {" }],
  },
  {
    name: "a delegator that left the list loses what was carried",
    changes: [
      {
        file: "src/domain/payment/plan.js",
        from: "if (!inCycle.has(delegator) && amount !== 0n)",
        to: "if (false)",
      },
      {
        file: "src/domain/payment/plan.js",
        from: "if (nets + totals.taken !== totals.due + totals.carried + totals.kept) {",
        to: "if (false) {",
      },
    ],
  },
];
