// A recorded run with everything that can happen to an operation.
import { sendTransfers } from "../../../../src/application/commands/money.js";
import { holdPayment } from "../../../../src/application/commands/payments.js";
import { asCycle, type StreamName } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import { modelGenesis, someContract, someTz } from "../../chain-model.js";
import { addressOf, policyOf } from "../../rewards.js";
import { dataOf } from "../events.js";
import { checkInvariants } from "../invariants.js";
import { isSettled } from "../installation.js";
import { once } from "../moments.js";
import { actsOf } from "../people.js";
import { referenceChain } from "../scenario.js";
import { type Claims } from "./person.js";
import { type Moment, World, type WorldOptions } from "../world.js";

const CYCLE_BLOCKS = 32;
/** An operation lives so many blocks. */
export const TTL = 20;
const REFUSING = someContract("refuses");
export const CYCLES = [0, 1];
export const MOST_BLOCKS = 200;

export const options: WorldOptions = {
  delegators: [
    ...[9n, 8n, 2n, 7n, 6n, 5n, 2n, 9n].map((tez, n) => ({
      address: addressOf(n),
      balance: tez * 1_000_000_000n,
    })),
    { address: REFUSING, balance: 8_000_000_000n },
  ],
  policy: policyOf({ minimumPayout: "1500000", belowMinimumPayout: "carry" }).allocation,
  genesis: modelGenesis({
    accounts: referenceChain.accounts,
    rules: {
      ...referenceChain.rules,
      constants: {
        ...referenceChain.rules.constants,
        blocksPerCycle: CYCLE_BLOCKS,
        maxOperationsTimeToLive: TTL,
        // Three transfers a batch.
        hardGasLimitPerBlock: 14_000n,
        hardGasLimitPerOperation: 14_000n,
      },
    },
  }),
};

/** Appends of the baker's registration, its wallet, its policy and the switch to *on*. */
export const SET_UP = 5;

export interface Story {
  readonly moments: readonly (Moment & { readonly name: string })[];
  /** What each operation paid, as the log knew that was lost. */
  readonly claims: Claims;
}

export const claimsIn = (world: World): Claims =>
  new Map(
    dataOf(world, "OperationSigned").map(({ hash, batchId, payment }) => [
      hash,
      dataOf(world, "BatchFormed")
        .filter((batch) => batch.batchId === batchId)
        .flatMap(({ items }) =>
          items.map(({ obligation }, content) => ({ content, obligation, payment: payment as StreamName })),
        ),
    ]),
  );

const FRIENDS = [someTz("a friend"), someTz("another friend")];

/** An operation that expires, one that a reorganisation drops after the next was signed, a payment that is held, money of a person's own. */
export const tellStory = async (): Promise<Story> => {
  const world = new World(options);
  await world.setUp();
  const { process } = world.start();
  const moments: Story["moments"][number][] = [];
  const remember = (name: string): void => void moments.push({ ...world.moment(), name });
  const step = async (): Promise<void> => {
    await process.step();
    checkInvariants(world);
  };
  const until = async (done: () => boolean, bake = () => world.bake()): Promise<void> => {
    for (let blocks = 0; ; blocks += 1) {
      await step();
      if (done()) return;
      if (blocks > MOST_BLOCKS) throw new Error("the story does not go on");
      bake();
    }
  };
  const signed = () => dataOf(world, "OperationSigned").length;
  const injected = () => world.injected.length;

  once(world, "after", "PayoutPlanned", () =>
    holdPayment(actsOf(world), asCycle(0), addressOf(3), "looks odd"),
  );
  await until(() => injected() > 0);
  remember("the first operation is in the mempool");
  await until(
    () => signed() > 1,
    () => world.bakeEmpty(),
  );
  remember("it is dead, and its batch is signed again");
  world.bake();
  await step();
  remember("that one is included, and the next is in the mempool");
  world.reorganise(1, false);
  await step();
  remember("it has left its block, and is in the mempool again");
  world.bake();
  await step();
  world.bake();
  await step();
  remember("the first of the two is final, the second included");
  await until(() => isSettled(world, 0));
  remember("the first cycle is paid");
  await sendTransfers(
    actsOf(world),
    "rent",
    FRIENDS.map((to) => ({ to, amount: mutez(1_000_000n) })),
  );
  const between = signed();
  await until(() => signed() > between);
  remember("what a person sends is in the mempool");
  await until(() => dataOf(world, "PaymentsClosed").length > 0);
  const before = signed();
  await until(() => signed() > before);
  remember("the second cycle's first operation is in the mempool");
  await until(() => isSettled(world, 1));
  remember("both cycles are paid");
  return { moments, claims: claimsIn(world) };
};
