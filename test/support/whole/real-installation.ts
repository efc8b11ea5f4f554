// The reference run's installation on PostgreSQL and on a node and TzKT that answer over HTTP.
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Pool } from "pg";
import { type Injection } from "../../../src/application/ports/chain.js";
import { type Position, START } from "../../../src/application/ports/event-store.js";
import { type OperationHash } from "../../../src/domain/identifiers.js";
import { mutez } from "../../../src/domain/money.js";
import { type Lease } from "../../../src/application/ports/system.js";
import { decodeEvent } from "../../../src/infrastructure/eventstore/codec.js";
import { PostgresLog } from "../../../src/infrastructure/eventstore/postgres-log.js";
import { installationIdentity } from "../../../src/infrastructure/postgres/identity.js";
import { PostgresLease } from "../../../src/infrastructure/postgres/lease.js";
import { createPool, endPool } from "../../../src/infrastructure/postgres/pool.js";
import { DurableWitness } from "../../../src/infrastructure/postgres/witness.js";
import { systemClock } from "../../../src/infrastructure/system-clock.js";
import { TezosChain } from "../../../src/infrastructure/tezos/chain.js";
import { TezosOperationCodec } from "../../../src/infrastructure/tezos/forging.js";
import { TezosNode } from "../../../src/infrastructure/tezos/node.js";
import { Nodes } from "../../../src/infrastructure/tezos/nodes.js";
import { NativeSigner } from "../../../src/infrastructure/tezos/signers/native.js";
import { TzktSource } from "../../../src/infrastructure/tezos/tzkt.js";
import { inMemory } from "../../../src/sandbox/journal.js";
import { type Genesis } from "../../../src/sandbox/model/types.js";
import { Sandbox } from "../../../src/sandbox/sandbox.js";
import { type SandboxServer, serve } from "../../../src/sandbox/server.js";
import { BAKER } from "../chain-model.js";
import { freshDatabase, type TestDatabase } from "../postgres.js";
import { PAYER_KEY, testGenesis } from "../sandbox.js";
import { type CrashPoint } from "../world/faults.js";
import {
  type Installation,
  type LoggedFact,
  METADATA,
  setUpBaker,
  startProcess,
  type StartedProcess,
} from "../world/installation.js";
import { referenceChain, referenceDelegators } from "../world/scenario.js";
import { ManualClock } from "../world/manual-clock.js";

const genesis = (): Genesis =>
  testGenesis({
    ...referenceChain,
    bakers: [
      {
        address: BAKER,
        ownDelegated: mutez(5_000_000_000n),
        ownStaked: mutez(50_000_000_000n),
        delegators: referenceDelegators.map(({ address, balance }) => ({ address, balance: mutez(balance) })),
        income: {
          blocks: mutez(12_345_678n),
          attestations: mutez(9_876_543n),
          dal: mutez(1_111_111n),
          blockFees: mutez(54_321n),
          nonceRevelations: mutez(0n),
          vdfRevelations: mutez(0n),
        },
      },
    ],
  });

/** Tells of bytes before they leave. */
class WatchedChain extends TezosChain {
  constructor(
    nodes: Nodes,
    private readonly onInject: (signed: string) => Promise<void>,
  ) {
    super(nodes, systemClock);
  }

  override async inject(signed: string): Promise<Injection> {
    await this.onInject(signed);
    return super.inject(signed);
  }
}

/** What the parts of a process hold open. */
interface Connections {
  readonly pool: Pool;
  readonly store: PostgresLog;
}

const connect = (url: string): Connections => ({
  pool: createPool({ url, applicationName: "test" }),
  store: new PostgresLog({ url, applicationName: "test" }),
});

const disconnect = async ({ pool, store }: Connections): Promise<void> => {
  await store.close();
  await endPool(pool);
};

/** Nobody waits for the lease of the dead: who asks for the first time has it. */
const ofTheDead = (pool: Pool, lease: PostgresLease): Lease => {
  let asked = false;
  return {
    hold: async () => {
      if (!asked) await pool.query("UPDATE ops.lease SET expires_at = clock_timestamp()");
      asked = true;
      return lease.hold();
    },
    release: () => lease.release(),
  };
};

export class RealInstallation implements Installation {
  readonly payer = PAYER_KEY.address;
  readonly injected: OperationHash[] = [];
  readonly injectedUnlogged: OperationHash[] = [];
  private readonly codec = new TezosOperationCodec();
  private readonly seen: LoggedFact[] = [];
  private last: Position = START;
  private readonly own: Connections;
  private readonly ofProcesses: Connections[] = [];

  private constructor(
    private readonly clock: ManualClock,
    private readonly sandbox: Sandbox,
    private readonly server: SandboxServer,
    private readonly database: TestDatabase,
    private readonly signer: NativeSigner,
    private readonly folder: string,
  ) {
    this.own = connect(database.url);
  }

  static async open(): Promise<RealInstallation> {
    const clock = new ManualClock(Date.UTC(2026, 0, 1));
    const store = inMemory(genesis());
    const sandbox = new Sandbox({ store, blockTime: "manual", now: () => clock.now() });
    // A node at its genesis block does not know its cycle.
    sandbox.bake();
    const [server, database, signer, folder] = await Promise.all([
      serve(sandbox, 0),
      freshDatabase(),
      NativeSigner.fromSecret(PAYER_KEY.secretKey),
      mkdtemp(join(tmpdir(), "taps-installation-")),
    ]);
    return new RealInstallation(clock, sandbox, server, database, signer, folder);
  }

  get model() {
    return this.sandbox.chain;
  }

  events(): readonly LoggedFact[] {
    return this.seen;
  }

  bake(): void {
    this.clock.advance(6_000);
    this.sandbox.bake();
  }

  reorganise(depth: number, lose: boolean): void {
    this.clock.advance(6_000);
    this.sandbox.reorganise({ depth, include: () => false, forget: () => lose });
  }

  async setUp(): Promise<void> {
    await setUpBaker(this, this.own.store, this.sandbox.chainId, {});
    await this.readLog();
  }

  start(point?: CrashPoint): StartedProcess {
    const connections = connect(this.database.url);
    this.ofProcesses.push(connections);
    const { pool, store } = connections;
    const { url } = this.server;
    const nodes = new Nodes({
      nodes: [new TezosNode({ url, clock: systemClock })],
      clock: systemClock,
      oldestHeadMs: Infinity,
    });
    const ports = {
      baker: BAKER,
      store,
      chain: new WatchedChain(nodes, (signed) => this.recordInjection(signed)),
      codec: this.codec,
      signer: this.signer,
      source: new TzktSource({ baseUrl: url, clock: systemClock }),
      limitOf: async () => this.model.genesis.rules.constants.limitOfDelegationOverBaking,
      lease: ofTheDead(pool, new PostgresLease(pool, { name: "payer" })),
      witness: new DurableWitness(pool, { name: "wallet", folder: this.folder }),
      identity: () => installationIdentity(pool),
      nonce: randomUUID,
      clock: this.clock,
      metadata: () => METADATA,
    };
    const { process, ...started } = startProcess(ports, point);
    const step = async () => {
      try {
        return await process.step();
      } finally {
        await this.readLog();
      }
    };
    return { ...started, process: { step } };
  }

  async close(): Promise<void> {
    await Promise.all([this.own, ...this.ofProcesses].map(disconnect));
    await this.server.close();
    this.sandbox.close();
    await this.database.drop();
    await rm(this.folder, { recursive: true });
  }

  private async recordInjection(signed: string): Promise<void> {
    const hash = this.codec.hash(signed);
    this.injected.push(hash);
    await this.readLog();
    const isLogged = this.seen.some(
      ({ event }) => event.type === "OperationSigned" && event.data.hash === hash,
    );
    if (!isLogged) this.injectedUnlogged.push(hash);
  }

  private async readLog(): Promise<void> {
    for await (const recorded of this.own.store.readAll({ after: this.last })) {
      this.seen.push({ stream: recorded.stream, event: decodeEvent(recorded) });
      this.last = recorded.position;
    }
  }
}
