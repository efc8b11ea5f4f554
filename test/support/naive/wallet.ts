import { paymentIn, walletOf } from "../../../src/application/aggregates.js";
import { streamName } from "../../../src/domain/identifiers.js";
import { type Row } from "../../../src/readmodel/projection.js";
import { PAYER } from "../payouts.js";
import { elementsOf, ends, type Events, type Expected, paidCycleOf, walk } from "./walk.js";

const WALLET = walletOf(PAYER);

interface Spent {
  sent: bigint;
  fees: bigint;
  burns: bigint;
  operations: bigint;
}

/**
 * Fees and burns by the wallet's final operations, what was sent by the payments' settled batches; and what contents of
 * foreign operations sent and cost of which a payment says that they paid it.
 */
const spendingOf = (events: Events): readonly Row[] => {
  const all = new Map<string, Spent>();
  const spentOf = (wallet: string | undefined, cycle: number | null): Spent => {
    const key = `${wallet} ${cycle ?? ""}`;
    const found = all.get(key) ?? { sent: 0n, fees: 0n, burns: 0n, operations: 0n };
    all.set(key, found);
    return found;
  };
  const signers = new Map<string, string | undefined>();
  for (const { logged, event, before } of walk(events, WALLET)) {
    const [wallet] = elementsOf(logged.stream);
    if (event.type === "OperationSigned" && event.data.batchId !== null)
      signers.set(event.data.batchId, wallet);
    if (event.type !== "OperationFinalised") continue;
    const operation = before.operations.find(({ hash }) => hash === event.data.hash);
    const payment = operation?.payment ?? null;
    const spent = spentOf(wallet, payment === null ? null : paidCycleOf(payment));
    spent.operations += 1n;
    for (const { fee, burn } of event.data.contents) {
      spent.fees += fee;
      spent.burns += burn;
    }
  }
  const foreign = walk(events, WALLET).flatMap(({ logged, event }) =>
    event.type === "ForeignOperationFound" ? [{ wallet: elementsOf(logged.stream)[0], ...event.data }] : [],
  );
  for (const { logged, event, before } of walk(events, paymentIn(streamName("payment", "any")))) {
    if (event.type === "ObligationPaidOutside") {
      const { operation, content } = event.data;
      const found = foreign.find(({ hash }) => hash === operation);
      const paid = found?.contents[content];
      if (!paid) throw new Error("paid by nothing that was found");
      const spent = spentOf(found.wallet, paidCycleOf(logged.stream));
      spent.sent += paid.amount ?? 0n;
      spent.fees += paid.fee;
      spent.burns += paid.burn;
    }
    if (event.type !== "BatchSettled") continue;
    const { batchId, results } = event.data;
    const items = before.batches.get(batchId)?.items ?? [];
    for (const [n, { result }] of results.entries()) {
      if (result !== "paid") continue;
      spentOf(signers.get(batchId), paidCycleOf(logged.stream)).sent += items[n]?.sent ?? 0n;
    }
  }
  return [...all].map(([key, spent]) => {
    const [wallet, cycle] = key.split(" ");
    return { wallet, cycle: cycle === "" ? null : Number(cycle), ...spent };
  });
};

/** Each wallet by its fold, and what the fold forgets: foreign operations that were classified, times, costs. */
export const walletTablesOf = (events: Events): Expected => {
  const steps = walk(events, WALLET);
  const newest = (stream: string, is: (event: (typeof steps)[number]["event"]) => boolean) =>
    steps.findLast(({ logged, event }) => logged.stream === stream && is(event))?.logged.recordedAt ?? null;
  const tables = [...ends(events, WALLET)].map(([stream, state]) => {
    const [wallet] = elementsOf(stream);
    const isAsked = (type: string, id: string) =>
      newest(
        stream,
        ({ type: of, data }) => of === type && JSON.stringify(Object.values(data)[0]) === JSON.stringify(id),
      );
    const handed = steps.findLast(
      ({ logged, event }) => logged.stream === stream && event.type === "WalletHandedOver",
    )?.event;
    return {
      wallets: {
        wallet,
        chain_id: state.adopted?.chainId ?? null,
        adopted_level: state.adopted?.level ?? null,
        counter: state.counter,
        token: state.adopted ? state.token : null,
        term_since: state.adopted ? newest(stream, ({ type }) => type === "TermStarted") : null,
        handed_over_to: handed?.type === "WalletHandedOver" ? handed.data.to : null,
      },
      wallet_pauses: state.pauses.map(({ reason, detail, actor, untilLevel }) => ({
        ...{ wallet, reason, detail, actor, until_level: untilLevel },
        since: newest(
          stream,
          ({ type, data }) => type === "WalletPaused" && "detail" in data && data.reason === reason,
        ),
      })),
      wallet_operations: state.operations.map((one) => ({
        ...{ wallet, hash: one.hash, purpose: one.purpose, batch_id: one.batchId, payment: one.payment },
        cycle: one.payment === null ? null : paidCycleOf(one.payment),
        ...{ first_counter: one.firstCounter, last_counter: one.lastCounter },
        ...{ level: one.included?.level ?? null, refused: one.refusals.at(-1)?.kind ?? null },
        signed_at: newest(
          stream,
          ({ type, data }) => type === "OperationSigned" && "bytes" in data && data.hash === one.hash,
        ),
      })),
      wallet_requests: [
        ...state.requests.map((id) => ({
          wallet,
          kind: "payment",
          id,
          requested_at: isAsked("PaymentRequested", id),
        })),
        ...state.delegations.map(({ id, to, actor }) => ({
          ...{ wallet, kind: "delegation", id, delegate: to, actor },
          ...{ begun: state.batches[id] !== undefined, requested_at: isAsked("DelegationRequested", id) },
        })),
      ],
      open: state.foreign.map(({ hash }) => hash),
    };
  });
  const classified = steps.flatMap(({ event }) =>
    event.type === "ForeignOperationClassified" ? [event.data] : [],
  );
  const foreign = steps.flatMap(({ logged, event }) => {
    if (event.type !== "ForeignOperationFound") return [];
    const { hash, level, firstCounter, lastCounter } = event.data;
    const said = classified.find((one) => one.hash === hash);
    if ((said === undefined) !== tables.some(({ open }) => open.includes(hash)))
      throw new Error("not as folded");
    const row = { wallet: elementsOf(logged.stream)[0], hash, level, position: logged.position };
    const meaning = said && (said.pays.length === 0 ? "unrelated" : "pays");
    return [
      {
        ...{ ...row, first_counter: firstCounter, last_counter: lastCounter, found_at: logged.recordedAt },
        ...{ meaning: meaning ?? null, reason: said?.reason ?? null, actor: said?.actor ?? null },
      },
    ];
  });
  return {
    wallets: tables.map(({ wallets }) => wallets),
    wallet_pauses: tables.flatMap((one) => one.wallet_pauses),
    wallet_operations: tables.flatMap((one) => one.wallet_operations),
    wallet_requests: tables.flatMap((one): readonly Row[] => one.wallet_requests),
    wallet_foreign_operations: foreign,
    wallet_spending: spendingOf(events),
  };
};
