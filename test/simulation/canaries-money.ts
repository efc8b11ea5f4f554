// Bugs in what moves money beside cycles, in the ledger, the bond pool's shares, and what waits for a person.
import { type SimulationCanary } from "./canaries.js";

const PAYER = "src/application/process/payer";
const COMMANDS = "src/application/commands";
const PAYMENT = "src/domain/payment/payment.js";
const WALLET_FOLD = "src/domain/wallet/fold.js";
const LEDGER = "src/domain/ledger/ledger.js";
const BOND_POOL = "src/domain/reward/bond-pool.js";

export const moneyCanaries: readonly SimulationCanary[] = [
  {
    name: "what is asked for again under a known id is planned again",
    about: "money",
    changes: [
      {
        file: PAYMENT,
        from: 'if (state.plan)\n        return state.plan.digest === root ? [] : refuse("plan-exists", { plan: state.plan.plan });',
        to: "",
      },
    ],
  },
  {
    name: "an id is not remembered",
    about: "money",
    changes: [
      {
        file: `${COMMANDS}/money.js`,
        from: "Payment.batchStream(acts.baker, id)",
        to: 'Payment.batchStream(acts.baker, acts.metadata().correlationId.replaceAll("-", ""))',
      },
    ],
  },
  {
    name: "what is asked for stays so when the mode is left",
    about: "money",
    changes: [{ file: WALLET_FOLD, from: "requests: [], delegations: signedOf(state)", to: "" }],
  },
  {
    name: "what is released beside cycles is not asked for again",
    about: "bond",
    changes: [
      {
        file: `${COMMANDS}/other-payments.js`,
        from: "await act(acts, walletOf(payer), Wallet.requestPayment({ payment, actor }));",
        to: "",
      },
    ],
  },
  {
    name: "a delegation that has ended is still asked for",
    about: "money",
    changes: [
      {
        file: WALLET_FOLD,
        from: "delegations: state.delegations.filter(({ id }) => !closed.has(id)),",
        to: "",
      },
    ],
  },
  {
    name: "what is settled with one delegator stays in the ledger",
    about: "money",
    changes: [
      {
        file: "src/domain/ledger/fold.js",
        from: "amount: mutez(0n - amount)",
        to: "amount: mutez(0n)",
      },
    ],
  },
  {
    name: "a settlement that is under way takes again",
    about: "money",
    changes: [
      {
        file: LEDGER,
        from: "if (number <= (state.settlements.get(delegator)?.number ?? 0))\n        return [];",
        to: "",
      },
    ],
  },
  {
    name: "a settlement takes beside a payout",
    about: "money",
    changes: [
      {
        file: LEDGER,
        from: 'return [];\n    if (state.take)\n        return refuse("take-open", { payment: state.take.payment, plan: state.take.plan });\n    const amount',
        to: "return [];\n    const amount",
      },
    ],
  },
  {
    name: "an adjustment counts each time that it is said",
    about: "money",
    changes: [
      {
        file: LEDGER,
        from: "known?.delegator === delegator && known.amount === amount && known.reason === reason",
        to: "false",
      },
      { file: LEDGER, from: "if (known) {", to: "if (false) {" },
    ],
  },
  {
    name: "that a plan waits is forgotten",
    about: "ceilings",
    changes: [
      { file: "src/domain/payment/fold.js", from: "isAwaited ? state.approval : undefined", to: "undefined" },
    ],
  },
  {
    name: "a plan is approved by another one's digest",
    about: "ceilings",
    changes: [
      {
        file: PAYMENT,
        from: 'return refuse("plan-differs", { digest: state.plan.digest });\n    if (!state.approval)',
        to: "{}\n    if (!state.approval)",
      },
    ],
  },
  {
    name: "no plan is held against the ceilings",
    about: "ceilings",
    changes: [{ file: PAYMENT, from: "limits ? excessesOf(sent, limits) : []", to: "[]" }],
  },
  {
    name: "rewards that are far below the last ones are not noticed",
    about: "ceilings",
    changes: [
      {
        file: "src/domain/payment/ceilings.js",
        from: "(off < 0n ? -off : off) * 100n",
        to: "off * 100n",
      },
    ],
  },
  {
    name: "one operation sends more than its ceiling",
    about: "ceilings",
    changes: [
      {
        file: `${PAYER}/moving.js`,
        from: "ceiling !== undefined && sum > ceiling && n > 0",
        to: "false",
      },
      {
        file: PAYMENT,
        from: "if (ceiling !== undefined && sum > ceiling && command.items.length > 1)",
        to: "if (false)",
      },
    ],
  },
  {
    name: "rewards are asked for again that a payout is planned from",
    about: "ceilings",
    changes: [
      { file: `${COMMANDS}/cycles.js`, from: 'plan ? refuse("allocation-fixed") : ', to: "" },
      {
        file: "src/domain/reward/reward.js",
        from: 'if (state.fixed)\n        return refuse("allocation-fixed");',
        to: "",
      },
    ],
  },
  {
    name: "a bond pool is shared before its cycle is paid",
    about: "bond",
    changes: [
      { file: `${PAYER}/view.js`, from: "payment.payment.state.completed !== undefined", to: "true" },
      {
        file: `${PAYER}/advance.js`,
        from: "awaitApproval, moveMoney, close",
        to: "awaitApproval, (payout, situation) => shareBondPool(payout, situation), moveMoney, close",
      },
    ],
  },
  {
    name: "a cycle is settled whose bond pool is not shared",
    about: "bond",
    changes: [
      {
        file: `${PAYER}/advance.js`,
        from: "carryOver(payout, situation) ?? shareBondPool(payout, situation) ?? settle",
        to: "carryOver(payout, situation) ?? settle",
      },
    ],
  },
  {
    name: "what the network cost is shared as well",
    about: "bond",
    changes: [{ file: BOND_POOL, from: " - cycle.networkCosts", to: "" }],
  },
  {
    name: "what receivers were charged is taken off the pool again",
    about: "bond",
    changes: [{ file: "src/domain/payment/totals.js", from: " - totalsOf(state).charged", to: "" }],
  },
  {
    name: "nets that stayed with the baker are not shared",
    about: "bond",
    changes: [{ file: `${PAYER}/bond-pool.js`, from: "payment.state.plan?.kept ?? ZERO", to: "ZERO" }],
  },
  {
    name: "a share is rounded before it is multiplied",
    about: "bond",
    changes: [
      {
        file: BOND_POOL,
        from: "floorDiv(shared * amount, putIn)",
        to: "floorDiv(shared, putIn) * amount",
      },
    ],
  },
];
