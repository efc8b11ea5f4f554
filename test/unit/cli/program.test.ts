import { expect } from "chai";
import { type Services } from "../../../src/application/services.js";
import { runCommand } from "../../../src/cli/program.js";
import { systemClock } from "../../../src/infrastructure/system-clock.js";

const notAsked = (): never => {
  throw new Error("not asked");
};

/** Services of which one command needs none, and which cannot be closed. */
const unclosable = (mistakes: ReturnType<Services["configMistakes"]>): Services => ({
  clock: systemClock,
  acts: notAsked,
  view: notAsked,
  log: notAsked,
  accounts: notAsked,
  viewAccounts: notAsked,
  audit: {
    reading: { decode: notAsked, dataOf: notAsked, idOf: notAsked },
    source: notAsked,
    target: notAsked,
    key: notAsked,
    codec: notAsked,
    readLines: notAsked,
    writeLines: notAsked,
    printLines: notAsked,
  },
  source: notAsked,
  compute: notAsked,
  nodeHealth: notAsked,
  evidence: notAsked,
  payoutRecords: notAsked,
  operations: notAsked,
  operationReader: notAsked,
  replayParts: notAsked,
  readModels: notAsked,
  openWallet: notAsked,
  migrations: { status: notAsked, up: notAsked },
  variablesWithoutEffect: [],
  configMistakes: () => mistakes,
  start: notAsked,
  sandbox: notAsked,
  isExplained: () => false,
  close: () => Promise.reject(new Error("the server hangs")),
});

/** What is written to standard error meanwhile. */
const complaintsOf = async (work: () => Promise<void>): Promise<string> => {
  const write = process.stderr.write.bind(process.stderr);
  let said = "";
  process.stderr.write = (chunk: string | Uint8Array): boolean => {
    said += String(chunk);
    return true;
  };
  try {
    await work();
  } finally {
    process.stderr.write = write;
  }
  return said;
};

describe("a command that cannot close what it opened", () => {
  it("says so, and ends with the code that it would have ended with", async () => {
    const check = (mistakes: ReturnType<Services["configMistakes"]>) => async (): Promise<void> => {
      codes.push(await runCommand(["config", "check"], unclosable(mistakes)));
    };
    const codes: number[] = [];
    const done = await complaintsOf(check([]));
    const failed = await complaintsOf(check([{ variable: "BAKER", problem: "must be set" }]));
    expect(codes).to.deep.equal([0, 1]);
    const hangs = "not everything was closed: the server hangs\n";
    expect([done, failed]).to.deep.equal([
      `the environment is in order\n${hangs}`,
      `BAKER must be set\n${hangs}`,
    ]);
  });
});
