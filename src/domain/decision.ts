/** Why a command is not carried out: a code of a closed set, and the facts a person needs. */
export interface Refused<Code extends string> {
  readonly refused: Code;
  readonly facts: Readonly<Record<string, string | number | bigint>>;
}

/** Events to append (`[]`: already done), or a refusal. */
export type Decision<Event, Code extends string> = readonly Event[] | Refused<Code>;

export const refuse = <Code extends string>(
  refused: Code,
  facts: Refused<Code>["facts"] = {},
): Refused<Code> => ({
  refused,
  facts,
});

export const isRefused = <Event, Code extends string>(
  decision: Decision<Event, Code>,
): decision is Refused<Code> => "refused" in decision;

/** Closes a switch over a union: a new member that is not handled does not compile. */
export const unreachable = (value: never): never => {
  throw new Error(
    `not handled: ${JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? `${v}` : v))}`,
  );
};
