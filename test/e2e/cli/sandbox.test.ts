import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { endOf, killWhatRuns, Running } from "../../support/whole/taps.js";

describe("taps sandbox --faults", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "taps-faults-"));
  });
  afterEach(async () => {
    await killWhatRuns();
    await rm(folder, { recursive: true });
  });

  const env = () => ({ TAPS_DATA_DIR: folder });
  const fileOf = async (text: string): Promise<string> => {
    const file = join(folder, "faults.json");
    await writeFile(file, text);
    return file;
  };
  const startWith = async (text: string): Promise<string> => {
    const running = Running.start(env(), ["sandbox", "--faults", await fileOf(text), "--seed", "7"]);
    const [, url = ""] = await running.prints(/: (http:\S+)/);
    return url;
  };

  it("runs with the faults of the file", async () => {
    const url = await startWith('{ "node": { "502": 1 } }');
    expect((await fetch(`${url}/version`)).status).to.equal(502);
    expect((await fetch(`${url}/v1/head`)).status).to.equal(200);
  });

  it("takes the example of its help", async () => {
    const { out } = await endOf(env(), ["sandbox", "--help"]);
    const [example = ""] = /^\{\n[^]*?^\}$/m.exec(out) ?? [];
    const url = await startWith(example);
    expect((await fetch(`${url}/sandbox/status`)).status).to.equal(200);
  });

  it("refuses what it does not know by name, and what is no chance", async () => {
    const wrong = { node: { "503": 1 }, tzkt: { cutJson: 2 }, weather: {} };
    const args = ["sandbox", "--faults", await fileOf(JSON.stringify(wrong))];
    const { code, out, err } = await endOf(env(), args);
    expect({ code, out }).to.deep.equal({ code: 2, out: "" });
    expect(err.match(/"503"|"weather"|→ at \S+/g)).to.have.members([
      '"503"',
      '"weather"',
      "→ at node",
      "→ at tzkt.cutJson",
    ]);
    expect((await endOf(env(), ["sandbox", "--faults", join(folder, "none")])).code).to.equal(2);
    expect((await endOf(env(), ["sandbox", "--seed", "x"])).code).to.equal(2);
  });
});
