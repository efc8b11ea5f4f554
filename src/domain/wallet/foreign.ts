// Operations of the wallet's key that the log does not know, and a person's word on them (PAYMENT section 3).
import { type Decision, refuse } from "../decision.js";
import { type Event, type PaidOutside, type State } from "./events.js";
import { contentsOf } from "./fold.js";

export type ForeignRefusal =
  | "not-adopted"
  | "known-operation"
  | "unknown-operation"
  | "counter-gap"
  | "inconsistent"
  /** Another operation is said to have paid it. */
  | "claimed"
  | "claimed-otherwise"
  | "not-claimed";
type Data<T extends Event["type"]> = Extract<Event, { type: T }>["data"];
type Decide = (state: State) => Decision<Event, ForeignRefusal>;

/** An operation of this key that the log does not know: nothing is signed until a person has classified it. */
export const findForeign =
  (command: Data<"ForeignOperationFound">): Decide =>
  (state) => {
    if (state.adopted === null) return refuse("not-adopted");
    if (state.foreign.some((o) => o.hash === command.hash)) return [];
    if (state.operations.some((o) => o.hash === command.hash)) return refuse("known-operation");
    if (BigInt(command.contents.length) !== contentsOf(command)) {
      return refuse("inconsistent", { contents: contentsOf(command), results: command.contents.length });
    }
    if (command.firstCounter !== state.counter + 1n) {
      return refuse("counter-gap", { accounted: state.counter, first: command.firstCounter });
    }
    return [{ type: "ForeignOperationFound", data: command }];
  };

const isSame = (one: PaidOutside, other: PaidOutside): boolean =>
  one.content === other.content && one.payment === other.payment && one.obligation === other.obligation;

/** One content, or one obligation, under two claims: what it paid would count twice. */
const doubledIn = (one: PaidOutside, other: PaidOutside): string | undefined => {
  if (one.content === other.content) return "this content is named twice";
  return one.payment === other.payment && one.obligation === other.obligation
    ? `another content is said to have paid ${one.obligation} too`
    : undefined;
};

const lacks = (pays: readonly PaidOutside[], claim: PaidOutside): boolean =>
  !pays.some((other) => isSame(other, claim));

/** What cannot be true of these claims, whatever is planned. */
const contradictory = (operation: State["foreign"][number], pays: readonly PaidOutside[]) => {
  const unpaid = pays.find(({ content }) => operation.contents[content]?.status !== "applied");
  if (unpaid)
    return refuse("inconsistent" as const, { content: unpaid.content, wrong: "this content paid nothing" });
  for (const [n, one] of pays.entries())
    for (const before of pays.slice(0, n)) {
      const wrong = doubledIn(one, before);
      if (wrong !== undefined) return refuse("inconsistent" as const, { content: one.content, wrong });
    }
  return undefined;
};

/**
 * A person's word on what a foreign operation paid. What was said before is to be carried out: it is taken back only
 * where it never can be (`impossible`). What another operation is said to have paid is that one's.
 */
export const claim =
  (command: Data<"ForeignOperationClaimed">, impossible: readonly PaidOutside[]): Decide =>
  (state) => {
    const operation = state.foreign.find((o) => o.hash === command.hash);
    if (!operation) return refuse("unknown-operation", { hash: command.hash });
    const wrong = contradictory(operation, command.pays);
    if (wrong) return wrong;
    const other = state.foreign.find(
      ({ hash, pays }) =>
        hash !== command.hash &&
        pays.some(({ payment, obligation }) =>
          command.pays.some((claimed) => claimed.payment === payment && claimed.obligation === obligation),
        ),
    );
    if (other) return refuse("claimed", { hash: other.hash });
    const said = operation.pays.find((before) => lacks(command.pays, before) && lacks(impossible, before));
    if (said) return refuse("claimed-otherwise", { content: said.content, pays: said.obligation });
    const isSaid =
      operation.pays.length === command.pays.length &&
      command.pays.every((claimed) => !lacks(operation.pays, claimed));
    return isSaid ? [] : [{ type: "ForeignOperationClaimed", data: command }];
  };

/**
 * Ends what a foreign operation stops: it alone lets the wallet sign again. What it is said to pay must have been
 * claimed, and be written in the payment streams before (PAYMENT section 3).
 */
export const classify =
  (command: Data<"ForeignOperationClassified">): Decide =>
  (state) => {
    const operation = state.foreign.find((o) => o.hash === command.hash);
    if (!operation) return refuse("unknown-operation", { hash: command.hash });
    const said = operation.pays.find((before) => lacks(command.pays, before));
    if (said) return refuse("claimed-otherwise", { content: said.content, pays: said.obligation });
    const unclaimed = command.pays.find((claimed) => lacks(operation.pays, claimed));
    if (unclaimed) return refuse("not-claimed", { content: unclaimed.content });
    return [{ type: "ForeignOperationClassified", data: command }];
  };
