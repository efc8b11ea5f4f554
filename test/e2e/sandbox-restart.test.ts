import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { blockHash } from "../../src/domain/identifiers.js";
import { chainExists, ChainInUse, inMemory, Journal } from "../../src/sandbox/journal.js";
import { Sandbox } from "../../src/sandbox/sandbox.js";
import { someTz } from "../support/chain-model.js";
import { pay, PAYER_KEY, startTestSandbox, testGenesis } from "../support/sandbox.js";

const ALICE = someTz("alice");
const open = (dir: string) => new Sandbox({ store: Journal.open(dir, testGenesis()), blockTime: "manual" });

describe("sandbox chain on disk", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "taps-sandbox-"));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it("goes on where it was, operations, branches left and all", async () => {
    expect(chainExists(dir)).to.equal(false);
    const first = await startTestSandbox({ store: Journal.open(dir, testGenesis()) });
    await pay(first, [{ to: ALICE }, { to: someTz("bob") }]);
    first.sandbox.bake();
    const left = first.sandbox.bake().hash;
    first.sandbox.reorganise({ depth: 1 });
    const { chainId } = first.sandbox;
    const head = first.sandbox.bake();
    await first.stop();

    expect(chainExists(dir)).to.equal(true);
    const second = await startTestSandbox({ store: Journal.open(dir, testGenesis()) });
    expect(second.sandbox.chainId).to.equal(chainId);
    expect(second.sandbox.chain.head).to.deep.equal(head);
    expect(second.sandbox.chain.isCanonical(left)).to.equal(false);
    expect((await second.rpc.getBalance(ALICE)).toString()).to.equal("1000000");
    expect((await second.rpc.getContract(PAYER_KEY.address)).counter).to.equal("2");
    await pay(second, [{ to: ALICE }]);
    expect(second.sandbox.bake().operations).to.have.length(1);
    await second.stop();
  });

  it("keeps every block that it announced through kill -9", async () => {
    const script = fileURLToPath(new URL("../support/sandbox-child.js", import.meta.url));
    const child = spawn(process.execPath, [script, dir], { stdio: ["ignore", "pipe", "inherit"] });
    const announced: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      announced.push(line);
      if (announced.length === 25) child.kill("SIGKILL");
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    expect(child.signalCode).to.equal("SIGKILL");
    const { chain } = open(dir);
    expect(announced.length).to.be.at.least(25);
    expect(announced.map((hash, n) => chain.block(blockHash.parse(hash))?.level === n + 1)).to.not.include(
      false,
    );
    expect(chain.head.level).to.be.within(announced.length, announced.length + 1);
  });

  it("takes off a last line that a crash cut short", () => {
    const blocks = join(dir, "blocks.jsonl");
    const before = open(dir);
    before.bake();
    const { head } = before.chain;
    before.close();
    const whole = readFileSync(blocks, "utf8");
    appendFileSync(blocks, whole.slice(0, 40));
    const after = open(dir);
    expect(after.chain.head).to.deep.equal(head);
    expect(readFileSync(blocks, "utf8")).to.equal(whole);
    after.bake();
    after.close();
    expect(open(dir).chain.head.level).to.equal(2);
  });

  it("belongs to one process at a time; the lock of a dead one is taken over", () => {
    open(dir).close();
    expect(existsSync(join(dir, "lock"))).to.equal(false);
    writeFileSync(join(dir, "lock"), String(process.ppid));
    expect(() => open(dir)).to.throw(ChainInUse, String(process.ppid));
    writeFileSync(join(dir, "lock"), "4194305");
    open(dir).close();
  });

  it("stands still, and says why, once the chain cannot be kept", async () => {
    let room = 1;
    const append = (): void => {
      if (room-- === 0) throw new Error("no space left");
    };
    const node = await startTestSandbox({ store: { ...inMemory(testGenesis()), append } });
    node.sandbox.bake();
    expect(() => node.sandbox.bake()).to.throw("cannot be kept on disk");
    expect(() => node.sandbox.bake()).to.throw("cannot be kept on disk");
    const answer = await fetch(`${node.url}/v1/head`);
    expect(answer.status).to.equal(503);
    expect(await answer.text()).to.contain("cannot be kept on disk");
    await node.stop();
  });
});
