// What goes wrong with operations and blocks of a chain whose rules are in order.
import { type ContractAddress, isContractAddress, type OperationHash } from "../../domain/identifiers.js";
import { type Operation, type Script } from "../model/types.js";
import { type Sandbox } from "../sandbox.js";
import { type Chance } from "./chance.js";
import { type FaultPlan } from "./plan.js";

interface Turned {
  readonly address: ContractAddress;
  readonly script: Script;
}

/** Makes each due block as chance has it. */
export class UnsteadyBlocks {
  /** Operations seen pending, and the first level that may include them. */
  private due = new Map<OperationHash, number>();
  /** Contracts made to refuse or to burn gas, and what they did before. */
  private turned: Turned[] = [];

  constructor(
    private readonly plan: FaultPlan,
    private readonly chance: Chance,
  ) {}

  next(sandbox: Sandbox): void {
    this.turnBack(sandbox);
    this.lookAtPending(sandbox);
    if (this.reorganises(sandbox)) return;
    const level = sandbox.chain.head.level + 1;
    sandbox.bake({ include: ({ hash }) => (this.due.get(hash) ?? level) <= level });
  }

  private lookAtPending(sandbox: Sandbox): void {
    const { chain } = sandbox;
    const level = chain.head.level + 1;
    const due = new Map<OperationHash, number>();
    for (const { operation, state } of chain.mempool()) {
      if (state !== "validated") continue;
      if (this.chance.happens("dropped", this.plan.mempool.dropped)) chain.forget(operation.hash);
      else due.set(operation.hash, this.due.get(operation.hash) ?? level + this.putOff(sandbox, operation));
    }
    this.due = due;
  }

  /** Blocks that an operation which is new to the mempool has to wait. */
  private putOff(sandbox: Sandbox, operation: Operation): number {
    const { delayed } = this.plan.mempool;
    if (delayed !== undefined && this.chance.happens("delayed", delayed.chance)) return delayed.blocks;
    const called = this.acceptingContract(sandbox, operation);
    if (called === undefined) return 0;
    const { refusedByContract, burntByContract } = this.plan.blocks;
    const refuses = this.chance.happens("refused by contract", refusedByContract);
    const burns = this.chance.happens("burnt by contract", burntByContract);
    if (!refuses && !burns) return 0;
    const script = refuses ? ({ kind: "refuses" } as const) : ({ kind: "burns-gas" } as const);
    sandbox.intervene({ kind: "script", address: called.address, script });
    this.turned.push(called);
    return 1;
  }

  /** After the block that includes what they refuse. */
  private turnBack(sandbox: Sandbox): void {
    for (const { address, script } of this.turned) sandbox.intervene({ kind: "script", address, script });
    this.turned = [];
  }

  private acceptingContract({ chain }: Sandbox, { contents }: Operation): Turned | undefined {
    for (const content of contents) {
      if (content.kind !== "transaction" || !isContractAddress(content.destination)) continue;
      const script = chain.account(content.destination)?.script;
      if (script?.kind === "accepts") return { address: content.destination, script };
    }
    return undefined;
  }

  private reorganises(sandbox: Sandbox): boolean {
    const { one, two } = this.plan.blocks.reorganised;
    const drawn = [this.chance.happens("two blocks", two) && 2, this.chance.happens("one block", one) && 1];
    const depth = drawn.find((each) => each !== false);
    if (depth === undefined || depth > sandbox.chain.head.level) return false;
    sandbox.reorganise({ depth, include: () => false });
    return true;
  }
}
