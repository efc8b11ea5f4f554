import { InMemorySigner } from "@taquito/signer";
import { expect } from "chai";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSandbox, type RunningSandbox } from "../../src/sandbox/demo.js";
import { demoChainId } from "../../src/sandbox/genesis.js";
import { largeGenesis } from "../../src/sandbox/genesis.js";

type Split = Record<string, unknown> & { readonly delegators: readonly { readonly emptied: boolean }[] };
const split = async ({ tzktUrl, baker }: RunningSandbox, cycle: number): Promise<Split> => {
  const response = await fetch(`${tzktUrl}/v1/rewards/split/${baker}/${cycle}?limit=10000`);
  return (await response.json()) as Split;
};

describe("sandbox demo", () => {
  let dir: string;
  let running: RunningSandbox | undefined;
  const start = async (options: Partial<Parameters<typeof startSandbox>[0]> = {}) =>
    (running = await startSandbox({ dir, blockTime: "manual", ...options }));

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "taps-demo-"));
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    rmSync(dir, { recursive: true });
  });

  it("has the recorded baker, four blocks before the end of its first cycle", async () => {
    const demo = await start();
    expect(demo.chainId).to.equal(demoChainId());
    expect(demo.firstCycle).to.equal(0);
    const before = await split(demo, 0);
    expect(before).to.include({
      futureBlocks: 4,
      delegatorsCount: 736,
      externalDelegatedBalance: 4_809_160_299_318,
      ownDelegatedBalance: 1_145_903_878,
      ownStakedBalance: 600_000_000_000,
    });
    expect(before.delegators).to.have.length(736);
    expect(before.delegators.filter((row) => row.emptied)).to.have.length(67);
    for (let n = 0; n < 4; n += 1) demo.control.bake();
    expect((await split(demo, 0))["futureBlocks"]).to.equal(0);
    const pools = [0, 1].map(async (cycle) => (await split(demo, cycle))["attestationRewardsDelegated"]);
    expect(new Set(await Promise.all(pools)).size).to.equal(2);
  });

  it("has a funded payer, whose key anyone can import", async () => {
    const demo = await start();
    const signer = new InMemorySigner(demo.payerSecretKey);
    expect(await signer.publicKeyHash()).to.equal(demo.payer);
    expect(demo.control.chain.account(demo.payer)).to.deep.equal({
      balance: 100_000_000_000_000n,
      counter: 0n,
      publicKey: await signer.publicKey(),
      delegate: undefined,
      script: undefined,
    });
  });

  it("goes on with its chain, and does not begin again", async () => {
    const first = await start();
    first.control.bake();
    const { head } = first.control.chain;
    await first.stop();
    const second = await start();
    expect(second.control.chain.head).to.deep.equal(head);
    expect(second.chainId).to.equal(first.chainId);
  });

  it("lets go of the chain when its port is taken", async () => {
    const first = await start();
    const other = join(dir, "other");
    const port = Number(new URL(first.rpcUrl).port);
    const failed = await startSandbox({ dir: other, blockTime: 1000, port }).catch((error: unknown) => error);
    expect(failed).to.have.property("code", "EADDRINUSE");
    expect(existsSync(join(other, "lock"))).to.equal(false);
  });

  it("bakes by itself, rests when told, and begins again", async () => {
    const demo = await start({ genesis: largeGenesis(3, 8), blockTime: 15 });
    const next = () => new Promise<number>((resolve) => demo.control.onHead(({ level }) => resolve(level)));
    const first = await next();
    demo.control.setBlockTime("manual");
    expect(demo.control.bake().level).to.equal(first + 1);
    demo.control.setBlockTime(15);
    expect(await next()).to.equal(first + 2);
  });
});
