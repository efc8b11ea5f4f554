import { expect } from "chai";
import { type z } from "zod";
import { mutez, type Mutez } from "../../src/domain/money.js";
import { INCOME_KINDS } from "../../src/domain/reward/policy-codec.js";
import { type faultPlan, faultPlan as plan } from "../../src/sandbox/faults/plan.js";
import { inMemory } from "../../src/sandbox/journal.js";
import { BAKER, someContract } from "../support/chain-model.js";
import {
  pay,
  PAYER_KEY,
  rpcTransfers,
  signOperation,
  startTestSandbox,
  testGenesis,
  type TestSandbox,
} from "../support/sandbox.js";
import { ALICE, PREFIX } from "../support/sandbox-accounts.js";

const ACCEPTING = someContract("accepting");
const HEADER = "/chains/main/blocks/head/header";

const genesis = testGenesis({
  accounts: [
    { address: ALICE, balance: 5_000_000n },
    { address: ACCEPTING, balance: 7n, script: { kind: "accepts", milligas: 0n, storageBytes: 0n } },
  ],
  bakers: [
    {
      address: BAKER,
      ownDelegated: mutez(1_000_000_000n),
      ownStaked: mutez(200_000_000_000n),
      delegators: [ALICE, ACCEPTING].map((address) => ({ address, balance: mutez(600_000_000n) })),
      income: Object.fromEntries(INCOME_KINDS.map((kind) => [kind, mutez(1_000n)])) as Record<
        (typeof INCOME_KINDS)[number],
        Mutez
      >,
    },
  ],
});

describe("sandbox faults over HTTP", () => {
  let node: TestSandbox | undefined;
  afterEach(() => node?.stop());

  const start = async (faults: z.input<typeof faultPlan>, seed = 1): Promise<TestSandbox> => {
    node = await startTestSandbox({
      store: inMemory(genesis),
      faults: { plan: plan.parse(faults), seed },
    });
    for (let n = 0; n < 3; n += 1) node.sandbox.bake();
    return node;
  };
  const signedTransfer = async ({ sandbox }: TestSandbox) => {
    const contents = rpcTransfers(PAYER_KEY.address, 1, [{ to: ALICE }]);
    return (await signOperation(PAYER_KEY, sandbox.chain.head.hash, contents)).bytes;
  };
  const pending = ({ sandbox }: TestSandbox) =>
    sandbox.chain.mempool().map(({ operation }) => operation.hash);
  const failureOf = (asked: Promise<unknown>) =>
    asked.then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.name : error),
    );

  for (const [status, text] of [
    ["429", "Too Many Requests"],
    ["500", "Internal Server Error"],
    ["502", "Bad Gateway"],
  ] as const) {
    it(`answers ${status} with a page of HTML, of the node and of TzKT each by itself`, async () => {
      const title = `${status} ${text}`;
      const page = {
        status: Number(status),
        body: `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`,
      };
      const ofNode = await start({ node: { [status]: 1 } });
      expect(await ofNode.get(HEADER)).to.deep.equal(page);
      expect(await ofNode.post("/injection/operation", await signedTransfer(ofNode))).to.deep.equal(page);
      expect(pending(ofNode)).to.deep.equal([]);
      expect((await ofNode.get("/v1/head")).status).to.equal(200);
      expect((await ofNode.get("/sandbox/status")).status).to.equal(200);
      await ofNode.stop();

      const ofTzkt = await start({ tzkt: { [status]: 1 } });
      expect(await ofTzkt.get("/v1/head")).to.deep.equal(page);
      expect((await ofTzkt.get(HEADER)).status).to.equal(200);
    });
  }

  it("cuts the JSON of replies in half, the node's and TzKT's", async () => {
    const text = async (url: string) => {
      const response = await fetch(url);
      expect(response.status).to.equal(200);
      return response.text();
    };
    const whole = await start({});
    const [header, head] = [await text(`${whole.url}${HEADER}`), await text(`${whole.url}/v1/head`)];
    await whole.stop();
    const cut = await start({ node: { cutJson: 1 }, tzkt: { cutJson: 1 } });
    expect(await text(`${cut.url}${HEADER}`)).to.equal(header.slice(0, Math.floor(header.length / 2)));
    expect(await text(`${cut.url}/v1/head`)).to.equal(head.slice(0, Math.floor(head.length / 2)));
    expect((await cut.get("/sandbox/status")).status).to.equal(200);
  });

  it("holds requests back before anything is done with them", async () => {
    const hang = { chance: 1, ms: 200 };
    const slow = await start({ node: { hang }, tzkt: { hang } });
    const bytes = await signedTransfer(slow);
    const began = performance.now();
    const asked = slow.get("/v1/head");
    const injected = slow.post("/injection/operation", bytes);
    await slow.get("/sandbox/status");
    expect(pending(slow)).to.deep.equal([]);
    expect((await asked).status).to.equal(200);
    expect((await injected).status).to.equal(200);
    expect(performance.now() - began).to.be.at.least(199);
    expect(pending(slow)).to.have.length(1);
  });

  it("shows an older head to whoever asks for the head", async () => {
    const lagging = await start({ node: { laggingHead: { chance: 1, blocks: 2 } } });
    const level = async (block: string) =>
      ((await lagging.get(`/chains/main/blocks/${block}/header`)).body as { level: number }).level;
    expect([await level("head"), await level("head~1"), await level("3")]).to.deep.equal([1, 2, 3]);
  });

  it("has no block that is older than it keeps", async () => {
    const pruned = await start({ node: { pruned: { chance: 1, blocks: 2 } } });
    const status = async (block: string) => (await pruned.get(`/chains/main/blocks/${block}/header`)).status;
    const first = pruned.sandbox.chain.block(1)?.hash ?? "";
    expect(await Promise.all(["head", "head~1", "2", "1", first, "head~2"].map(status))).to.deep.equal([
      200, 200, 200, 404, 404, 404,
    ]);
  });

  it("answers as a node of another chain", async () => {
    const other = await start({ node: { otherChain: 1 } });
    const { chainId } = other.sandbox;
    const { body } = await other.get(HEADER);
    expect(body).to.deep.include({ chain_id: "NetXdQprcVkpaWU" });
    expect((await other.get("/v1/head")).body).to.deep.include({ chainId });
  });

  for (const [how, rows] of [
    ["missing", 0],
    ["changed", 1],
  ] as const)
    it(`shows a page of rewards whose last row is ${how}`, async () => {
      const path = `/v1/rewards/split/${BAKER}/0`;
      const page = async (sandbox: TestSandbox) =>
        (await sandbox.get(path)).body as { delegators: { delegatedBalance: number }[] };
      const steady = await start({});
      const whole = await page(steady);
      await steady.stop();
      const revised = await page(await start({ tzkt: { revisedRow: { [how]: 1 } } }));
      const last = whole.delegators.at(-1);
      const shown = last && { ...last, delegatedBalance: last.delegatedBalance + 1 };
      expect(whole.delegators.length).to.be.above(0);
      expect(revised.delegators).to.deep.equal([...whole.delegators.slice(0, -1), ...[shown].slice(0, rows)]);
    });

  it("takes an injection and cuts the connection", async () => {
    const losing = await start({ injection: { lostReply: 1 } });
    const bytes = await signedTransfer(losing);
    expect(await failureOf(losing.post("/injection/operation", bytes))).to.equal("TypeError");
    expect(pending(losing)).to.have.length(1);
  });

  for (const [kind, error] of [
    ["temporary", { kind: "temporary", id: "node.mempool.rejected_by_full_mempool" }],
    [
      "branch",
      {
        kind: "branch",
        id: `${PREFIX}contract.counter_in_the_past`,
        contract: "",
        expected: "2",
        found: "1",
      },
    ],
    ["permanent", { kind: "permanent", id: `${PREFIX}prefilter.fees_too_low` }],
  ] as const) {
    it(`refuses an injection for a ${kind} error, and does not take it`, async () => {
      const refusing = await start({ injection: { refused: { [kind]: 1 } } });
      const answer = await refusing.post("/injection/operation", await signedTransfer(refusing));
      expect(answer).to.deep.equal({ status: 500, body: [error] });
      expect(pending(refusing)).to.deep.equal([]);
    });
  }

  it("forgets a pending operation before a block", async () => {
    const forgetful = await start({ mempool: { dropped: 1 } });
    await pay(forgetful, [{ to: ALICE }]);
    forgetful.sandbox.advance();
    expect(pending(forgetful)).to.deep.equal([]);
    expect(forgetful.sandbox.chain.head.operations).to.deep.equal([]);
  });

  it("keeps a pending operation out of so many blocks", async () => {
    const slow = await start({ mempool: { delayed: { chance: 1, blocks: 2 } } });
    const hash = await pay(slow, [{ to: ALICE }]);
    const included = [1, 2, 3].map(() => {
      slow.sandbox.advance();
      return slow.sandbox.chain.head.operations.map(({ operation }) => operation.hash);
    });
    expect(included).to.deep.equal([[], [], [hash]]);
  });

  for (const [name, depth] of [
    ["one", 1],
    ["two", 2],
  ] as const) {
    it(`leaves the last block${depth === 1 ? "" : "s"} for ${name} that ${depth === 1 ? "is" : "are"} empty; what stood there is pending again`, async () => {
      const forking = await start({ blocks: { reorganised: { [name]: 1 } } });
      const { sandbox } = forking;
      const hash = await pay(forking, [{ to: ALICE }]);
      sandbox.bake();
      if (depth === 2) sandbox.bake();
      const { level, hash: left } = sandbox.chain.head;
      const fork = sandbox.chain.block(level - depth)?.hash;
      sandbox.advance();
      expect(sandbox.chain.isCanonical(left)).to.equal(false);
      expect(sandbox.chain.head.level).to.equal(level);
      expect(sandbox.chain.block(level - depth)?.hash).to.equal(fork);
      expect(sandbox.chain.block(level - depth + 1)?.operations).to.deep.equal([]);
      expect(pending(forking)).to.deep.equal([hash]);
    });
  }

  it("lets a contract refuse what was simulated well, and then accept again", async () => {
    const fickle = await start({ blocks: { refusedByContract: 1 } });
    const { sandbox } = fickle;
    const results = () =>
      sandbox.chain.head.operations.flatMap((included) => included.results.map(({ status }) => status));
    const wishes = [{ to: ALICE }, { to: ACCEPTING, amount: 5 }];
    const operation = {
      branch: sandbox.chain.head.hash,
      contents: rpcTransfers(PAYER_KEY.address, 1, wishes),
    };
    const simulate = async () => {
      const path = "/chains/main/blocks/head/helpers/scripts/simulate_operation";
      const { body } = await fickle.post(path, { operation, chain_id: sandbox.chainId });
      const { contents } = body as { contents: { metadata: { operation_result: { status: string } } }[] };
      return contents.map(({ metadata }) => metadata.operation_result.status);
    };
    expect(await simulate()).to.deep.equal(["applied", "applied"]);
    await pay(fickle, wishes);
    sandbox.advance();
    expect(results()).to.deep.equal([]);
    sandbox.advance();
    expect(results()).to.deep.equal(["backtracked", "failed"]);
    expect(sandbox.chain.account(ACCEPTING)).to.deep.include({
      balance: 7n,
      script: { kind: "accepts", milligas: 0n, storageBytes: 0n },
    });
  });

  it("lets a contract burn all gas of what was simulated well", async () => {
    const greedy = await start({ blocks: { burntByContract: 1 } });
    const { sandbox } = greedy;
    await pay(greedy, [{ to: ACCEPTING, amount: 5 }]);
    sandbox.advance();
    sandbox.advance();
    const [included] = sandbox.chain.head.operations;
    expect(included?.results.flatMap(({ errors }) => errors.map(({ id }) => id))).to.deep.equal([
      "gas_exhausted.operation",
    ]);
    expect(sandbox.chain.account(ACCEPTING)).to.deep.include({ balance: 7n });
  });

  it("meets the same faults for the same seed and requests, and others for another seed", async () => {
    const run = async (seed: number) => {
      const sandbox = await start({ node: { "429": 0.3, "502": 0.3 }, mempool: { dropped: 0.5 } }, seed);
      const statuses: number[] = [];
      for (let n = 0; n < 30; n += 1) statuses.push((await sandbox.get(HEADER)).status);
      await sandbox.stop();
      return statuses;
    };
    const first = await run(1);
    expect(await run(1)).to.deep.equal(first);
    expect(await run(2)).to.not.deep.equal(first);
    expect([...new Set(first)].sort()).to.deep.equal([200, 429, 502]);
  });
});
