import { Journal } from "../../src/sandbox/journal.js";
import { Sandbox } from "../../src/sandbox/sandbox.js";
import { testGenesis } from "./sandbox.js";

/** A process that bakes on a chain in the folder it is given, and says each block's hash once it is announced. */
const [dir] = process.argv.slice(2);
if (dir === undefined) throw new Error("usage: sandbox-child <dir>");
const sandbox = new Sandbox({ store: Journal.open(dir, testGenesis()), blockTime: "manual" });
sandbox.onHead((head) => process.stdout.write(`${head.hash}\n`));
const bakeOn = (): void => {
  sandbox.bake();
  setImmediate(bakeOn);
};
bakeOn();
