// What the wallet holds, and for how long that lasts: asked of a node, for no read model knows it.
import { type Chain, ChainUnavailable } from "../../application/ports/chain.js";
import { type Clock } from "../../application/ports/system.js";
import { type Answer } from "../../application/read-side/answer.js";
import { type Balance, type Funds } from "../../application/read-side/wallet-funds.js";
import { type TzAddress } from "../../domain/identifiers.js";
import { mutez, sumOf, ZERO } from "../../domain/money.js";
import { type Transact } from "../database.js";
import { spending } from "./wallet.js";

/** A node is asked once for so long: blocks are not much further apart. */
const KEPT_MS = 5_000;
const CYCLES = 10;

export class WalletFunds {
  /** What a node has said last, and when it was last asked. */
  private readonly known = new Map<TzAddress, { readonly said: Balance | undefined; readonly at: Date }>();
  private readonly asking = new Map<TzAddress, Promise<Balance | undefined>>();

  constructor(
    private readonly transact: Transact,
    private readonly chain: Pick<Chain, "head" | "account">,
    private readonly clock: Clock,
  ) {}

  /** Throws `NotProjected`; a node that does not answer is no error. */
  async of(wallet: TzAddress): Promise<Answer<Funds>> {
    const newest = { direction: "descending", limit: CYCLES } as const;
    const [balance, { value, ...answer }] = await Promise.all([
      this.balanceOf(wallet),
      spending(this.transact, wallet, newest),
    ]);
    const { rows } = value;
    const total = sumOf(rows, ({ sent, fees, burns }) => mutez(sent + fees + burns));
    const perCycle = rows.length === 0 ? ZERO : mutez(total / BigInt(rows.length));
    const cyclesLeft = balance === undefined || perCycle === 0n ? undefined : balance.balance / perCycle;
    return { ...answer, value: { balance, perCycle, cyclesLeft } };
  }

  private balanceOf(wallet: TzAddress): Promise<Balance | undefined> {
    const known = this.known.get(wallet);
    if (known && this.clock.now().getTime() - known.at.getTime() < KEPT_MS)
      return Promise.resolve(known.said);
    const asking = this.asking.get(wallet) ?? this.ask(wallet).finally(() => this.asking.delete(wallet));
    this.asking.set(wallet, asking);
    return asking;
  }

  private async ask(wallet: TzAddress): Promise<Balance | undefined> {
    const at = this.clock.now();
    const said = await this.answered(wallet, at);
    this.known.set(wallet, { said, at });
    return said;
  }

  private async answered(wallet: TzAddress, askedAt: Date): Promise<Balance | undefined> {
    try {
      const { hash, level } = await this.chain.head();
      const { balance } = await this.chain.account(wallet, hash);
      return { balance, level, askedAt, isOld: false };
    } catch (error) {
      if (!(error instanceof ChainUnavailable)) throw error;
      const last = this.known.get(wallet)?.said;
      return last && { ...last, isOld: true };
    }
  }
}
