import { expect } from "chai";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeFolder } from "../../src/data-folder.js";
import { SetupError } from "../../src/setup-error.js";

describe("the folder for data", () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "taps-folder-"));
  });
  afterEach(() => rm(root, { recursive: true }));

  it("is made with those above it, for its owner alone; several may make it at once, and again", async () => {
    const folder = join(root, "a/b/c");
    expect(await Promise.all([1, 2, 3].map(() => makeFolder(folder)))).to.deep.equal([
      folder,
      folder,
      folder,
    ]);
    expect(await makeFolder(folder)).to.equal(folder);
    expect((await stat(join(root, "a"))).mode & 0o777).to.equal(0o700);
  });

  it("is refused below a file, and where nothing can be made", async () => {
    await writeFile(join(root, "file"), "");
    for (const folder of [join(root, "file/data"), "/proc/nowhere/data"]) {
      const failure: unknown = await makeFolder(folder).catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(SetupError);
      expect(String(failure)).to.include("set TAPS_DATA_DIR to one that may be written");
    }
  });
});
