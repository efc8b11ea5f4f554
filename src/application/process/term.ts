// A leaseholder's term: its token in the wallet's stream, and whether the log was restored behind its back.
import { isDeepStrictEqual } from "node:util";
import { isRefused } from "../../domain/decision.js";
import { type DomainEvent } from "../../domain/events.js";
import { asLevel, type TzAddress } from "../../domain/identifiers.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { walletOf } from "../aggregates.js";
import { type Chain } from "../ports/chain.js";
import { type EventLog } from "../ports/event-log.js";
import { type EventMetadata, type Revision } from "../ports/event-store.js";
import { type InstallationIdentity, type Lease, type Witness, type WitnessRecord } from "../ports/system.js";
import { LogBroken, type Repository } from "../repository.js";

export interface TermPorts {
  readonly log: EventLog;
  readonly repository: Repository;
  readonly chain: Chain;
  readonly lease: Lease;
  readonly witness: Witness;
  readonly identity: () => Promise<InstallationIdentity>;
  /** Another text at each call, in whatever process. */
  readonly nonce: () => string;
  readonly metadata: () => EventMetadata;
}

/** Why nothing is signed on a restored log: until a final block is beyond the life of all that it may have forgotten. */
export const pauseOfRestore = async (
  chain: Chain,
  why: { readonly detail: string; readonly actor: string },
) => {
  const head = await chain.head();
  const { maxOperationsTimeToLive } = await chain.constants(head.hash);
  const untilLevel = asLevel(head.level + maxOperationsTimeToLive + 1);
  return { ...why, reason: "restored" as const, untilLevel };
};

/** What tells that the database is not that of the last term. */
const changeOf = (last: Wallet.State["identity"], now: InstallationIdentity): string | undefined => {
  if (last === null) return undefined;
  if (last.systemIdentifier !== now.systemIdentifier) return "the database is another server's";
  if (last.timeline !== now.timeline) return "the database's timeline has changed";
  return last.databaseOid === now.databaseOid ? undefined : "the database was created anew";
};

const lackOf = ([record]: readonly WitnessRecord[]): string | undefined =>
  record && `the log lacks event ${record.revision} that was injected`;

/**
 * A wallet that this log never knew has paid after what is lost: none of its operations shows on the wallet that the
 * log pays from, so that no time makes up for it. Only a person can know what it paid.
 */
const pauseOfUnknown = (unknown: TzAddress) => ({
  reason: "finding" as const,
  detail:
    `wallet ${unknown}, which this log does not know, has paid since: first "taps mode off", so that cycles that ` +
    `ended are paid only by "taps cycle pay"; see what it paid; then "taps resume"`,
  actor: "taps",
  untilLevel: null,
});

/** Holds the lease and starts a term in the wallet's stream whenever the lease is newly won. */
export class Term {
  private current:
    | {
        readonly payer: TzAddress;
        readonly lease: bigint;
        readonly token: bigint;
      }
    | undefined;

  /** Of the database as this process has seen it last. */
  private identity: InstallationIdentity | undefined;

  constructor(private readonly ports: TermPorts) {}

  /** Whether this process may try at all. Throws `LogBroken` if the database is not the one it began with. */
  async lead(): Promise<bigint | undefined> {
    const held = await this.ports.lease.hold();
    if (held === undefined) this.current = undefined;
    else if (this.current !== undefined) await this.checkedIdentity();
    return held?.token;
  }

  /** Behind a living process the database may have been replaced: all that it remembers is of another log. */
  private async checkedIdentity(): Promise<InstallationIdentity> {
    const identity = await this.ports.identity();
    if (this.identity !== undefined && !isDeepStrictEqual(identity, this.identity))
      throw new LogBroken("the database was replaced while TAPS ran. Start TAPS again");
    this.identity = identity;
    return identity;
  }

  /**
   * The token of the term that this process itself has started for the payer; undefined if another was quicker.
   * An append whose fate is unknown counts as not ours: the next one is higher. Throws `LogBroken` as `lead` does.
   */
  async token(
    payer: TzAddress,
    formerPayers: readonly TzAddress[],
    lease: bigint,
  ): Promise<bigint | undefined> {
    if (this.current?.lease === lease && this.current.payer === payer) return this.current.token;
    this.current = undefined;
    const wallet = await this.ports.repository.load(walletOf(payer));
    const token = (lease > wallet.state.token ? lease : wallet.state.token) + 1n;
    const identity = await this.checkedIdentity();
    const started = Wallet.startTerm({ token, lease, identity, nonce: this.ports.nonce() })(wallet.state);
    if (isRefused(started)) return undefined;
    const events: DomainEvent[] = [...started];
    const known = [payer, ...formerPayers];
    const lacking = await this.lackingRecords(known);
    const restored = changeOf(wallet.state.identity, identity) ?? lackOf(lacking);
    if (restored !== undefined) {
      const pause = await pauseOfRestore(this.ports.chain, { detail: restored, actor: "taps" });
      events.push({ type: "WalletPaused", data: pause });
    }
    const unknown = lacking.find((record) => record.payer !== null && !known.includes(record.payer));
    if (unknown?.payer) events.push({ type: "WalletPaused", data: pauseOfUnknown(unknown.payer) });
    const appended = await this.ports.repository.append(
      Wallet.stream(payer),
      wallet.revision,
      events,
      this.ports.metadata(),
    );
    if (!appended.appended) return undefined;
    if (restored !== undefined) await this.rememberFinding(payer, appended.revision);
    this.current = { payer, lease, token };
    return token;
  }

  /** The term is another's: the next lease won starts a new one. */
  lose(): void {
    this.current = undefined;
  }

  async release(): Promise<void> {
    this.current = undefined;
    await this.ports.lease.release();
  }

  /** What was witnessed and is not in the log. What is injected last may be another wallet's, that paid before. */
  private async lackingRecords(payers: readonly TzAddress[]): Promise<readonly WitnessRecord[]> {
    const lacking: WitnessRecord[] = [];
    for (const record of await this.ports.witness.read()) {
      const held = await Promise.all(payers.map((payer) => this.holds(payer, record)));
      if (!held.includes(true)) lacking.push(record);
    }
    return lacking;
  }

  /** What was found stands in the log now: the same evidence must not pause the wallet anew at every term. */
  private async rememberFinding(payer: TzAddress, revision: Revision): Promise<void> {
    for await (const { id } of this.ports.log.read(Wallet.stream(payer), { from: revision, limit: 1 }))
      await this.ports.witness.write({ payer, revision, eventId: id });
  }

  private async holds(payer: TzAddress, record: WitnessRecord): Promise<boolean> {
    for await (const logged of this.ports.log.read(Wallet.stream(payer), {
      from: record.revision,
      limit: 1,
    })) {
      return logged.revision === record.revision && logged.id === record.eventId;
    }
    return false;
  }
}
